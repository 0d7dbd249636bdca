/** K-weighted energy of a sound, as ITU-R BS.1770 weights it: the twin of `clave/audio/loudness.py`. */

import { type Biquad, filtered } from "./biquad";

/** The shelf (a head's) and the high-pass of K-weighting. */
function kFilters(sampleRate: number): readonly [Biquad, Biquad] {
  const shelf = { k: Math.tan((Math.PI * 1681.974450955533) / sampleRate), q: 0.7071752369554196 };
  const high = 10 ** (3.999843853973347 / 20);
  const mid = high ** 0.4996667741545416;
  const pass = { k: Math.tan((Math.PI * 38.13547087602444) / sampleRate), q: 0.5003270373238773 };
  const poles = ({ k, q }: typeof shelf): [a0: number, a: [number, number]] => {
    const a0 = 1 + k / q + k * k;
    return [a0, [(2 * (k * k - 1)) / a0, (1 - k / q + k * k) / a0]];
  };
  const { k, q } = shelf;
  const [a0, a] = poles(shelf);
  const b = [(high + (mid * k) / q + k * k) / a0, (2 * (k * k - high)) / a0, (high - (mid * k) / q + k * k) / a0] as const;
  return [{ b, a }, { b: [1, -2, 1], a: poles(pass)[1] }];
}

/** The integral of the squared, K-weighted samples, in seconds of full scale. */
export function kWeightedEnergy(samples: Float32Array, sampleRate: number): number {
  const [shelf, highpass] = kFilters(sampleRate);
  return filtered(filtered(samples, shelf), highpass).reduce((sum, each) => sum + each * each, 0) / sampleRate;
}
