/**
 * Decodes bars before they are wanted: while the place on the map is moved by hand, those where it may be next; and what
 * lies where the pointer rests.
 */

import { effect } from "@preact/signals";
import { barKey, modelPart } from "../rules/bars";
import { onMap, onward } from "../rules/mapPoint";
import type { Bar } from "../rules/project";
import type { BarPattern, Point } from "../rules/protocol";
import { atPoint, pointOf } from "../rules/scene";
import { LatestOnly } from "../net/latestOnly";
import type { RhythmSource } from "../net/sources";
import type { Store } from "./store";

const MOST_BARS = 14; // in one request: more take longer than they are ahead
const RESTS_MS = 40; // a pointer that has not moved for so long may be pressed
const SLOW_MS = 40; // an answer that takes longer comes too late to be of use
const REST = 8; // times as long as a slow answer took, nothing is asked for: the server has enough to do

export class DecodeAhead {
  private readonly requests: LatestOnly<readonly Bar[], readonly BarPattern[]>;
  private from: Point | null = null; // the two latest places of a drag
  private to: Point | null = null;
  private restsUntil = -Infinity; // of performance.now()
  private resting: ReturnType<typeof setTimeout> | undefined; // the pointer rests, soon

  /** The bar that is wanted has a request of its own, and does not wait for these. */
  constructor(
    private readonly store: Store,
    source: RhythmSource,
  ) {
    this.requests = new LatestOnly(
      (bars) => this.timed(source.bars(bars)),
      (bars, patterns) => store.decoded.add(bars.map((bar, index) => [barKey(bar), patterns[index]!])),
      () => undefined, // nothing is lost: a bar is requested again, and a failure said, when it is wanted
    );
    effect(() => this.follow());
    effect(() => {
      const point = store.pointed.value;
      clearTimeout(this.resting);
      if (point && !store.underHand.peek()) this.resting = setTimeout(() => this.ask([onMap(point)]), RESTS_MS);
    });
  }

  private follow(): void {
    const { underHand, atOnce, scene } = this.store;
    if (!underHand.value || !atOnce.value) {
      this.from = this.to = null;
      return;
    }
    const point = pointOf(scene.value);
    if (String(point) !== String(this.to)) [this.from, this.to] = [this.to, point];
    if (this.from && performance.now() >= this.restsUntil) this.ask(onward(this.from, point, this.store.lattice.peek()));
  }

  private async timed(coming: Promise<readonly BarPattern[]>): Promise<readonly BarPattern[]> {
    const asked = performance.now();
    const patterns = await coming;
    const took = performance.now() - asked;
    if (took > SLOW_MS) this.restsUntil = performance.now() + REST * took;
    return patterns;
  }

  /** Has the bars at these points decoded, as far as they are not. */
  private ask(points: readonly Point[]): void {
    const { scene, decoded } = this.store;
    const missing = new Map<string, Bar>();
    for (const point of points)
      for (const bar of atPoint(scene.peek(), point).bars) {
        const part = modelPart(bar);
        if (part !== null && missing.size < MOST_BARS && !decoded.get(barKey(part))) missing.set(barKey(part), part);
      }
    if (missing.size > 0) this.requests.send([...missing.values()]);
  }
}
