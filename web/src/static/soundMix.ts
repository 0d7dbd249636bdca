/**
 * A sound between others: the magnitude of each part of the spectrum lies between theirs on a logarithmic scale, as the
 * sound space's own log spectrograms do, and its phase is that of the nearest. All begin with their onset.
 */

import { FRAME, frameAt, fromFrames } from "./spectrum";

const FLOOR = 1e-5; // of a magnitude: keeps the logarithm of silence finite
const ALONE = 0.999; // of all weight: such a sound is heard as it is

/** The sound between these, by their weights, which add up to 1; as loud as they are in the mean. */
export function mixed(sounds: readonly Float32Array[], weights: readonly number[]): Float32Array {
  const heaviest = weights.indexOf(Math.max(...weights));
  const nearest = sounds[heaviest]!;
  if (weights[heaviest]! >= ALONE) return nearest;
  const parts = sounds.map((sound, place) => ({ sound, weight: weights[place]! })).filter(({ weight }) => weight > 0);
  const length = Math.max(...parts.map(({ sound }) => sound.length));
  const made = fromFrames((number) => {
    const all = parts.map(({ sound }) => frameAt(sound, number));
    const { real, imaginary } = frameAt(nearest, number);
    for (let bin = 0; bin < FRAME; bin++) {
      const log = all.reduce((sum, each, place) => sum + parts[place]!.weight * Math.log(Math.hypot(each.real[bin]!, each.imaginary[bin]!) + FLOOR), 0);
      const own = Math.hypot(real[bin]!, imaginary[bin]!);
      const factor = own > 0 ? Math.max(Math.exp(log) - FLOOR, 0) / own : 0;
      real[bin]! *= factor;
      imaginary[bin]! *= factor;
    }
    return { real, imaginary };
  }, length);
  const wanted = parts.reduce((sum, { sound, weight }) => sum + weight * Math.log(energy(sound)), 0);
  const gain = Math.min(Math.sqrt(Math.exp(wanted) / energy(made)), 0.99 / Math.max(peak(made), 1e-9));
  return made.map((each) => each * gain);
}

const energy = (sound: Float32Array): number => sound.reduce((sum, each) => sum + each * each, 1e-12);
const peak = (sound: Float32Array): number => sound.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
