/** What a player can do. Each action makes a new groove from the old one; answers of the server are amended to it. */

import { fetchPatterns } from "../net/api";
import { fetchBars, fetchFill, requestFor } from "../net/requests";
import { fromSlot, type Groove, type Journey, type MapPlace, withSettings, type GenerationSettings, toVisit, type VoiceMix, withSlot, withVisit, withVoice } from "../rules/groove";
import { onMap } from "../rules/mapPoint";
import { redo, undo } from "../rules/history";
import { describe, pointsOf } from "../rules/journey";
import { LatestOnly } from "../net/latestOnly";
import { MAX_SEED, type Point, type WirePattern } from "../rules/protocol";
import { areSamePatterns, isSamePattern } from "../rules/pattern";
import type { Notice, Store } from "./store";
import { describeBar, describePlace } from "../rules/summary";

type PlaceRequest = { readonly place: MapPlace };
type JourneyRequest = { readonly journey: Journey; readonly settings: GenerationSettings };

export class Actions {
  private readonly decoding: LatestOnly<PlaceRequest, readonly WirePattern[]>;
  private readonly filling: LatestOnly<PlaceRequest, WirePattern>;
  private readonly routing: LatestOnly<JourneyRequest, readonly WirePattern[]>;
  private readonly fillingRoute: LatestOnly<JourneyRequest, readonly WirePattern[]>;

  constructor(private readonly store: Store) {
    const latestOnly = <Request, Answer>(send: (request: Request) => Promise<Answer>, answered: (request: Request, answer: Answer) => void) =>
      new LatestOnly(
        send,
        (request: Request, answer: Answer) => (this.serverAnswers(), answered(request, answer)),
        (_, error) => this.failed(error),
      );
    const along = async ({ journey, settings }: JourneyRequest) => (await fetchPatterns(requestFor(pointsOf(journey), settings))).patterns;
    this.decoding = latestOnly(({ place }) => fetchBars(place), ({ place }, bars) => this.decoded(place, bars));
    this.filling = latestOnly(({ place }) => fetchFill(place), ({ place }, fill) => this.filled(place, fill));
    this.routing = latestOnly(along, (route, patterns) => this.routed(route, patterns));
    this.fillingRoute = latestOnly(
      (route) => along({ ...route, settings: { ...route.settings, section: "fill" } }),
      (route, fills) => this.isHere(route) && this.store.amend({ ...this.groove, journey: { ...this.groove.journey, fills } }),
    );
  }

  private serverError: Notice | null = null; // as it was last reported

  private failed(error: unknown): void {
    this.store.reportError(error);
    this.serverError = this.store.notice.value;
  }

  /** The server answers again: a notice that it does not is closed. */
  private serverAnswers(): void {
    if (this.serverError && this.store.notice.value === this.serverError) this.store.notice.value = null;
    this.serverError = null;
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
    this.goToPlace("point", { ...place, point: onMap(point), fill: null, edited: false }, journey.travelling ? { ...journey, travelling: false } : journey);
  }

  /** The gesture on the map is over: keep the place in the click history and say where it is. */
  settle(): void {
    this.store.amend(withVisit(this.groove));
    this.store.settle();
    this.announcePlace();
  }

  changeSettings(label: string, changes: Partial<GenerationSettings>): void {
    const { place, journey } = this.groove;
    this.goToPlace(label, withSettings(place, changes), { ...journey, fills: [] });
    this.route();
  }

  reroll(): void {
    this.changeSettings("seed", { seed: Math.floor(Math.random() * (MAX_SEED + 1)) });
    this.store.settle();
  }

  /** Request the bars of this place, such as after loading a link; bars edited by hand are kept. */
  refresh(): void {
    const { place, journey } = this.groove;
    if (!place.edited) this.decoding.send({ place });
    this.fillIn();
    if (!journey.edited) this.route();
  }

  /** A fill every so many bars, from now on; 0 is never. */
  fillEvery(bars: number): void {
    this.change("fills", { fillEvery: bars });
    this.store.settle();
    this.fillIn();
  }

  /** Ask for the fills that are wanted and not there: here, and along the journey. */
  private fillIn(): void {
    const { place, journey, fillEvery } = this.groove;
    if (fillEvery === 0 || place.settings.section === "fill" || !this.store.instrument.value?.space.sections.includes("fill")) return;
    if (!place.fill) this.filling.send({ place });
    if (journey.a && journey.b && journey.fills.length === 0) this.fillingRoute.send({ journey, settings: place.settings });
  }

  private goToPlace(label: string, place: MapPlace, journey = this.groove.journey): void {
    this.store.editing.value = false;
    this.change(label, { place, journey });
    this.decoding.send({ place });
    this.fillIn();
  }

  private decoded(requested: MapPlace, bars: readonly WirePattern[]): void {
    const { place } = this.groove;
    if (place.point !== requested.point || place.settings !== requested.settings || place.edited) return; // the place has changed meanwhile
    const phrase = bars.length > 1 ? bars : [];
    if (isSamePattern(place.pattern, bars[0]!) && areSamePatterns(place.phrase, phrase)) return;
    this.amendPlace({ ...place, pattern: bars[0]!, phrase });
    this.announcePlace();
  }

  private filled(requested: MapPlace, fill: WirePattern): void {
    const { place } = this.groove;
    if (place.point === requested.point && place.settings === requested.settings && !place.fill) this.amendPlace({ ...place, fill });
  }

  /** The place as it turned out, in the click history too. */
  private amendPlace(found: MapPlace): void {
    const { groove } = this;
    const visits = groove.visits.map((each) => (each === groove.place ? found : each));
    this.store.amend({ ...groove, place: found, visits });
  }

  private speaking: ReturnType<typeof setTimeout> | undefined;

  /** A summary for the live region, 0.6 s after the last change. */
  private announcePlace(): void {
    clearTimeout(this.speaking);
    this.speaking = setTimeout(() => {
      const { shown, shownPoint, nearby, corpus, voices } = this.store;
      const near = nearby.value?.nearest(shownPoint.value, 1)[0];
      const style = near && corpus.value ? describeBar(corpus.value, near.index).style : null;
      this.store.spoken.value = describePlace(shownPoint.value, shown.value, voices.value, style);
    }, 600);
  }

  // ---- strokes

  /** Change the bar that is shown, by hand: heard at once. */
  edit(label: string, rewrite: (pattern: WirePattern) => WirePattern): void {
    const shown = this.store.shown.value;
    this.store.editing.value = true;
    this.put(label, shown, rewrite(shown));
  }

  /** Every bar that may sound: those at the point and those of the journey, fills included. */
  bars(): readonly WirePattern[] {
    const { place, journey } = this.groove;
    return [place.pattern, ...place.phrase, ...(place.fill ? [place.fill] : []), ...journey.patterns, ...journey.fills];
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
    const swap = (each: WirePattern) => (each === bar ? made : each);
    if ([place.pattern, ...place.phrase, place.fill].includes(bar)) {
      const fill = place.fill && swap(place.fill);
      return this.change(label, { place: { ...place, pattern: swap(place.pattern), phrase: place.phrase.map(swap), fill, edited: true } });
    }
    this.change(label, { journey: { ...journey, patterns: journey.patterns.map(swap), fills: journey.fills.map(swap), edited: true } });
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
    const { place } = this.groove;
    const bar = this.store.journeyBar.value;
    const here = { ...place, settings: { ...place.settings, bars: 1 }, point: this.store.shownPoint.value, pattern: this.store.shown.value, phrase: [], fill: null };
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
    this.decoding.drop();
    this.filling.drop();
    this.store.editing.value = false;
    this.store.change(label, groove);
    this.store.settle();
    this.refresh(); // it may have been left before its bar had arrived
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
    for (const each of [this.decoding, this.filling, this.routing, this.fillingRoute]) each.drop();
    this.store.history.value = history;
    this.refresh(); // the state may be from before its bar had arrived
    this.store.notify(`${word}: ${label}.`);
  }

  // ---- the journey

  setPin(pin: "a" | "b", point: Point): void {
    this.change(`pin ${pin.toUpperCase()}`, { journey: { ...this.groove.journey, [pin]: onMap(point), fills: [], edited: false } });
    this.route();
  }

  setJourney(changes: Partial<Pick<Journey, "bars" | "mode">>): void {
    this.change("journey", { journey: { ...this.groove.journey, ...changes, fills: [], edited: false } });
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
    if (journey.a && journey.b) this.routing.send({ journey, settings: place.settings });
    this.fillIn();
  }

  private routed(requested: JourneyRequest, patterns: readonly WirePattern[]): void {
    const { journey } = this.groove;
    if (!this.isHere(requested) || areSamePatterns(journey.patterns, patterns)) return;
    this.store.amend({ ...this.groove, journey: { ...journey, patterns, edited: false } });
  }

  /** Is the journey still the one that was requested? */
  private isHere({ journey: requested, settings }: JourneyRequest): boolean {
    const { journey, place } = this.groove;
    const same = journey.a === requested.a && journey.b === requested.b && journey.bars === requested.bars && journey.mode === requested.mode;
    return same && place.settings === settings;
  }
}
