import { expect, test } from "vitest";
import type { Tap } from "./protocol";
import { foldTaps, TAP_VELOCITY, velocityOf } from "./taps";

const BAR = 64;
const tap = (position: number, velocity = 0.8): Tap => [position, velocity];
const places = (taps: readonly Tap[]) => foldTaps(taps, BAR).map(([position]) => Number(position.toFixed(6)));

test("one round is kept as it was tapped", () => {
  const taps = [tap(0.25), tap(24, 0.5), tap(40.75)];
  expect(foldTaps(taps, BAR)).toEqual(taps);
  expect(foldTaps([], BAR)).toEqual([]);
});

test("which round it was does not matter", () => {
  expect(places([tap(3 * BAR + 10), tap(3 * BAR + 20)])).toEqual([10, 20]);
});

test("rounds are folded to the mean of each stroke", () => {
  const rounds = [0, 1, 2, 3].flatMap((round) => [0, 12, 24, 40].map((place, n) => tap(round * BAR + place + 0.5 * (round - 1.5) * (n % 2 ? 1 : -1), 0.2 * (round + 1))));
  const folded = foldTaps(rounds, BAR);
  folded.forEach(([position, velocity], n) => {
    expect(position).toBeCloseTo([0, 12, 24, 40][n]!, 9);
    expect(velocity).toBeCloseTo(0.5, 9);
  });
  expect(folded).toHaveLength(4);
});

test("a tap shortly before the bar line is an early one", () => {
  const [first, ...others] = foldTaps([tap(63.2), tap(BAR + 64.4), tap(2 * BAR + 63.6)], BAR); // the 1 of rounds 1, 3 and 3 again: of 1, 2 and 3
  expect(others).toEqual([]);
  expect(first![0]).toBeCloseTo((BAR + (63.2 + 64.4 + 63.6) / 3) % BAR, 9);
  expect(places([tap(63), tap(BAR + 1 + 63)])[0]).toBeCloseTo(63.5, 6);
  expect(places([tap(0.5), tap(63)])).toEqual([63.75]); // both ends of one round: two bar lines, one stroke
});

test("a slip in one of four rounds is dropped, what came in half of them is kept", () => {
  const beat = [0, 1, 2, 3].map((round) => tap(round * BAR + 16));
  expect(places([...beat, tap(2 * BAR + 30)])).toEqual([16]);
  expect(places([...beat, tap(30), tap(2 * BAR + 30)])).toEqual([16, 30]);
});

test("who begins in the middle of a bar loses nothing of it", () => {
  expect(places([tap(48), tap(BAR), tap(BAR + 16)])).toEqual([0, 16, 48]);
  expect(places([tap(48), tap(BAR + 16), tap(BAR + 48)])).toEqual([16, 48]);
});

test("two quick taps of one round are two strokes, however near", () => {
  expect(places([tap(16), tap(17), tap(BAR + 16), tap(BAR + 17)])).toEqual([16, 17]);
});

test("a slow drift is not one long stroke", () => {
  const drifting = Array.from({ length: 12 }, (_, n) => tap(n * 5.34)); // quarter triplets of twelve
  expect(places(drifting)).toHaveLength(12);
});

test("rounds as long as the meter says", () => {
  expect(foldTaps([tap(6), tap(48 + 6), tap(48 + 30)], 48).map(([position]) => position)).toEqual([6, 30]);
});

test("only a pen says how hard", () => {
  expect(velocityOf({ pointerType: "pen", pressure: 0.3 })).toBe(0.3);
  expect(velocityOf({ pointerType: "mouse", pressure: 0.5 })).toBe(TAP_VELOCITY);
  expect(velocityOf({ pointerType: "touch", pressure: 1 })).toBe(TAP_VELOCITY);
});
