/** A journey in words. */

import type { JourneyKind } from "./scene";

interface Leg {
  readonly from: "A" | "B";
  readonly bar: number; // of this leg, counted from 1
}

/** Which way the journey goes in this bar of the round. */
function legOf(bar: number, bars: number): Leg {
  return bar < bars ? { from: "A", bar: bar + 1 } : { from: "B", bar: bar - bars + 2 }; // B itself was bar 1 of the way back
}

/** "travelling A to B, bar 3 of 8". */
export function describe({ bars }: Pick<JourneyKind, "bars">, bar: number): string {
  const leg = legOf(bar, bars);
  return `travelling ${leg.from === "A" ? "A to B" : "B to A"}, bar ${leg.bar} of ${bars}`;
}

/** "1 bar", "16 bars". */
export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;
