/** Requests the bars of the place and of the journey, and amends the answers to the groove. */

import type { GenerationSettings, Groove, Journey, MapPlace } from "../rules/groove";
import { pointsOf } from "../rules/journey";
import { areSamePatterns, isSamePattern } from "../rules/pattern";
import { hasFill } from "../rules/projectOfGroove";
import type { BarPattern } from "../rules/protocol";
import { describeBar, describePlace } from "../rules/summary";
import { fetchPatterns } from "../net/api";
import { LatestOnly } from "../net/latestOnly";
import { fetchBars, fetchFill, requestFor } from "../net/requests";
import type { Notice, Store } from "./store";

const ANNOUNCED_AFTER_MS = 600;

type JourneyRequest = { readonly journey: Journey; readonly settings: GenerationSettings };

export class Generation {
  private readonly place: LatestOnly<MapPlace, readonly BarPattern[]>;
  private readonly fill: LatestOnly<MapPlace, BarPattern>;
  private readonly journey: LatestOnly<JourneyRequest, readonly BarPattern[]>;
  private readonly journeyFills: LatestOnly<JourneyRequest, readonly BarPattern[]>;
  private serverError: Notice | null = null; // as it was last reported
  private announcing: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly store: Store) {
    const latestOnly = <Request, Answer>(send: (request: Request) => Promise<Answer>, answered: (request: Request, answer: Answer) => void) =>
      new LatestOnly(
        send,
        (request: Request, answer: Answer) => (this.serverAnswers(), answered(request, answer)),
        (_, error) => this.failed(error),
      );
    const along = async ({ journey, settings }: JourneyRequest) => (await fetchPatterns(requestFor(pointsOf(journey), settings))).patterns;
    this.place = latestOnly(fetchBars, (place, bars) => this.placeAnswered(place, bars));
    this.fill = latestOnly(fetchFill, (place, fill) => this.fillAnswered(place, fill));
    this.journey = latestOnly(along, (request, patterns) => this.journeyAnswered(request, patterns));
    this.journeyFills = latestOnly(
      (request) => along({ ...request, settings: { ...request.settings, section: "fill" } }),
      (request, fills) => this.isPresent(request) && this.store.amend({ ...this.groove, journey: { ...this.groove.journey, fills } }),
    );
  }

  private get groove(): Groove {
    return this.store.groove.value;
  }

  /** The bars of the place, and the fills that are wanted. */
  requestPlace(): void {
    this.place.send(this.groove.place);
    this.requestFills();
  }

  /** The bars from A to B, if both pins are set, and the fills that are wanted. */
  requestJourney(): void {
    const { journey, place } = this.groove;
    if (journey.a && journey.b) this.journey.send({ journey, settings: place.settings });
    this.requestFills();
  }

  /** The fills that are wanted and not there: at the place, and along the journey. */
  requestFills(): void {
    const { place, journey, fillEvery } = this.groove;
    if (fillEvery === 0 || place.settings.section === "fill" || !this.store.instrument.value?.space.sections.includes("fill")) return;
    if (!place.fill && (!place.bars || hasFill(place.bars[0]!))) this.fill.send(place);
    if (journey.a && journey.b && journey.fills.length === 0) this.journeyFills.send({ journey, settings: place.settings });
  }

  /** Everything of this groove, such as after loading a link; bars edited by hand are kept. */
  refresh(): void {
    const { place, journey } = this.groove;
    if (!place.edited) this.place.send(place);
    this.requestFills();
    if (!journey.edited) this.requestJourney();
  }

  /** Drop the requests that wait. */
  drop(): void {
    for (const each of [this.place, this.fill, this.journey, this.journeyFills]) each.drop();
  }

  /** A summary for the live region, some time after the last change. */
  announcePlace(): void {
    clearTimeout(this.announcing);
    this.announcing = setTimeout(() => {
      const { shown, shownPoint, nearby, corpus, voices } = this.store;
      const near = nearby.value?.nearest(shownPoint.value, 1)[0];
      const style = near && corpus.value ? describeBar(corpus.value, near.index).style : null;
      this.store.spoken.value = describePlace(shownPoint.value, shown.value, voices.value, style);
    }, ANNOUNCED_AFTER_MS);
  }

  private placeAnswered(requested: MapPlace, bars: readonly BarPattern[]): void {
    const { place } = this.groove;
    if (place.point !== requested.point || place.settings !== requested.settings || place.edited) return; // the place has changed meanwhile
    const phrase = bars.length > 1 ? bars : [];
    if (isSamePattern(place.pattern, bars[0]!) && areSamePatterns(place.phrase, phrase)) return;
    this.amendPlace({ ...place, pattern: bars[0]!, phrase });
    this.announcePlace();
  }

  private fillAnswered(requested: MapPlace, fill: BarPattern): void {
    const { place } = this.groove;
    if (place.point === requested.point && place.settings === requested.settings && !place.fill) this.amendPlace({ ...place, fill });
  }

  /** The place as it turned out, in the click history too. */
  private amendPlace(found: MapPlace): void {
    const { groove } = this;
    const visits = groove.visits.map((each) => (each === groove.place ? found : each));
    this.store.amend({ ...groove, place: found, visits });
  }

  private journeyAnswered(request: JourneyRequest, patterns: readonly BarPattern[]): void {
    const { journey } = this.groove;
    if (!this.isPresent(request) || areSamePatterns(journey.patterns, patterns)) return;
    this.store.amend({ ...this.groove, journey: { ...journey, patterns, edited: false, edits: null } });
  }

  /** Is the journey still the one that was requested? */
  private isPresent({ journey: requested, settings }: JourneyRequest): boolean {
    const { journey, place } = this.groove;
    const same = journey.a === requested.a && journey.b === requested.b && journey.bars === requested.bars && journey.mode === requested.mode;
    return same && place.settings === settings;
  }

  private failed(error: unknown): void {
    this.store.reportError(error);
    this.serverError = this.store.notice.value;
  }

  /** The server answers again: a notice that it does not is closed. */
  private serverAnswers(): void {
    if (this.serverError && this.store.notice.value === this.serverError) this.store.notice.value = null;
    this.serverError = null;
  }
}
