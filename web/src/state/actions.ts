/** What a player can do. Each action makes a new groove from the old one; answers of the server are amended to it. */

import {
  fromSlot,
  type GenerationSettings,
  type Groove,
  type Journey,
  type MapPlace,
  toVisit,
  unedited,
  type VoiceMix,
  withSettings,
  withSlot,
  withVisit,
  withVoice,
} from "../rules/groove";
import { redo, undo } from "../rules/history";
import { describe } from "../rules/journey";
import { type BarChange, withBarMade, withCellsWritten, withJourneyBarMade } from "../rules/projectOfGroove";
import { onMap } from "../rules/mapPoint";
import type { Point, BarPattern } from "../rules/protocol";
import { Generation } from "./generation";
import { randomSeed } from "./randomSeed";
import type { Store } from "./store";

export class Actions {
  private readonly generation: Generation;

  constructor(private readonly store: Store) {
    this.generation = new Generation(store);
  }

  private get groove(): Groove {
    return this.store.groove.value;
  }

  private change(label: string, changes: Partial<Groove>): void {
    this.store.change(label, { ...this.groove, ...changes });
  }

  // ---- where we are

  /** Go to a point and hear what lies there; leaves a journey. `settle` ends the gesture. */
  goTo(point: Point): void {
    const { place, journey } = this.groove;
    this.goToPlace("point", unedited({ ...place, point: onMap(point) }), journey.travelling ? { ...journey, travelling: false } : journey);
  }

  /** The gesture on the map is over: keep the place in the click history and say where it is. */
  settle(): void {
    this.store.amend(withVisit(this.groove));
    this.store.settle();
    this.generation.announcePlace();
  }

  changeSettings(label: string, changes: Partial<GenerationSettings>): void {
    const { place, journey } = this.groove;
    this.goToPlace(label, withSettings(place, changes), { ...journey, fills: [] });
    this.generation.requestJourney();
  }

  reroll(): void {
    this.changeSettings("seed", { seed: randomSeed() });
    this.store.settle();
  }

  /** Request everything of this groove, such as after loading a link; bars edited by hand are kept. */
  refresh(): void {
    this.generation.refresh();
  }

  /** A fill every so many bars, from now on; 0 is never. */
  fillEvery(bars: number): void {
    this.change("fills", { fillEvery: bars });
    this.store.settle();
    this.generation.requestFills();
  }

  private goToPlace(label: string, place: MapPlace, journey = this.groove.journey): void {
    this.store.editing.value = false;
    this.change(label, { place, journey });
    this.generation.requestPlace();
  }

  // ---- strokes

  /** Change the bar that is shown, by hand: heard at once. */
  edit(label: string, rewrite: (pattern: BarPattern) => BarPattern): void {
    const shown = this.store.shown.value;
    this.store.editing.value = true;
    const made = rewrite(shown);
    this.put(label, shown, made, withCellsWritten(shown, made));
  }

  /** Every bar that may sound: those at the point and those of the journey, fills included. */
  bars(): readonly BarPattern[] {
    const { place, journey } = this.groove;
    return [place.pattern, ...place.phrase, ...(place.fill ? [place.fill] : []), ...journey.patterns, ...journey.fills];
  }

  /** What was made out of a bar by this operation takes its place, and is heard as changes apply. False: the bar is gone. */
  replace(label: string, bar: BarPattern, made: BarPattern, operation: BarChange): boolean {
    if (!this.bars().includes(bar)) return false;
    this.store.editing.value = false;
    this.put(label, bar, made, operation);
    return true;
  }

  private put(label: string, bar: BarPattern, made: BarPattern, operation: BarChange): void {
    const { place, journey } = this.groove;
    if ([place.pattern, ...place.phrase, place.fill].includes(bar)) return this.change(label, { place: withBarMade(place, bar, made, operation) });
    this.change(label, { journey: withJourneyBarMade(journey, bar, made, operation) });
  }

  mixVoice(label: string, voice: number, mix: Partial<VoiceMix>): void {
    this.store.change(label, withVoice(this.groove, voice, mix));
  }

  // ---- the whole instrument

  set(label: string, changes: Partial<Pick<Groove, "tempoBpm" | "swing" | "quantum" | "volume">>): void {
    this.change(label, changes);
  }

  // ---- slots and history

  keep(slot: number): void {
    const { place, journey } = this.groove;
    const bar = this.store.journeyBar.value;
    const here = { ...place, settings: { ...place.settings, bars: 1 }, point: this.store.shownPoint.value, pattern: this.store.shown.value, phrase: [], fill: null, edited: journey.edited, bars: null, fillBar: null };
    this.store.change(`keep in slot ${slot + 1}`, withSlot(this.groove, slot, bar === null ? place : here));
    this.store.settle();
    this.store.notify(`Kept in slot ${slot + 1}.`);
  }

  recall(slot: number): void {
    if (!this.groove.slots[slot]) return this.store.notify(`Slot ${slot + 1} is empty: Shift+${slot + 1} keeps what you hear.`);
    this.replaceGroove(`slot ${slot + 1}`, fromSlot(this.groove, slot));
  }

  clearSlot(slot: number): void {
    this.store.change(`empty slot ${slot + 1}`, withSlot(this.groove, slot, null));
    this.store.settle();
  }

  /** Through the click history: -1 is back, 1 forward. */
  visit(by: number): void {
    this.replaceGroove(by < 0 ? "back" : "forward", toVisit(this.groove, by));
  }

  /** Replace the whole groove, as one undo step. */
  replaceGroove(label: string, groove: Groove): void {
    this.generation.drop();
    this.store.editing.value = false;
    this.store.change(label, groove);
    this.store.settle();
    this.refresh(); // it may have been left before its bar had arrived
    this.generation.announcePlace();
  }

  undo(): void {
    this.timeTravel("Undone", this.store.history.value.present.label, undo(this.store.history.value));
  }

  redo(): void {
    this.timeTravel("Redone", this.store.history.value.future[0]?.label ?? "", redo(this.store.history.value));
  }

  private timeTravel(word: string, label: string, history: Store["history"]["value"]): void {
    if (history === this.store.history.value) return this.store.notify(word === "Undone" ? "Nothing to undo." : "Nothing to redo.");
    this.generation.drop();
    this.store.history.value = history;
    this.refresh(); // the state may be from before its bar had arrived
    this.store.notify(`${word}: ${label}.`);
  }

  // ---- the journey

  setPin(pin: "a" | "b", point: Point): void {
    this.change(`pin ${pin.toUpperCase()}`, { journey: { ...this.groove.journey, [pin]: onMap(point), fills: [], edited: false, edits: null } });
    this.generation.requestJourney();
  }

  setJourney(changes: Partial<Pick<Journey, "bars" | "mode">>): void {
    this.change("journey", { journey: { ...this.groove.journey, ...changes, fills: [], edited: false, edits: null } });
    this.generation.requestJourney();
  }

  travel(travelling: boolean): void {
    const { journey } = this.groove;
    this.store.editing.value = false;
    this.change(travelling ? "travel" : "stop travelling", { journey: { ...journey, travelling } });
    this.store.settle();
    if (travelling && journey.patterns.length === 0) this.generation.requestJourney();
    this.store.spoken.value = travelling ? describe(journey, 0) : "journey left";
  }
}
