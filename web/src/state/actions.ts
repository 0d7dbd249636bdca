/** What a player can do. Each action makes a new project from the old one; its bars are decoded by `Decoding`. */

import { withCellsWritten } from "../rules/barChanges";
import { barKey } from "../rules/bars";
import { toClick, withClick } from "../rules/clickHistory";
import { redo, undo } from "../rules/history";
import { describe } from "../rules/journey";
import { onMap } from "../rules/mapPoint";
import type { BarAddress } from "../rules/plan";
import type { Bar, Bus, Project, Room, Scene, VoiceMix } from "../rules/project";
import type { Point, BarPattern } from "../rules/protocol";
import { atPoint, barAt, type JourneyKind, type Pin, type Place, type PlaceChanges, slotsOf, travelling, withBarAt, withMix, withPath, withPin, withSettings, withSlot, withTempo } from "../rules/scene";
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
    this.goToPlace("point", atPoint(this.scene, onMap(point)), travelling(this.scene, false));
    this.store.atOnce.value = dragged;
  }

  /** The gesture on the map is over: keep the place in the click history and say where it is. */
  settle(): void {
    this.store.clicks.value = withClick(this.store.clicks.value, this.scene);
    this.store.settle();
    this.announcePlace();
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
    this.store.playsSong.value = false;
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

  /** Change the bar that is shown, by hand: heard at once. */
  edit(label: string, rewrite: (pattern: BarPattern) => BarPattern): void {
    const { shown, address } = this.store;
    const [before, at] = [shown.value, address.value];
    this.store.atOnce.value = true;
    this.store.change(label, withBarAt(this.project, at, withCellsWritten(barAt(this.project, at), before, rewrite(before))));
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
    this.store.change(label, { ...this.project, ...changes, scene });
  }

  // ---- slots and history

  /** Keeps the scene in a slot; of a journey or a song, the bar that is heard. */
  keep(slot: number): void {
    const { address, score } = this.store;
    const at = address.value;
    const still = travelling(this.scene, false);
    const moves = score.value.travels;
    const scene: Scene = moves ? { ...still, bars: [barAt(score.value.project, at)], fill: null } : still;
    this.store.change(`keep in slot ${slot + 1}`, withSlot(this.project, slot, scene));
    this.store.settle();
    this.store.notify(`Kept in slot ${slot + 1}.`);
  }

  recall(slot: number): void {
    const kept = slotsOf(this.project)[slot];
    if (!kept) return this.store.notify(`Slot ${slot + 1} is empty: Shift+${slot + 1} keeps what you hear.`);
    this.leaveFor(`slot ${slot + 1}`, kept);
    this.store.clicks.value = withClick(this.store.clicks.value, this.scene);
  }

  clearSlot(slot: number): void {
    this.store.change(`empty slot ${slot + 1}`, withSlot(this.project, slot, null));
    this.store.settle();
  }

  /** Through the click history: -1 is back, 1 forward. */
  visit(by: number): void {
    const found = toClick(this.store.clicks.value, by);
    if (!found) return;
    this.leaveFor(by < 0 ? "back" : "forward", found.place);
    this.store.clicks.value = found.clicks;
  }

  private leaveFor(label: string, place: Place): void {
    this.store.settle();
    this.goToPlace(label, place, travelling(this.scene, false));
    this.store.settle();
    this.announcePlace();
  }

  /** Replace the whole project, as one undo step. */
  replaceProject(label: string, project: Project): void {
    this.store.atOnce.value = false;
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

  // ---- the journey and the song

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
    this.store.playsSong.value = false;
    this.store.changeScene(on ? "travel" : "stop travelling", travelling(this.scene, on));
    this.store.settle();
    this.store.spoken.value = on && this.scene.path ? describe(this.scene.path, 0) : "journey left";
  }

  playSong(on: boolean): void {
    this.store.playsSong.value = on && this.project.song.length > 0;
    this.store.spoken.value = on ? "song" : "song left";
  }
}
