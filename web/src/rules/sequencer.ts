/** The rules of playing, the twin of `clave/play/sequencer.py`: `tests/fixtures/sequencer.json` holds both to them. */

import { type Meter, STEPS_PER_WHOLE, stepsPerBar, swingSteps } from "./units";

export type Quantum = "step" | "beat" | "bar";

export const MAX_LEVEL = 2; // linear, +6 dB

/** Where a stroke sounds, in steps from its bar line: swing moves the step, the played offset is added afterwards. */
export const strokePosition = (step: number, offset: number, swing: number): number => swingSteps(step, swing) + offset;

/** How loud a stroke sounds, linear: half the velocity is 12 dB less. */
export const velocityGain = (velocity: number): number => velocity * velocity;

export const LAYERS = 4; // of a sound with velocity layers
const LAYER_DB = 6;

/** Which of so many velocity layers a stroke plays; 0 is the hardest: the twin of `layer_of` in `clave/music/kit.py`. */
export const layerOf = (velocity: number, layers: number): number => Math.min(layers - 1, Math.floor((-40 * Math.log10(velocity)) / LAYER_DB + 0.5));

/** Which voices sound: the soloed ones if any voice is soloed, else all; a muted voice never does. */
export function audible(muted: readonly boolean[], soloed: readonly boolean[]): boolean[] {
  const anyone = soloed.some(Boolean);
  return muted.map((mute, voice) => !mute && (soloed[voice] === true || !anyone));
}

/** How many steps a beat has: 16 in 4/4 and 3/4, and 24 in 6/8, which is counted in dotted quarters. */
export function stepsPerBeat([beats, unit]: Meter): number {
  const compound = unit >= 8 && beats > 3 && beats % 3 === 0;
  return (STEPS_PER_WHOLE / unit) * (compound ? 3 : 1);
}

/** Where a change made at this position of the bar takes effect; one made exactly on a boundary takes effect there. */
export function nextBoundary(positionSteps: number, quantum: Quantum, meter: Meter): number {
  const size = quantum === "step" ? 1 : quantum === "beat" ? stepsPerBeat(meter) : stepsPerBar(meter);
  return Math.ceil(positionSteps / size) * size;
}
