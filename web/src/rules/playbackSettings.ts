/** How a sound is played: tuned, ringing longer or shorter, louder or softer. The twin of `clave/music/playback_settings.py`, which has the formulas. */

import { MAX_GAIN } from "./protocol";
import { clamp } from "./units";

export interface PlaybackSettings {
  readonly tune: number; // semitones, -24 to 24
  readonly decay: number; // ratio of the time it rings, 0.05 to 4
  readonly gain: number; // linear, 0 to 2
}

const GROWTH = 100; // 40 dB: what is quieter yet is not brought up
const FADE_SECONDS = 0.05;
const LOBES = 16; // zero crossings of the sinc on either side

type Samples = Float32Array | Float64Array;

/** The samples as they are played with these settings; neutral ones give the samples themselves. */
export function playedSamples(samples: Samples, sampleRate: number, { tune, decay, gain }: PlaybackSettings): Samples {
  if (tune === 0 && decay === 1 && gain === 1) return samples;
  const rung = decay === 1 ? samples : decayed(samples, decay, Math.round(FADE_SECONDS * sampleRate));
  const read = tune === 0 ? rung : readAt(rung, 2 ** (tune / 12));
  const loudness = clamp(gain, 0, MAX_GAIN);
  return loudness === 1 ? read : read.map((sample) => sample * loudness);
}

function largest(samples: Samples): number {
  let most = 0;
  for (const sample of samples) most = Math.max(most, Math.abs(sample));
  return most;
}

function decayed(samples: Samples, ratio: number, fadeSamples: number): Samples {
  const peak = largest(samples);
  const peakAt = samples.findIndex((sample) => Math.abs(sample) === peak);
  let energy = 0;
  let moment = 0;
  for (let n = peakAt; n < samples.length; n++) {
    energy += samples[n]! ** 2;
    moment += (n - peakAt) * samples[n]! ** 2;
  }
  if (!(moment > 0)) return samples; // silence, or nothing after the peak
  const timeConstant = (2 * moment) / energy;
  const made = Float64Array.from(samples);
  let yetToCome = peak / GROWTH; // nothing exceeds the attack
  for (let n = made.length - 1; n >= peakAt; n--) {
    yetToCome = Math.max(yetToCome, Math.abs(made[n]!));
    made[n]! *= Math.exp(Math.min(((n - peakAt) * (1 - 1 / ratio)) / timeConstant, Math.log(peak / yetToCome)));
  }
  if (ratio <= 1) return made;
  const fade = Math.min(fadeSamples, made.length - peakAt - 1);
  for (let k = 0; k < fade; k++) made[made.length - fade + k]! *= Math.cos(((Math.PI / 2) * (k + 1)) / fade) ** 2;
  return made;
}

/**
 * Read faster by `ratio`, between the samples by a windowed sinc. From tap to tap, the sine of the sinc and the cosine of
 * its window turn by one angle each: two rotations instead of two calls, so that a slider can be followed.
 */
function readAt(samples: Samples, ratio: number): Float64Array {
  const width = Math.max(1, ratio);
  const reach = Math.ceil(width * LOBES);
  const sincTurn = { cos: Math.cos(Math.PI / width), sin: Math.sin(Math.PI / width) };
  const windowTurn = { cos: Math.cos(Math.PI / width / LOBES), sin: Math.sin(Math.PI / width / LOBES) };
  const made = new Float64Array(Math.ceil(samples.length / ratio));
  for (let m = 0; m < made.length; m++) {
    const place = m * ratio;
    const first = Math.max(0, Math.floor(place) - reach + 1);
    const last = Math.min(samples.length - 1, Math.floor(place) + reach);
    const angle = (Math.PI * (place - first)) / width;
    let [sincCos, sincSin] = [Math.cos(angle), Math.sin(angle)];
    let [windowCos, windowSin] = [Math.cos(angle / LOBES), Math.sin(angle / LOBES)];
    let sum = 0;
    for (let n = first; n <= last; n++) {
      const away = (place - n) / width;
      if (Math.abs(away) < LOBES) {
        const sinc = Math.abs(away) < 1e-6 ? 1 : sincSin / (Math.PI * away);
        sum += samples[n]! * sinc * 0.5 * (1 + windowCos); // cos^2 of the half angle
      }
      [sincCos, sincSin] = [sincCos * sincTurn.cos + sincSin * sincTurn.sin, sincSin * sincTurn.cos - sincCos * sincTurn.sin];
      [windowCos, windowSin] = [
        windowCos * windowTurn.cos + windowSin * windowTurn.sin,
        windowSin * windowTurn.cos - windowCos * windowTurn.sin,
      ];
    }
    made[m] = sum / width;
  }
  return made;
}
