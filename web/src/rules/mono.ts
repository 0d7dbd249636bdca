/** One channel of several, as `clave/files/audio_file/reading.py` makes it; tests/fixtures/mono.json holds both. */

const BLOCK_SECONDS = 1;
const CANCELLED = 0.1; // of the loudest channel's level: below, the channels' mean is what they cancel to

type Samples = Float32Array<ArrayBuffer>;

/** The mean of the channels; where they cancel each other, the loudest of them so far, second by second. */
export function asMono(channels: readonly Samples[], sampleRate: number): Samples {
  const [first] = channels;
  if (!first || channels.length === 1) return first ?? new Float32Array();
  const mean = new Float32Array(first.length);
  const loudest = new Float32Array(first.length);
  const energies = channels.map(() => 0);
  let energy = 0; // of the mean
  const block = Math.max(1, Math.round(BLOCK_SECONDS * sampleRate));
  for (let start = 0; start < first.length; start += block) {
    const end = Math.min(start + block, first.length);
    for (let at = start; at < end; at++) {
      let sum = 0;
      channels.forEach((samples, channel) => {
        sum += samples[at]!;
        energies[channel]! += samples[at]! ** 2;
      });
      mean[at] = sum / channels.length;
      energy += mean[at]! ** 2;
    }
    const most = energies.indexOf(Math.max(...energies));
    loudest.set(channels[Math.max(most, 0)]!.subarray(start, end), start);
  }
  return energy < CANCELLED ** 2 * Math.max(...energies) ? loudest : mean;
}
