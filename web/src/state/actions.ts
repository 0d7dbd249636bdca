/** What a player can do. Each action makes a new project from the old one; its bars are decoded by `Decoding`. */

import { batch } from "@preact/signals";
import { withCellsWritten } from "../rules/barChanges";
import { barKey } from "../rules/bars";
import { toClick, withClick } from "../rules/clickHistory";
import { redo, undo } from "../rules/history";
import { withHeldRows, withHold } from "../rules/holds";
import { describe } from "../rules/journey";
import { onLattice, onMap } from "../rules/mapPoint";
import { strokesInCell, withCellToggled } from "../rules/pattern";
import type { BarAddress } from "../rules/plan";
import { inHand, withoutAutomation } from "../rules/recording";
import type { Bar, Bus, Project, Room, Scene, VoiceMix } from "../rules/project";
import type { BarPattern, BarStroke, Point } from "../rules/protocol";
import { atPoint, barAt, type JourneyKind, type Pin, type Place, type PlaceChanges, released, travelling, withBarAt, withMix, withPath, withPin, withSettings, withTempo } from "../rules/scene";
import { describeBar, describePlace } from "../rules/summary";
import { randomSeed } from "./randomSeed";
import type { Store } from "./store";

const ANNOUNCED_AFTER_MS = 600;

/** What a player sets for the whole instrument. */
export interface InstrumentSettings {
  readonly tempoBpm: number;
  readonly swing: number;
  readonly quantum: Project["quantum"];
  readonly volume: number;
}

export class Actions {
  private announcing: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly store: Store) {}

  private get project(): Project {
    return this.store.project.value;
  }

  private get scene(): Scene {
    return this.store.scene.value;
  }

  // ---- where we are

  /** Go to a point and hear what lies there, in a drag at the next step; leaves a journey and a song. `settle` ends the gesture. */
  goTo(point: Point, dragged = false): void {
    const to = dragged ? onLattice(point, this.store.lattice.value) : onMap(point);
    batch(() => {
      this.goToPlace("point", atPoint(this.scene, to), withoutAutomation(travelling(this.scene, false), ["map.x", "map.y"]));
      this.store.atOnce.value = dragged;
      if (dragged) this.store.underHand.value = true;
    });
  }

  /** The gesture on the map is over: keep the place in the click history and say where it is. */
  settle(): void {
    this.store.underHand.value = false;
    this.store.clicks.value = withClick(this.store.clicks.value, this.scene);
    this.store.settle();
    this.announcePlace();
    if (this.scene.automations.some(({ parameter }) => parameter === "map.x" || parameter === "map.y")) this.store.notify("The place follows a curve: under Shape, the dots beside across and up open it.");
  }

  changeSettings(label: string, changes: PlaceChanges): void {
    this.goToPlace(label, withSettings(this.scene, changes), withPath(this.scene, {}));
  }

  reroll(): void {
    this.changeSettings("seed", { seed: randomSeed() });
    this.store.settle();
  }

  /** A fill every so many bars, from now on; 0 is never. */
  fillEvery(bars: number): void {
    this.store.changeScene("fills", { ...this.scene, fill_every: bars });
    this.store.settle();
  }

  private goToPlace(label: string, { settings, bars, fill }: Place, scene = this.scene): void {
    this.store.atOnce.value = false;
    this.store.playScene();
    this.store.changeScene(label, { ...scene, settings, bars, fill });
  }

  /** A summary for the live region, some time after the last change. */
  private announcePlace(): void {
    clearTimeout(this.announcing);
    this.announcing = setTimeout(() => {
      const { shown, shownPoint, nearby, corpus, voices, waiting } = this.store;
      if (waiting.value) return this.announcePlace();
      const near = nearby.value?.nearest(shownPoint.value, 1)[0];
      const style = near && corpus.value ? describeBar(corpus.value, near.index).style : null;
      this.store.spoken.value = describePlace(shownPoint.value, shown.value, voices.value, style);
    }, ANNOUNCED_AFTER_MS);
  }

  // ---- strokes

  /** Change the bar that is shown, by hand: heard at once. What is written into a held row becomes what is held. */
  edit(label: string, rewrite: (pattern: BarPattern) => BarPattern): void {
    const { shown, address, holds } = this.store;
    const [before, at] = [shown.value, address.value];
    const after = rewrite(before);
    const { rows } = holds.value;
    const free = ({ meter, strokes }: BarPattern): BarPattern => ({ meter, strokes: strokes.filter(([voice]) => !rows.has(voice)) });
    const project = withBarAt(this.project, at, withCellsWritten(barAt(this.project, at), free(before), free(after)));
    this.store.atOnce.value = true;
    this.store.change(label, rows.size > 0 ? { ...project, scene: withHeldRows(project.scene, after) } : project);
  }

  private cleared: { of: string; readonly cells: Map<string, readonly BarStroke[]> } = { of: "", cells: new Map() };

  /** Clears a cell, or brings back what was cleared there in this bar; else an empty cell gets a stroke on its first step. */
  toggleCell(voice: number, cell: number): void {
    const bar = barAt(this.project, this.store.address.value);
    const of = barKey(bar.kind === "edited" ? bar.base : bar);
    if (this.cleared.of !== of) this.cleared = { of, cells: new Map() };
    const { cells } = this.cleared;
    const key = `${voice}.${cell}`;
    const before = strokesInCell(this.store.shown.value, voice, cell);
    const known = before.length === 0 ? cells.get(key) : undefined;
    cells.set(key, before);
    this.edit("stroke", (pattern) => (known ? { ...pattern, strokes: [...pattern.strokes, ...known] } : withCellToggled(pattern, voice, cell)));
  }

  /** Takes away what was written by hand: of one voice, or of all; the map's own bars are left. */
  release(voice: number | null = null): void {
    this.store.settle();
    this.store.atOnce.value = true;
    this.store.changeScene("release", { ...this.scene, ...released(this.scene, voice) });
    this.store.settle();
  }

  /** The row of a voice stays as it is shown, whatever else changes; or goes with the map again. */
  hold(voice: number, on: boolean): void {
    this.store.settle();
    this.store.atOnce.value = true;
    this.store.changeScene(on ? "hold" : "release", withHold(this.scene, voice, on ? this.store.shown.value : null));
    this.store.settle();
    const name = this.store.voices.value[voice]?.name;
    if (name) this.store.spoken.value = on ? `${name} is held` : `${name} goes with the map`;
  }

  /** Puts a bar in the place of another one, heard as changes apply. False: that one is no longer there. */
  replaceBar(label: string, at: BarAddress, before: Bar, bar: Bar): boolean {
    if (barKey(barAt(this.project, at)) !== barKey(before)) return false;
    this.store.atOnce.value = false;
    this.store.change(label, withBarAt(this.project, at, bar));
    return true;
  }

  mixVoice(label: string, voice: number, mix: Partial<VoiceMix>): void {
    this.store.changeScene(label, withMix(this.scene, voice, mix));
  }

  setRoom(label: string, room: Partial<Room>): void {
    this.store.changeScene(label, { ...this.scene, room: { ...this.scene.room, ...room } });
  }

  setBus(label: string, bus: Partial<Bus>): void {
    this.store.changeScene(label, { ...this.scene, bus: { ...this.scene.bus, ...bus } });
  }

  // ---- the whole instrument

  set(label: string, { tempoBpm, swing, ...changes }: Partial<InstrumentSettings>): void {
    let { scene } = this;
    if (tempoBpm !== undefined) scene = withTempo(scene, tempoBpm);
    if (swing !== undefined) scene = { ...scene, swing };
    this.store.change(label, { ...this.project, ...changes, scene: inHand(this.scene, scene) });
  }

  /** The moves that were recorded into the scene, and all that is drawn like them, go. */
  forgetMoves(): void {
    this.store.settle();
    this.store.changeScene("forget recorded moves", { ...this.scene, automations: [] });
    this.store.settle();
  }

  // ---- history

  /** Through the click history: -1 is back, 1 forward. */
  visit(by: number): void {
    const found = toClick(this.store.clicks.value, by);
    if (!found) return;
    this.leaveFor(by < 0 ? "back" : "forward", found.place);
    this.store.clicks.value = found.clicks;
  }

  /** To another place, as one undo step; leaves a journey and a song. */
  leaveFor(label: string, place: Place): void {
    this.store.settle();
    this.goToPlace(label, place, travelling(this.scene, false));
    this.store.settle();
    this.announcePlace();
  }

  /** Replace the whole project, as one undo step. */
  replaceProject(label: string, project: Project): void {
    this.store.atOnce.value = false;
    this.store.playScene();
    this.store.slot.value = null;
    this.store.settle();
    this.store.change(label, project);
    this.store.settle();
    this.announcePlace();
  }

  undo(): void {
    this.timeTravel("Undone", this.store.history.value.present.label, undo(this.store.history.value));
  }

  redo(): void {
    this.timeTravel("Redone", this.store.history.value.future[0]?.label ?? "", redo(this.store.history.value));
  }

  private timeTravel(word: string, label: string, history: Store["history"]["value"]): void {
    if (history === this.store.history.value) return this.store.notify(word === "Undone" ? "Nothing to undo." : "Nothing to redo.");
    this.store.history.value = history;
    this.store.notify(`${word}: ${label}.`);
  }

  // ---- the journey

  setPin(pin: Pin, point: Point): void {
    this.store.changeScene(`pin ${pin}`, withPin(this.scene, pin, onMap(point), this.store.newJourney.value));
  }

  /** Of the path, and of the next one. */
  setJourney(changes: Partial<JourneyKind>): void {
    this.store.newJourney.value = { ...this.store.newJourney.value, ...changes };
    this.store.changeScene("journey", withPath(this.scene, changes));
  }

  travel(on: boolean): void {
    this.store.atOnce.value = false;
    this.store.playScene();
    this.store.changeScene(on ? "travel" : "stop travelling", travelling(this.scene, on));
    this.store.settle();
    this.store.spoken.value = on && this.scene.path ? describe(this.scene.path, 0) : "journey left";
  }
}
