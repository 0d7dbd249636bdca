/** Samples for softer strokes, made of those for hard ones: the twin of `clave/audio/velocity_layers.py`, which has the formulas. */

import { filtered, smoother } from "./biquad";
import { kWeightedEnergy } from "./loudness";

/** What a voice does when it is struck more softly; slopes are in dB for each dB: at the onset, and later. */
interface Response {
  readonly splitHz: number;
  readonly seconds: number; // time constant from the one to the other
  readonly low: readonly [start: number, end: number];
  readonly high: readonly [start: number, end: number];
}

const KICK: Response = { splitHz: 300, seconds: 0.06, low: [0, -0.1], high: [0.7, 0.1] };
const SNARE: Response = { splitHz: 600, seconds: 0.02, low: [0, 0.4], high: [0.3, 0.1] };
const CLOSED_HIHAT: Response = { splitHz: 1200, seconds: 0.04, low: [0, 0.3], high: [-0.5, 0.8] };
const OPEN_HIHAT: Response = { splitHz: 300, seconds: 0.25, low: [0, 0.2], high: [-0.2, 0.6] };
const TOM: Response = { splitHz: 300, seconds: 0.1, low: [0, -0.5], high: [0.9, 0.1] };
const CYMBAL: Response = { splitHz: 2400, seconds: 0.04, low: [0, 0], high: [0, 0.25] };
const OTHER: Response = { splitHz: 1200, seconds: 0.06, low: [0, 0.4], high: [0.25, 0.4] };
export const RESPONSES: readonly Response[] = [KICK, SNARE, CLOSED_HIHAT, OPEN_HIHAT, TOM, CYMBAL, SNARE, OTHER];

const LAYERS_DB = [-6, -12, -18]; // beside the sound itself
const ONSET = 0.1; // of the peak

/** From hard to soft; each is as loud as the sound. */
export function softerSamples(samples: Float32Array<ArrayBuffer>, sampleRate: number, voice: number): Float32Array<ArrayBuffer>[] {
  const energy = kWeightedEnergy(samples, sampleRate);
  if (energy === 0) return LAYERS_DB.map(() => samples);
  const { splitHz, seconds, low, high } = RESPONSES[voice]!;
  const below = filtered(samples, smoother(1 / (2 * Math.PI * splitHz), sampleRate));
  const passed = sinceOnset(samples, seconds * sampleRate);
  return LAYERS_DB.map((level) => {
    const [lowStart, lowEnd, highStart, highEnd] = [...low, ...high].map((slope) => 10 ** ((slope * level) / 20)) as [number, number, number, number];
    const made = new Float32Array(samples.length);
    for (let n = 0; n < samples.length; n++) {
      const [share, lows] = [passed[n]!, below[n]!];
      made[n] = lows * (lowEnd + (lowStart - lowEnd) * share) + (samples[n]! - lows) * (highEnd + (highStart - highEnd) * share);
    }
    const loud = Math.sqrt(energy / kWeightedEnergy(made, sampleRate));
    return made.map((sample) => sample * loud);
  });
}

/** 1 up to the onset; from there on it falls by e in so many samples. */
function sinceOnset(samples: Float32Array, fallSamples: number): Float64Array {
  const least = ONSET * peakOf(samples);
  const onset = samples.findIndex((sample) => Math.abs(sample) >= least);
  const passed = new Float64Array(samples.length).fill(1);
  const fall = Math.exp(-1 / fallSamples);
  for (let n = onset + 1; n < passed.length; n++) passed[n] = passed[n - 1]! * fall;
  return passed;
}

function peakOf(samples: Float32Array): number {
  let most = 0;
  for (const sample of samples) most = Math.max(most, Math.abs(sample));
  return most;
}
