import { expect, test } from "vitest";
import { tapped, tempoOfTaps } from "./tapTempo";

const after = (gaps: number[]) => gaps.reduce<number[]>((taps, gap) => tapped(taps, taps.at(-1)! + gap), tapped([], 1000));

test("taps half a second apart are 120 bpm, uneven ones their mean", () => {
  expect(tempoOfTaps(after([500, 500, 500]))).toBe(120);
  expect(tempoOfTaps(after([480, 520]))).toBe(120);
});

test("one tap says nothing, and a long pause begins anew", () => {
  expect(tempoOfTaps(after([]))).toBeNull();
  expect(after([500, 500, 4000])).toHaveLength(1);
  expect(tempoOfTaps(after([500, 4000, 1000]))).toBe(60);
});

test("tempo stays in range", () => expect(tempoOfTaps(after([10, 10]))).toBe(400));
