/** Straight lines between knots, and the standard normal distribution on them: as `clave/rhythm/dynamics.py` computes it. */

import { clamp } from "../rules/units";

type Numbers = readonly number[] | Float64Array;

/** The height at `x` of the line through these knots, whose `xs` do not fall; beyond its ends, that of the end. */
export function interpolated(x: number, xs: Numbers, ys: Numbers): number {
  let low = 0;
  let high = xs.length - 1;
  if (x >= xs[high]!) return ys[high]!;
  if (x <= xs[0]!) return ys[0]!;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (xs[middle]! <= x) low = middle;
    else high = middle;
  }
  return ys[low]! + ((x - xs[low]!) * (ys[high]! - ys[low]!)) / (xs[high]! - xs[low]!);
}

const EDGE = 6;
const KNOTS = 2401;
const STEP = (2 * EDGE) / (KNOTS - 1);
const BELOW_EDGE = 9.865876450376946e-10; // the share below -6
const density = (value: number): number => Math.exp(-0.5 * value * value) / Math.sqrt(2 * Math.PI);

const VALUES = Float64Array.from({ length: KNOTS }, (_, knot) => -EDGE + knot * STEP);
const SHARES = new Float64Array(KNOTS).fill(BELOW_EDGE);
for (let knot = 1; knot < KNOTS; knot++) {
  const [from, to] = [VALUES[knot - 1]!, VALUES[knot]!];
  SHARES[knot] = SHARES[knot - 1]! + (STEP / 6) * (density(from) + 4 * density((from + to) / 2) + density(to)); // Simpson's rule: right to 1e-14
}

/** The share of a standard normal distribution below a value. */
export const normalCdf = (value: number): number => interpolated(value, VALUES, SHARES);

/** The inverse of `normalCdf`, within [-6, 6]. */
export const normalQuantile = (share: number): number => interpolated(share, SHARES, VALUES);

/** A normal distribution, cut off at `low` and `high`, where its standard normal `noise` puts it. */
export function drawnBetween(mean: number, std: number, low: number, high: number, noise: number): number {
  const fromLow = normalCdf(Math.fround((low - mean) / std));
  const toHigh = normalCdf(Math.fround((high - mean) / std));
  return clamp(mean + std * normalQuantile(fromLow + normalCdf(noise) * (toHigh - fromLow)), low, high);
}
