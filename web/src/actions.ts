/** What a player can do. Each action makes a new groove from the old one; answers of the server are amended to it. */

import { fetchPatterns } from "./api";
import {
  fromSlot,
  type Groove,
  type Journey,
  onMap,
  type Place,
  type Shape,
  toVisit,
  type VoiceMix,
  withSlot,
  withVisit,
  withVoice,
} from "./groove";
import { redo, undo } from "./history";
import { describe, pointsOf } from "./journey";
import { Newest } from "./newest";
import { MAX_SEED, NO_RHYTHM_SHIFT, type PatternRequest, type Point, type WirePattern } from "./protocol";
import { isSamePattern } from "./pattern";
import type { Notice, Store } from "./store";
import { describePlace } from "./summary";

type Question = { readonly place: Place };
type Route = { readonly journey: Journey; readonly shape: Shape };

export const requestFor = (points: readonly Point[], shape: Shape): PatternRequest => ({ points, ...shape, meter: [4, 4], shift: NO_RHYTHM_SHIFT });

export class Actions {
  private readonly decoding: Newest<Question, WirePattern>;
  private readonly routing: Newest<Route, readonly WirePattern[]>;

  constructor(private readonly store: Store) {
    this.decoding = new Newest(
      async ({ place }) => (await fetchPatterns(requestFor([place.point], place.shape))).patterns[0]!,
      ({ place }, pattern) => (this.answered(), this.decoded(place, pattern)),
      (_, error) => this.failed(error),
    );
    this.routing = new Newest(
      async ({ journey, shape }) => (await fetchPatterns(requestFor(pointsOf(journey), shape))).patterns,
      (route, patterns) => (this.answered(), this.routed(route, patterns)),
      (_, error) => this.failed(error),
    );
  }

  private trouble: Notice | null = null; // with the server, as it was last told

  private failed(error: unknown): void {
    this.store.complain(error);
    this.trouble = this.store.notice.value;
  }

  /** The server answers: what was told of it no longer holds. */
  private answered(): void {
    if (this.trouble && this.store.notice.value === this.trouble) this.store.notice.value = null;
    this.trouble = null;
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
    this.goToPlace("point", { ...place, point: onMap(point), edited: false }, journey.travelling ? { ...journey, travelling: false } : journey);
  }

  /** The gesture on the map is over: keep the place in the click history and say where it is. */
  settle(): void {
    this.store.amend(withVisit(this.groove));
    this.store.settle();
    this.sayPlace();
  }

  reshape(label: string, changes: Partial<Shape>): void {
    const { place } = this.groove;
    this.goToPlace(label, { ...place, shape: { ...place.shape, ...changes }, edited: false });
    this.route();
  }

  reroll(): void {
    this.reshape("seed", { seed: Math.floor(Math.random() * (MAX_SEED + 1)) });
    this.store.settle();
  }

  /** Ask for what lies here, such as after loading a link; what was edited by hand stays. */
  refresh(): void {
    const { place, journey } = this.groove;
    if (!place.edited) this.decoding.send({ place });
    if (!journey.edited) this.route();
  }

  private goToPlace(label: string, place: Place, journey = this.groove.journey): void {
    this.store.editing.value = false;
    this.change(label, { place, journey });
    this.decoding.send({ place });
  }

  private decoded(asked: Place, pattern: WirePattern): void {
    const { groove } = this;
    const { place } = groove;
    if (place.point !== asked.point || place.shape !== asked.shape || place.edited) return; // we have moved on
    if (isSamePattern(place.pattern, pattern)) return;
    const found = { ...place, pattern };
    const visits = groove.visits.map((each) => (each === place ? found : each));
    this.store.amend({ ...groove, place: found, visits });
    this.sayPlace();
  }

  private speaking: ReturnType<typeof setTimeout> | undefined;

  /** A summary for the live region, once things have come to rest. */
  private sayPlace(): void {
    clearTimeout(this.speaking);
    this.speaking = setTimeout(() => (this.store.spoken.value = describePlace(this.store)), 600);
  }

  // ---- strokes

  /** Change the bar that is shown, by hand: heard at once. */
  edit(label: string, rewrite: (pattern: WirePattern) => WirePattern): void {
    const shown = this.store.shown.value;
    this.store.editing.value = true;
    this.put(label, shown, rewrite(shown));
  }

  /** The bar at the point, and those of the journey. */
  bars(): readonly WirePattern[] {
    const { place, journey } = this.groove;
    return [place.pattern, ...journey.patterns];
  }

  /** What was made out of a bar takes its place, counts as edited, and is heard as changes apply. False: the bar is gone. */
  replace(label: string, bar: WirePattern, made: WirePattern): boolean {
    if (!this.bars().includes(bar)) return false;
    this.store.editing.value = false;
    this.put(label, bar, made);
    return true;
  }

  private put(label: string, bar: WirePattern, made: WirePattern): void {
    const { place, journey } = this.groove;
    if (bar === place.pattern) return this.change(label, { place: { ...place, pattern: made, edited: true } });
    const patterns = journey.patterns.map((each) => (each === bar ? made : each));
    this.change(label, { journey: { ...journey, patterns, edited: true } });
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
    const point = this.store.shownPoint.value;
    const pattern = this.store.shown.value;
    this.store.change(`keep in slot ${slot + 1}`, withSlot(this.groove, slot, { ...this.groove.place, point, pattern }));
    this.store.settle();
    this.store.say(`Kept in slot ${slot + 1}.`);
  }

  recall(slot: number): void {
    if (!this.groove.slots[slot]) return this.store.say(`Slot ${slot + 1} is empty: Shift+${slot + 1} keeps what you hear.`);
    this.become(`slot ${slot + 1}`, fromSlot(this.groove, slot));
  }

  clearSlot(slot: number): void {
    this.store.change(`empty slot ${slot + 1}`, withSlot(this.groove, slot, null));
    this.store.settle();
  }

  /** Through the click history: -1 is back, 1 forward. */
  visit(by: number): void {
    this.become(by < 0 ? "back" : "forward", toVisit(this.groove, by));
  }

  /** Another groove altogether. */
  become(label: string, groove: Groove): void {
    this.decoding.drop();
    this.store.editing.value = false;
    this.store.change(label, groove);
    this.store.settle();
    this.refresh(); // it may have been left before its bar had come
    this.sayPlace();
  }

  undo(): void {
    this.timeTravel("Undone", this.store.history.value.present.label, undo(this.store.history.value));
  }

  redo(): void {
    this.timeTravel("Redone", this.store.history.value.future[0]?.label ?? "", redo(this.store.history.value));
  }

  private timeTravel(word: string, label: string, history: Store["history"]["value"]): void {
    if (history === this.store.history.value) return this.store.say(word === "Undone" ? "Nothing to undo." : "Nothing to redo.");
    this.decoding.drop();
    this.routing.drop();
    this.store.history.value = history;
    this.refresh(); // undone to a moment before its bar had come
    this.store.say(`${word}: ${label}.`);
  }

  // ---- the journey

  setPin(pin: "a" | "b", point: Point): void {
    this.change(`pin ${pin.toUpperCase()}`, { journey: { ...this.groove.journey, [pin]: onMap(point), edited: false } });
    this.route();
  }

  setJourney(changes: Partial<Pick<Journey, "bars" | "mode">>): void {
    this.change("journey", { journey: { ...this.groove.journey, ...changes, edited: false } });
    this.route();
  }

  travel(travelling: boolean): void {
    const { journey } = this.groove;
    this.store.editing.value = false;
    this.change(travelling ? "travel" : "stop travelling", { journey: { ...journey, travelling } });
    this.store.settle();
    if (travelling && journey.patterns.length === 0) this.route();
    this.store.spoken.value = travelling ? describe(journey, 0) : "journey left";
  }

  private route(): void {
    const { journey, place } = this.groove;
    if (journey.a && journey.b) this.routing.send({ journey, shape: place.shape });
  }

  private routed(asked: Route, patterns: readonly WirePattern[]): void {
    const { journey, place } = this.groove;
    const same = journey.a === asked.journey.a && journey.b === asked.journey.b && journey.bars === asked.journey.bars;
    if (!same || journey.mode !== asked.journey.mode || place.shape !== asked.shape) return; // we have moved on
    const known = patterns.length === journey.patterns.length && patterns.every((each, bar) => isSamePattern(each, journey.patterns[bar]!));
    if (!known) this.store.amend({ ...this.groove, journey: { ...journey, patterns, edited: false } });
  }
}
