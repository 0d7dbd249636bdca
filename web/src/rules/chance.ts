/** Chance that is the same on every listen: the twin of `clave/play/chance.py`. */

const GOLDEN = 0x9e3779b9; // 2^32 over the golden ratio: sets places apart that differ in one bit

/** What is left to chance, so that one draw does not decide another. */
export const PROBABILITY = 1;
export const RATCHET = 2;
export const WALK = 3;
export const CRASH = 4;

/** The finalizer of MurmurHash3. */
function mix(word: number): number {
  let mixed = word ^ (word >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** A number in [0, 1), evenly spread, for this seed and this place of whole numbers. */
export function chance(seed: number, ...place: readonly number[]): number {
  let mixed = mix(seed ^ GOLDEN);
  for (const part of place) mixed = mix(((mixed ^ part) + GOLDEN) | 0);
  return mixed / 2 ** 32;
}
