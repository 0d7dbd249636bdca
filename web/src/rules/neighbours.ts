/** Which bars of the corpus lie nearest to a point. */

import KDBush from "kdbush";
import type { CorpusMap, Point } from "./protocol";

export interface Neighbour {
  readonly index: number; // in the corpus
  readonly distance: number; // on the map
}

const MOST_TRIED = 1500;
const CLOSE = 0.12; // on the map

/** The bars of the corpus in a spatial index. */
export class Nearby {
  private readonly index: KDBush;

  constructor(private readonly corpus: CorpusMap) {
    this.index = new KDBush(corpus.x.length);
    corpus.x.forEach((x, i) => this.index.add(x, corpus.y[i]!));
    this.index.finish();
  }

  /** The `count` nearest bars, nearest first; `accepts` may leave some out. */
  nearest([x, y]: Point, count: number, accepts: (index: number) => boolean = () => true): Neighbour[] {
    for (let radius = 0.1; ; radius *= 2) {
      const found = this.index
        .within(x, y, radius)
        .filter(accepts)
        .map((index) => ({ index, distance: Math.hypot(this.corpus.x[index]! - x, this.corpus.y[index]! - y) }));
      if (found.length >= count || radius > 1000)
        return found.sort((one, other) => one.distance - other.distance || one.index - other.index).slice(0, count);
    }
  }

  /** The bars between these bounds, in no order. */
  within([left, bottom, right, top]: readonly [number, number, number, number]): number[] {
    return this.index.range(left, bottom, right, top);
  }

  /** A point where bars are dense: of some hundred bars, the one with the most others close by. */
  densest(): Point {
    const { x, y } = this.corpus;
    const stride = Math.max(1, Math.floor(x.length / MOST_TRIED));
    let most = 0;
    let found: Point = [0, 0];
    for (let bar = 0; bar < x.length; bar += stride) {
      const close = this.index.within(x[bar]!, y[bar]!, CLOSE).length;
      if (close > most) [most, found] = [close, [x[bar]!, y[bar]!]];
    }
    return found;
  }

  /** The `count` nearest bars of different sources, so that one long recording does not fill the list. */
  nearestSources(point: Point, count: number, accepts: (index: number) => boolean = () => true): Neighbour[] {
    for (let wanted = count * 16; ; wanted *= 4) {
      const listed = new Set<number>();
      const found = this.nearest(point, wanted, accepts).filter(({ index }) => {
        const source = this.corpus.source[index]!;
        return !listed.has(source) && listed.add(source);
      });
      if (found.length >= count || wanted > this.corpus.x.length) return found.slice(0, count);
    }
  }
}
