/** Tempo from taps. */

import { clamp, MAX_TEMPO_BPM, MIN_TEMPO_BPM } from "./units";

const LONGEST_GAP_MS = 2500; // a longer pause starts again
const MOST_TAPS = 8;

/** The taps that still count, the latest included. */
export function tapped(taps: readonly number[], now: number): number[] {
  const last = taps.at(-1);
  return last === undefined || now - last > LONGEST_GAP_MS ? [now] : [...taps, now].slice(-MOST_TAPS);
}

/** A beat for each tap: null until there are two. */
export function tempoOfTaps(taps: readonly number[]): number | null {
  const [first, last] = [taps[0], taps.at(-1)];
  if (first === undefined || last === undefined || taps.length < 2 || last <= first) return null;
  const bpm = (60_000 * (taps.length - 1)) / (last - first);
  return clamp(Math.round(bpm * 2) / 2, MIN_TEMPO_BPM, MAX_TEMPO_BPM);
}
