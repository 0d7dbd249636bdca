/** What the rhythm space has made of bars, by `barKey`. It is no part of the project: a project says how its bars are made again. */

import { signal } from "@preact/signals";
import { barKey, meterOf } from "../rules/bars";
import { EMPTY_BAR } from "../rules/pattern";
import type { Bar } from "../rules/project";
import type { BarPattern } from "../rules/protocol";

const MOST = 2048; // bars that are remembered; those not wanted for longest are forgotten first

export class DecodedBars {
  private readonly found = new Map<string, BarPattern>();
  /** How often bars were added: what depends on them reads it. */
  readonly changes = signal(0);

  /** What was made of the bar with this key; undefined: not decoded yet. */
  get(key: string): BarPattern | undefined {
    const pattern = this.found.get(key);
    if (pattern) {
      this.found.delete(key); // and added again as the latest
      this.found.set(key, pattern);
    }
    return pattern;
  }

  add(bars: readonly (readonly [key: string, pattern: BarPattern])[]): void {
    for (const [key, pattern] of bars) this.found.set(key, pattern);
    for (const key of this.found.keys()) {
      if (this.found.size <= MOST) break;
      this.found.delete(key);
    }
    this.changes.value = this.changes.peek() + 1;
  }

  /** The space cannot make this bar: it is silent. */
  silence(bar: Bar): void {
    this.add([[barKey(bar), { ...EMPTY_BAR, meter: meterOf(bar) }]]);
  }
}
