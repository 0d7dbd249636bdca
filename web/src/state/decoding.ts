/** Has the bars of the project decoded: first those that sound now, then those that come, then those of kept scenes. */

import { effect } from "@preact/signals";
import { barsToDecode, requests } from "../rules/arrange";
import { barKey, modelPart } from "../rules/bars";
import { Heading } from "../rules/heading";
import type { Bar } from "../rules/project";
import type { BarPattern } from "../rules/protocol";
import { atPoint, pointOf } from "../rules/scene";
import { openingBar } from "../rules/song";
import { ServerError } from "../net/api";
import { LatestOnly } from "../net/latestOnly";
import type { RhythmSource } from "../net/sources";
import { ServerWatch } from "./serverWatch";
import type { Store } from "./store";

const AT_ONCE = 64; // bars in one request
const FEW_AT_ONCE = 4; // where the page makes them itself: a click does not wait for all that comes later
const BARS = "the bars here";
const AHEAD_BARS = 8; // beyond those that have to be there

export class Decoding {
  private readonly heading = new Heading(); // of a drag
  private answerMs = 0; // how long the latest answer took
  private readonly requests: LatestOnly<readonly Bar[], readonly BarPattern[]>;

  constructor(
    private readonly store: Store,
    private readonly source: RhythmSource,
    private readonly server = new ServerWatch(store),
  ) {
    this.requests = new LatestOnly(
      (bars) => this.timed(this.decode(bars)),
      (bars, patterns) => {
        server.answered(BARS);
        store.decoded.add(bars.map((bar, index) => [barKey(bar), patterns[index]!]));
      },
      (_, error) => {
        if (!server.waits(BARS, error, () => this.request())) store.reportError(error);
      },
    );
    effect(() => this.request());
  }

  /** Request what is missing, also what could not be had before. */
  request(): void {
    void this.store.waiting.value; // so that what was decoded last is known, whether or not a view shows it
    if (this.store.instrument.value === null) return; // what this instrument lacks is still to be replaced
    const missing = this.missing();
    if (missing.length > 0) this.requests.send(missing);
    else this.server.answered(BARS); // nobody waits for them any more
  }

  private async timed<Answer>(coming: Promise<Answer>): Promise<Answer> {
    const asked = performance.now();
    const answer = await coming;
    this.answerMs = performance.now() - asked;
    return answer;
  }

  /** Decode these bars now, such as one that is still to take the place of another. */
  async now(bar: Bar): Promise<void> {
    const part = modelPart(bar);
    if (part === null || this.store.decoded.get(barKey(part))) return;
    const [pattern] = await this.source.bars([part]);
    this.store.decoded.add([[barKey(part), pattern!]]);
  }

  /** Decode all bars of what is played, also those that are heard much later: a file needs them. */
  async all(): Promise<void> {
    const { decoded, score } = this.store;
    const missing = requests(score.value.project).bars.filter((bar) => !decoded.get(barKey(bar)));
    for (let first = 0; first < missing.length; first += AT_ONCE) {
      const some = missing.slice(first, first + AT_ONCE);
      const patterns = await this.decode(some);
      decoded.add(some.map((bar, index) => [barKey(bar), patterns[index]!]));
    }
  }

  private missing(): Bar[] {
    const { store } = this;
    void store.decoded.changes.value;
    const wanted = store.wantedScore.value;
    const [first, count] = store.window.value;
    const found = new Map<string, Bar>();
    const most = store.withoutServer.value ? FEW_AT_ONCE : AT_ONCE;
    const collect = (bars: readonly Bar[]) => {
      for (const bar of bars) if (found.size < most && !store.decoded.get(barKey(bar))) found.set(barKey(bar), bar);
    };
    for (let index = first; index < first + count; index++) collect(barsToDecode(wanted.planned(index)));
    const { launchScore, launchWindow } = store;
    const [entered, launched] = launchWindow.value;
    if (launchScore.value) for (let index = entered; index < entered + launched; index++) collect(barsToDecode(launchScore.value.planned(index)));
    if (store.underHand.value) {
      const scene = store.scene.value;
      if (store.atOnce.value) this.heading.moved(pointOf(scene), performance.now());
      if (found.size > 0) for (const point of this.heading.next(store.lattice.peek(), this.answerMs)) collect(atPoint(scene, point).bars.flatMap((bar) => modelPart(bar) ?? []));
      return [...found.values()]; // what comes later would be another bar by then
    }
    if (found.size === 0) for (let index = first + count; index < first + count + AHEAD_BARS; index++) collect(barsToDecode(wanted.planned(index)));
    if (found.size === 0) collect(store.project.value.scenes.flatMap((scene) => (scene ? [modelPart(openingBar(scene))] : [])).filter((bar) => bar !== null));
    return [...found.values()];
  }

  /** A bar that the space refuses is silent, and the player is told why; the others are had. */
  private async decode(bars: readonly Bar[]): Promise<readonly BarPattern[]> {
    try {
      return await this.source.bars(bars);
    } catch (error) {
      if (!(error instanceof ServerError) || !error.refused) throw error;
      if (bars.length === 1) {
        this.store.decoded.silence(bars[0]!);
        const said = this.store.notice.value?.text.includes(error.message); // by the remarks on a project that was opened
        if (!said) this.store.reportError(new Error(`A bar is silent: ${error.message}`));
        return [this.store.decoded.get(barKey(bars[0]!))!];
      }
      const made: BarPattern[] = [];
      for (const bar of bars) made.push(...(await this.decode([bar])));
      return made;
    }
  }
}
