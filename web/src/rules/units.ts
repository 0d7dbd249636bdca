/** Musical time and its units: the twin of `clave/music/units.py`. Positions are steps, 64 to a whole note. */

export const STEPS_PER_WHOLE = 64;
export const STEPS_PER_QUARTER = STEPS_PER_WHOLE / 4;
export const STEPS_PER_SIXTEENTH = STEPS_PER_WHOLE / 16;
export const MIN_TEMPO_BPM = 20;
export const MAX_TEMPO_BPM = 400;
export const MIN_SWING = 0.25;
export const MAX_SWING = 0.75;

export type Meter = readonly [beats: number, unit: number];

export const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/** 64 in 4/4, 48 in 3/4 and 6/8. */
export const stepsPerBar = ([beats, unit]: Meter): number => (beats * STEPS_PER_WHOLE) / unit;

export const secondsPerStep = (tempoBpm: number): number => 60 / tempoBpm / STEPS_PER_QUARTER;

/** Where a straight grid position comes to lie under swing: of two 16ths, the second begins at `8 * swing`. */
export function swingSteps(step: number, swing: number): number {
  const pair = 2 * STEPS_PER_SIXTEENTH;
  const start = Math.floor(step / pair) * pair;
  const within = step - start;
  return within < STEPS_PER_SIXTEENTH
    ? start + within * 2 * swing
    : start + pair * swing + (within - STEPS_PER_SIXTEENTH) * 2 * (1 - swing);
}

/** A velocity in (0, 1] as a MIDI number in 1..127, as musicians read it. */
export const velocityToMidi = (velocity: number): number => Math.max(1, Math.floor(velocity * 127 + 0.5));
