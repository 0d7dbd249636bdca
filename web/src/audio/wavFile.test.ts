import { expect, test } from "vitest";
import { encodeWav } from "./wavFile";

const word = (view: DataView, at: number) => String.fromCharCode(...[0, 1, 2, 3].map((n) => view.getUint8(at + n)));
const sample = (view: DataView, at: number) => view.getUint16(at, true) | (view.getInt8(at + 2) << 16);

test("24-bit stereo, interleaved, in full scale", () => {
  const file = encodeWav([Float32Array.of(0, 1, -1), Float32Array.of(0.5, 2, -0.25)], 44100);
  const view = new DataView(file);
  expect([word(view, 0), word(view, 8), word(view, 12), word(view, 36)]).toEqual(["RIFF", "WAVE", "fmt ", "data"]);
  expect(view.getUint32(4, true)).toBe(file.byteLength - 8);
  expect([view.getUint16(20, true), view.getUint16(22, true), view.getUint32(24, true)]).toEqual([1, 2, 44100]);
  expect([view.getUint32(28, true), view.getUint16(32, true), view.getUint16(34, true)]).toEqual([44100 * 6, 6, 24]);
  expect(view.getUint32(40, true)).toBe(18);
  const full = 2 ** 23 - 1;
  const wanted = [0, Math.round(full / 2), full, full, -full, Math.round(-full / 4)];
  expect(wanted.map((_, n) => sample(view, 44 + 3 * n))).toEqual(wanted);
});

test("an odd number of bytes is padded, as RIFF asks", () => {
  const file = encodeWav([Float32Array.of(0.1)], 8000);
  expect(file.byteLength).toBe(48);
  expect(new DataView(file).getUint32(40, true)).toBe(3);
});
