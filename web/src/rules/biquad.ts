/** Second-order filters, sample by sample: the twin of `clave/audio/biquad.py`, as far as the page computes filters itself. */

export interface Biquad {
  readonly b: readonly [number, number, number];
  readonly a: readonly [number, number]; // after the 1
}

type Samples = Float32Array | Float64Array;

export function filtered(samples: Samples, { b: [b0, b1, b2], a: [a1, a2] }: Biquad): Float64Array {
  const out = new Float64Array(samples.length);
  let [one, two] = [0, 0];
  for (let n = 0; n < samples.length; n++) {
    const x = samples[n]!;
    const y = b0 * x + one;
    one = b1 * x - a1 * y + two;
    two = b2 * x - a2 * y;
    out[n] = y;
  }
  return out;
}

/** A low-pass of 6 dB an octave. */
export function onePole(cutoffHz: number, sampleRate: number): Biquad {
  const k = 1 - Math.exp((-2 * Math.PI * cutoffHz) / sampleRate);
  return { b: [k, 0, 0], a: [k - 1, 0] };
}

/** Two one-pole low-passes of this time constant, one after the other. */
export function smoother(seconds: number, sampleRate: number): Biquad {
  const k = 1 - Math.exp(-1 / (seconds * sampleRate));
  return { b: [k * k, 0, 0], a: [2 * (k - 1), (k - 1) ** 2] };
}
