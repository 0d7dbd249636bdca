/** What the player's bar is like as MIDI control changes: the twin of `clave/play/live/player_cc.py`. */

import { clamp } from "./units";

type Range = readonly [low: number, high: number];
const MAP: Range = [-3, 3];
const SHARE_OF: Readonly<Record<string, readonly Range[]>> = {
  "/clave/player/map": [MAP, MAP],
  "/clave/player/density": [[0, 8]],
  "/clave/player/syncopation": [[0, 8]],
};
export const PLAYER_CONTROLS = ["map, across", "map, up", "density", "syncopation"] as const;
export const USUAL_NUMBERS: readonly number[] = [20, 21, 22, 23]; // General MIDI leaves them free

/** Numbers and values in 0..127 for what was said under one address; none for another. */
export function controlChanges(address: string, values: readonly number[], numbers: readonly number[]): (readonly [number: number, value: number])[] {
  let first = 0;
  for (const [each, ranges] of Object.entries(SHARE_OF)) {
    if (each === address) return ranges.map(([low, high], n) => [numbers[first + n]!, roundEven(127 * clamp((values[n]! - low) / (high - low), 0, 1))]);
    first += ranges.length;
  }
  return [];
}

/** As Python rounds: halves to the even neighbour. */
function roundEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.floor(value + 0.5);
  return floor % 2 === 0 ? floor : floor + 1;
}
