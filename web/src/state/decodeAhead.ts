/** Decodes what lies where the pointer rests, before it is pressed. */

import { effect } from "@preact/signals";
import { barKey, modelPart } from "../rules/bars";
import { onMap } from "../rules/mapPoint";
import type { Bar } from "../rules/project";
import type { BarPattern, Point } from "../rules/protocol";
import { atPoint } from "../rules/scene";
import { LatestOnly } from "../net/latestOnly";
import type { RhythmSource } from "../net/sources";
import type { Store } from "./store";

const RESTS_MS = 40; // a pointer that has not moved for so long may be pressed

export class DecodeAhead {
  private readonly requests: LatestOnly<readonly Bar[], readonly BarPattern[]>;
  private resting: ReturnType<typeof setTimeout> | undefined; // the pointer rests, soon

  /** The bar that is wanted has a request of its own, and does not wait for these. */
  constructor(
    private readonly store: Store,
    source: RhythmSource,
  ) {
    this.requests = new LatestOnly(
      (bars) => source.bars(bars),
      (bars, patterns) => store.decoded.add(bars.map((bar, index) => [barKey(bar), patterns[index]!])),
      () => undefined, // nothing is lost: a bar is requested again, and a failure said, when it is wanted
    );
    effect(() => {
      const point = store.pointed.value;
      clearTimeout(this.resting);
      if (point && !store.underHand.peek()) this.resting = setTimeout(() => this.ask(onMap(point)), RESTS_MS);
    });
  }

  /** Has the bars at this point decoded, as far as they are not. */
  private ask(point: Point): void {
    const { scene, decoded } = this.store;
    const missing = atPoint(scene.peek(), point).bars.flatMap((bar) => modelPart(bar) ?? []).filter((part) => !decoded.get(barKey(part)));
    if (missing.length > 0) this.requests.send(missing);
  }
}
