/** The impulse response of the one room: the twin of `clave/play/room.py`, which says how it is made. */

import { filtered, onePole } from "./biquad";
import { chance } from "./chance";
import type { Room } from "./project";

const LOW_CUT_HZ = 250;
const CROSSOVER_HZ = 2500;
const AIR_HZ = 9000;
const DAMPING = 0.45;
const REFLECTIONS = [
  [1, 0, 0.9], [1.9, 1.3, 0.75], [2.6, 3.1, 0.6], [4.1, 3.7, 0.5], [5.3, 5.9, 0.4], [7.1, 6.7, 0.33],
] as const; // prettier-ignore
const REFLECTED = 6;

export const ROOM_SIZES = ["booth", "room", "hall"] as const satisfies readonly Room["size"][];
const SHAPES: Readonly<Record<Room["size"], { readonly decay: number; readonly predelay: number; readonly seed: number }>> = {
  booth: { decay: 0.28, predelay: 0.003, seed: 101 },
  room: { decay: 0.6, predelay: 0.008, seed: 211 },
  hall: { decay: 1.7, predelay: 0.018, seed: 307 },
};

/** Left and right. */
export function impulseResponse(size: Room["size"], sampleRate: number): readonly [Float32Array<ArrayBuffer>, Float32Array<ArrayBuffer>] {
  const { decay, predelay, seed } = SHAPES[size];
  const length = Math.round((predelay + decay) * sampleRate);
  const start = Math.round(predelay * sampleRate);
  const sides = [0, 1].map((side) => {
    const white = Float64Array.from({ length: length - start }, (_, n) => 2 * chance(seed + side, n) - 1);
    const low = filtered(white, onePole(CROSSOVER_HZ, sampleRate));
    const fall = Math.log(1000) / decay / sampleRate;
    const row = new Float64Array(length);
    white.forEach((each, n) => (row[start + n] = low[n]! * Math.exp(-fall * n) + (each - low[n]!) * Math.exp((-fall * n) / DAMPING)));
    for (const [left, right, gain] of REFLECTIONS) row[start + Math.round((side === 0 ? left : right) * start)]! += REFLECTED * gain;
    const far = filtered(row, onePole(AIR_HZ, sampleRate));
    const deep = filtered(far, onePole(LOW_CUT_HZ, sampleRate));
    return far.map((each, n) => each - deep[n]!);
  });
  const energy = sides.reduce((sum, side) => side.reduce((own, each) => own + each * each, sum), 0);
  const [left, right] = sides.map((side) => Float32Array.from(side, (each) => each / Math.sqrt(energy)));
  return [left!, right!];
}
