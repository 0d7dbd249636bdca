/** Sound to a WAV file: 24-bit PCM. */

const BYTES_PER_SAMPLE = 3;
const FULL_SCALE = 2 ** 23 - 1;
const HEADER_BYTES = 44;

/** Channels of equal length, samples in [-1, 1]; louder is clipped. */
export function encodeWav(channels: readonly Float32Array[], sampleRate: number): ArrayBuffer {
  const frames = channels[0]?.length ?? 0;
  const frameBytes = channels.length * BYTES_PER_SAMPLE;
  const dataBytes = frames * frameBytes;
  const file = new ArrayBuffer(HEADER_BYTES + dataBytes + (dataBytes % 2));
  const view = new DataView(file);
  const word = (at: number, letters: string) => [...letters].forEach((letter, i) => view.setUint8(at + i, letter.charCodeAt(0)));

  word(0, "RIFF");
  view.setUint32(4, file.byteLength - 8, true);
  word(8, "WAVE");
  word(12, "fmt ");
  view.setUint32(16, 16, true); // bytes of this chunk
  view.setUint16(20, 1, true); // PCM
  view.setUint16(22, channels.length, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * frameBytes, true);
  view.setUint16(32, frameBytes, true);
  view.setUint16(34, BYTES_PER_SAMPLE * 8, true);
  word(36, "data");
  view.setUint32(40, dataBytes, true);

  let at = HEADER_BYTES;
  for (let frame = 0; frame < frames; frame++) {
    for (const channel of channels) {
      const sample = Math.round(Math.min(1, Math.max(-1, channel[frame] ?? 0)) * FULL_SCALE);
      view.setUint16(at, sample & 0xffff, true);
      view.setInt8(at + 2, sample >> 16);
      at += BYTES_PER_SAMPLE;
    }
  }
  return file;
}
