/** Short spectra of a sound and back: a Fourier transform, and its frames with half-overlapping windows. */

export const FRAME = 1024; // samples
export const HOP = 256;

const turns = Array.from({ length: FRAME / 2 }, (_, each) => (-2 * Math.PI * each) / FRAME);
const cosines = Float64Array.from(turns, Math.cos);
const sines = Float64Array.from(turns, Math.sin);
const window = Float64Array.from({ length: FRAME }, (_, place) => 0.5 - 0.5 * Math.cos((2 * Math.PI * place) / FRAME)); // Hann
const flipped = Uint16Array.from({ length: FRAME }, (_, place) => {
  let [rest, turned] = [place, 0];
  for (let bit = 1; bit < FRAME; bit *= 2) [rest, turned] = [rest >> 1, (turned << 1) | (rest & 1)];
  return turned;
});

/** The Fourier transform of FRAME numbers, in place (Cooley and Tukey 1965); `sign` -1 is the inverse, without its factor. */
export function transform(real: Float64Array, imaginary: Float64Array, sign = 1): void {
  for (let place = 0; place < FRAME; place++) {
    const other = flipped[place]!;
    if (other <= place) continue;
    [real[place], real[other]] = [real[other]!, real[place]!];
    [imaginary[place], imaginary[other]] = [imaginary[other]!, imaginary[place]!];
  }
  for (let half = 1; half < FRAME; half *= 2) {
    const stride = FRAME / 2 / half;
    for (let start = 0; start < FRAME; start += 2 * half)
      for (let offset = 0; offset < half; offset++) {
        const [cosine, sine] = [cosines[offset * stride]!, sign * sines[offset * stride]!];
        const [low, high] = [start + offset, start + offset + half];
        const [re, im] = [real[high]! * cosine - imaginary[high]! * sine, real[high]! * sine + imaginary[high]! * cosine];
        [real[high], imaginary[high]] = [real[low]! - re, imaginary[low]! - im];
        [real[low], imaginary[low]] = [real[low]! + re, imaginary[low]! + im];
      }
  }
}

export interface Spectrum {
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
}

/** How many frames cover so many samples, with one frame of silence before and after. */
export const frameCount = (samples: number): number => Math.ceil((samples + FRAME) / HOP);

/** The frame of a sound of this number; the first one begins a frame before the sound. */
export function frameAt(samples: Float32Array, number: number): Spectrum {
  const real = new Float64Array(FRAME);
  const start = number * HOP - FRAME + HOP;
  for (let place = Math.max(0, -start); place < FRAME && start + place < samples.length; place++) real[place] = window[place]! * samples[start + place]!;
  const imaginary = new Float64Array(FRAME);
  transform(real, imaginary);
  return { real, imaginary };
}

/** A sound of these frames, each windowed again and added up. */
export function fromFrames(frame: (number: number) => Spectrum, length: number): Float32Array {
  const sum = new Float64Array(length);
  const weight = new Float64Array(length);
  for (let number = 0; number < frameCount(length); number++) {
    const { real, imaginary } = frame(number);
    transform(real, imaginary, -1);
    const start = number * HOP - FRAME + HOP;
    for (let place = Math.max(0, -start); place < FRAME && start + place < length; place++) {
      sum[start + place]! += (window[place]! * real[place]!) / FRAME;
      weight[start + place]! += window[place]! ** 2;
    }
  }
  return Float32Array.from(sum, (each, place) => each / Math.max(weight[place]!, 1e-9));
}
