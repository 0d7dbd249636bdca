import { expect, test } from "vitest";
import { NEW_GROOVE } from "./groove";
import { describe, pointsOf } from "./journey";

const journey = { ...NEW_GROOVE.journey, a: [0, 0] as const, b: [2, -2] as const, bars: 4 };

test("the bars of a loop lead from A to B", () => {
  expect(pointsOf(journey)).toHaveLength(4);
  expect(pointsOf(journey)[3]).toEqual([2, -2]);
  expect(describe(journey, 2)).toBe("travelling A to B, bar 3 of 4");
});

test("ping-pong comes back without playing its ends twice", () => {
  const there = { ...journey, mode: "ping-pong" as const };
  expect(pointsOf(there)).toHaveLength(6);
  expect(pointsOf(there)[4]![0]).toBeCloseTo(4 / 3);
  expect(describe(there, 4)).toBe("travelling B to A, bar 2 of 4");
  expect(describe(there, 5)).toBe("travelling B to A, bar 3 of 4");
});

test("a journey needs both pins", () => expect(pointsOf({ ...journey, b: null })).toEqual([]));
