import { expect, test } from "vitest";
import { blurred, brightness, countBars, GLOW_EDGE } from "./glow";

test("each bar counts where it lies; the first row is the top", () => {
  const counts = countBars({ x: [-GLOW_EDGE + 0.01, 0.01, 9], y: [GLOW_EDGE - 0.01, -0.01, 0] }, 4);
  expect([...counts]).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0]);
});

test("a blur spreads a bar evenly and keeps its weight", () => {
  const field = new Float32Array(21 * 21);
  field[10 * 21 + 10] = 1;
  const spread = blurred(field, 1);
  expect(spread.reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 5);
  expect(spread[10 * 21 + 11]).toBeCloseTo(spread[9 * 21 + 10]!, 6);
  expect(spread[10 * 21 + 10]!).toBeGreaterThan(spread[10 * 21 + 11]!);
  expect(spread[10 * 21 + 14]).toBe(0); // three rounds reach three cells
});

test("the densest place is bright, an empty one dark", () => {
  const counts = new Float32Array(128 * 128);
  counts[64 * 128 + 64] = 100;
  const found = brightness(counts);
  expect(Math.max(...found)).toBe(found[64 * 128 + 64]);
  expect(found[0]).toBe(0);
});
