/** State of the bar in the grid that undo does not bring back: what is held, how bars were humanised, what is tapped. */

import { computed, signal } from "@preact/signals";
import { type Holds, NOTHING_HELD } from "../rules/holds";
import type { Tap, BarPattern } from "../rules/protocol";

/** How a bar was humanised: out of which one, how far, with which seed, and like which slot. */
export interface Humanise {
  readonly base: BarPattern;
  readonly amount: number; // 0 to 1
  readonly seed: number;
  readonly like: number | null; // the slot whose velocities and timing it takes; null is the style
}

/** What is heard while tapping: a click, or the loop as it plays. */
export type TapTo = "click" | "loop";

export class BarState {
  readonly holds = signal<Holds>(NOTHING_HELD);

  readonly humanising = signal<Humanise | null>(null); // settings whose bar has been requested
  private readonly humanised = new WeakMap<BarPattern, Humanise>(); // by the bar that came of it, so that undo finds its settings again

  readonly tapTo = signal<TapTo | null>(null); // null: not tapping
  readonly taps = signal<readonly Tap[]>([]); // in steps since the music began
  readonly drumming = signal(false); // waiting for drums for the taps
  readonly filling = signal(false); // waiting for the rest of the bar

  /** Only the click is heard. */
  readonly clicking = computed(() => this.tapTo.value === "click");

  /** How this bar was humanised; amount 0 for a bar that was not. */
  humaniseOf(pattern: BarPattern): Humanise {
    return this.humanised.get(pattern) ?? { base: pattern, amount: 0, seed: 0, like: null };
  }

  remember(pattern: BarPattern, settings: Humanise): void {
    this.humanised.set(pattern, settings);
  }
}
