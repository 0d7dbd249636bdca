/** How loud a bar is going to be, from its strokes and sounds, and the gain that makes bars alike: the twin of `clave/play/program.py`. */

import type { BarPattern } from "./protocol";
import { velocityGain } from "./sequencer";
import { clamp, stepsPerBar } from "./units";

const TARGET_DB = -16.2;
const LEVELLED = 0.7;
const RELATIVE_GATE_LU = -10;
const HOP_SECONDS = 0.1;
const HOPS_PER_BLOCK = 4;
const MIN_GAIN = 1;
const MAX_GAIN = 12;
export const REST_GAIN = 3; // of what belongs to no bar

/** Linear. `energies` of the eight sounds are K-weighted, in seconds of full scale; the bar lasts so many seconds. */
export function barGain({ meter, strokes }: BarPattern, energies: readonly number[], seconds: number): number {
  const hops = Math.max(1, Math.floor(seconds / HOP_SECONDS + 0.5));
  const energy = Array.from({ length: hops }, () => 0);
  for (const [voice, step, velocity] of strokes) {
    const loud = velocityGain(Math.fround(velocity));
    energy[Math.min(hops - 1, Math.floor((step * hops) / stepsPerBar(meter)))]! += loud * loud * energies[voice]!;
  }
  const width = Math.min(hops, HOPS_PER_BLOCK);
  const levelled = energy.map((each) => ((each * hops) / seconds) ** LEVELLED);
  const blocks = levelled.map((_, hop) => Array.from({ length: width }, (_each, k) => levelled[(hop + k) % hops]!).reduce((sum, each) => sum + each, 0) / width);
  const gate = (blocks.reduce((sum, each) => sum + each, 0) / hops) * 10 ** (RELATIVE_GATE_LU / 10);
  const counted = blocks.filter((block) => block > gate);
  if (counted.length === 0) return REST_GAIN;
  const power = (counted.reduce((sum, each) => sum + each, 0) / counted.length) ** (1 / LEVELLED);
  return clamp(Math.sqrt(10 ** (TARGET_DB / 10) / power), MIN_GAIN, MAX_GAIN);
}
