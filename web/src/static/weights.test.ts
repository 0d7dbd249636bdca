import { expect, test } from "vitest";
import { fromHalves, readWeights, roundedToHalf } from "./weights";

function file(header: object, numbers: Uint8Array): ArrayBuffer {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + numbers.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(numbers, 8 + text.length);
  return bytes.buffer;
}

test("numbers in half and single precision are read by their names", () => {
  const numbers = new Uint8Array([...new Uint8Array(new Float32Array([0.1]).buffer), 0x00, 0x3c, 0x00, 0xc0]);
  const weights = readWeights(file({ a: { dtype: "F32", shape: [1], data_offsets: [0, 4] }, b: { dtype: "F16", shape: [2], data_offsets: [4, 8] } }, numbers));
  expect([...weights.get("a")!.data, ...weights.get("b")!.data]).toEqual([Math.fround(0.1), 1, -2]);
});

test("half precision goes from the smallest number to infinity", () => {
  expect([...fromHalves(Uint16Array.of(1, 0x03ff, 0x0400, 0x7bff, 0x7c00, 0x8000))]).toEqual([2 ** -24, 1023 * 2 ** -24, 2 ** -14, 65_504, Infinity, -0]);
  for (const bits of [1, 0x1234, 0x3555, 0x7bff]) expect(roundedToHalf(fromHalves(Uint16Array.of(bits))[0]!)).toBe(fromHalves(Uint16Array.of(bits))[0]!);
  expect([roundedToHalf(1 + 2 ** -11), roundedToHalf(1 + 3 * 2 ** -11), roundedToHalf(0.1)]).toEqual([1, 1 + 2 ** -9, 0.0999755859375]);
});

test("another file, or half of one, is refused", () => {
  expect(() => readWeights(new ArrayBuffer(4))).toThrow("no safetensors file");
  expect(() => readWeights(file({}, new Uint8Array()).slice(0, 9))).toThrow("not all of one");
  expect(() => readWeights(file({ a: { dtype: "I64", shape: [1], data_offsets: [0, 8] } }, new Uint8Array(8)))).toThrow("got a in I64");
});
