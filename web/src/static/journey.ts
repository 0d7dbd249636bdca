/**
 * From one bar to another with no more changes than are needed, each on the way a likely bar: the twin of
 * `clave/rhythm/journey.py`, where the rules are explained.
 */

import { type BarPattern, type BarStroke, type Point, type StyleChoice, VOICE_COUNT } from "../rules/protocol";
import { stepsPerBar } from "../rules/units";
import { type Condition, conditionOf, movedTo } from "./condition";
import { HANDS, handCount, type Hits } from "./likelyBar";
import type { RhythmSpace } from "./rhythmSpace";
import { roundedToEven } from "./rounding";

const CANDIDATES = 12; // strokes whose bars the prior compares
const LOOKS = 9; // points of the line at which the map is read

export const hitsOf = ({ meter, strokes }: BarPattern): Hits => {
  const steps = stepsPerBar(meter);
  const hits = new Uint8Array(VOICE_COUNT * steps);
  for (const [voice, step] of strokes) hits[voice * steps + step] = 1;
  return hits;
};

/** The cells in which the two bars differ, in the order in which they change. */
export async function journeyOrder(space: RhythmSpace, [start, end]: readonly [BarPattern, BarPattern], line: readonly [Point, Point], style: StyleChoice): Promise<number[]> {
  const condition = conditionOf(space.facts, line[0], style, null, start.meter);
  const from = condition.point;
  const to = movedTo(condition, line[1]).point;
  const between = (share: number) => movedTo(condition, [(1 - share) * from[0] + share * to[0], (1 - share) * from[1] + share * to[1]]);
  const search = new Search(hitsOf(start), hitsOf(end), expectedAlong(space, between));
  while (search.isOpen) {
    const candidates = search.candidates();
    const next = candidates.length > 1 ? await likeliest(space, search, candidates, between(Math.fround(search.share))) : candidates[0]!;
    search.change(next);
  }
  return search.order;
}

/** The mean logit of each cell along a line. */
function expectedAlong(space: RhythmSpace, between: (share: number) => Condition): Float32Array {
  const looks = Array.from({ length: LOOKS }, (_, look) => space.map.logits(between(look / (LOOKS - 1))));
  return looks[0]!.map((_, cell) => looks.reduce((sum, each) => sum + each[cell]!, 0) / LOOKS);
}

async function likeliest(space: RhythmSpace, search: Search, candidates: readonly number[], condition: Condition): Promise<number> {
  const prior = await space.tokenPrior();
  let best = candidates[0]!;
  let most = -Infinity;
  for (const cell of candidates) {
    const gain = prior.logLikelihood(condition, search.with(cell), null);
    if (gain > most) [best, most] = [cell, gain];
  }
  return best;
}

/** One leg, while its changes are put in order. */
class Search {
  readonly order: number[] = [];
  private readonly left: { coming: number[]; going: number[] };
  private readonly coming: number;
  private readonly going: number;
  private readonly hits: Hits;
  private readonly mostHands: readonly number[];
  private readonly steps: number;

  constructor(start: Hits, end: Hits, expected: Float32Array) {
    const wanted = (cell: number) => (end[cell] ? expected[cell]! : -expected[cell]!);
    const cells = [...start.keys()].filter((cell) => start[cell] !== end[cell]).sort((one, other) => wanted(other) - wanted(one));
    this.left = { coming: cells.filter((cell) => end[cell]), going: cells.filter((cell) => !end[cell]) };
    [this.coming, this.going] = [this.left.coming.length, this.left.going.length];
    this.hits = start.slice();
    this.steps = start.length / VOICE_COUNT;
    this.mostHands = Array.from({ length: this.steps }, (_, step) => Math.max(HANDS, handCount(start, step), handCount(end, step)));
  }

  get isOpen(): boolean {
    return this.order.length < this.coming + this.going;
  }

  /** How far on the way the bar is after the next change. */
  get share(): number {
    return (this.order.length + 1) / (this.coming + this.going);
  }

  /** The cells of which one changes next: of those that come and those that go in turn. */
  candidates(): number[] {
    const { coming, going } = this.left;
    const [come, gone] = [this.coming - coming.length, this.going - going.length];
    const playable = coming.filter((cell) => handCount(this.with(cell), cell % this.steps) <= this.mostHands[cell % this.steps]!);
    const due = come * this.going < gone * this.coming || going.length === 0;
    const inTurn = due ? [playable, going] : [going, playable];
    return (inTurn[0]!.length > 0 ? inTurn[0]! : inTurn[1]!).slice(0, CANDIDATES);
  }

  /** The bar with this cell changed. */
  with(cell: number): Hits {
    const changed = this.hits.slice();
    changed[cell] = 1 - changed[cell]!;
    return changed;
  }

  change(cell: number): void {
    this.left.coming = this.left.coming.filter((each) => each !== cell);
    this.left.going = this.left.going.filter((each) => each !== cell);
    this.hits[cell] = 1 - this.hits[cell]!;
    this.order.push(cell);
  }
}

/** The bar so far on the way, in this order of changes: 0 is the start, 1 the end. */
export function barOnTheWay(start: BarPattern, end: BarPattern, order: readonly number[], share: number): BarPattern {
  if (share === 0 || share === 1) return share ? end : start;
  const steps = stepsPerBar(start.meter);
  const hits = hitsOf(start);
  for (const cell of order.slice(0, roundedToEven(share * order.length))) hits[cell] = 1 - hits[cell]!;
  const [before, after] = [start, end].map(({ strokes }) => new Map(strokes.map((stroke) => [stroke[0] * steps + stroke[1], stroke]))) as [Map<number, BarStroke>, Map<number, BarStroke>];
  const strokes = [...hits.keys()].filter((cell) => hits[cell]).map((cell): BarStroke => {
    const [one, other] = [before.get(cell), after.get(cell)];
    if (!one || !other) return (one ?? other)!;
    const mixed = (place: 2 | 3) => Math.fround(one[place] + Math.fround(share) * (other[place] - one[place]));
    return [one[0], one[1], mixed(2), mixed(3)];
  });
  return { meter: start.meter, strokes: strokes.sort((one, other) => one[1] + one[3] - other[1] - other[3] || one[0] - other[0]) };
}
