/** State of the bar in the grid that undo does not bring back: what is held, what has been requested, what is tapped. */

import { computed, signal } from "@preact/signals";
import type { BarAddress } from "../rules/plan";
import type { Bar } from "../rules/project";
import type { Tap } from "../rules/protocol";

/** How a bar is humanised: how far, with which seed, and like which scene. */
export interface Humanise {
  readonly amount: number; // 0 to 1
  readonly seed: number;
  readonly like: number | null; // the scene whose velocities and timing it takes; null is the style
}

/** Settings whose bar has been requested. */
export interface Humanising {
  readonly address: BarAddress;
  readonly before: Bar; // as it was before it was humanised
  readonly settings: Humanise;
}

/** What is heard while tapping: a click, or the loop as it plays. */
export type TapTo = "click" | "loop";

export class BarState {
  readonly marked = signal<ReadonlySet<string>>(new Set()); // cells that stay when the rest is filled in
  readonly humanising = signal<Humanising | null>(null);

  readonly tapTo = signal<TapTo | null>(null); // null: not tapping
  readonly taps = signal<readonly Tap[]>([]); // in steps since the music began
  readonly drumming = signal(false); // waiting for drums for the taps
  readonly filling = signal(false); // waiting for the rest of the bar

  /** Only the click is heard. */
  readonly clicking = computed(() => this.tapTo.value === "click");
}
