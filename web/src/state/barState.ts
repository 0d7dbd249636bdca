/** What the page knows of the bar in hand, beside what undo brings back: what stays, how it was humanised, what is tapped. */

import { computed, signal } from "@preact/signals";
import type { Tap, WirePattern } from "../rules/protocol";
import { NOTHING_STAYS, type Stays } from "../rules/holds";

/** How a bar was humanised: out of which one, how far, in which throw, and like whom. */
export interface Felt {
  readonly base: WirePattern;
  readonly amount: number; // 0 to 1
  readonly seed: number;
  readonly like: number | null; // the slot that lends its feel; null is the style
}

/** What one taps to: a click, or the loop as it plays. */
export type TapTo = "click" | "loop";

export class BarState {
  readonly stays = signal<Stays>(NOTHING_STAYS);

  readonly asked = signal<Felt | null>(null); // a feel that is on its way
  private readonly felt = new WeakMap<WirePattern, Felt>(); // by what came of it: undo finds it again

  readonly tapTo = signal<TapTo | null>(null); // null: nobody taps
  readonly taps = signal<readonly Tap[]>([]); // in steps since the music began
  readonly drumming = signal(false); // drums for the taps are on their way
  readonly filling = signal(false); // the rest is on its way

  /** Only the click is heard. */
  readonly clicking = computed(() => this.tapTo.value === "click");

  /** How this bar was humanised; a bar that was not is as it is. */
  feltOf(pattern: WirePattern): Felt {
    return this.felt.get(pattern) ?? { base: pattern, amount: 0, seed: 0, like: null };
  }

  remember(pattern: WirePattern, felt: Felt): void {
    this.felt.set(pattern, felt);
  }
}
