import { expect, test } from "vitest";
import { type ClickHistory, NO_CLICKS, toClick, withClick } from "./clickHistory";
import { DEFAULT_SETTINGS, placeAt, pointOf } from "./scene";
import type { Point } from "./protocol";

const at = (clicks: ClickHistory, point: Point): ClickHistory => withClick(clicks, placeAt(point, DEFAULT_SETTINGS, 1));
const three = [[1, 1] as const, [2, 2] as const, [-1, 0] as const].reduce(at, NO_CLICKS);

test("clicks can be walked back and forward; a new click forgets what lay ahead", () => {
  const { clicks, place } = toClick(three, -2)!;
  expect(pointOf(place)).toEqual([1, 1]);
  expect(pointOf(toClick(clicks, 1)!.place)).toEqual([2, 2]);
  expect([toClick(clicks, -1), toClick(three, 1)]).toEqual([null, null]);
  expect(at(clicks, [0, 3]).places.map(pointOf)).toEqual([[1, 1], [0, 3]]);
});

test("the same place is one click, with its latest strokes", () => {
  const edited = { ...placeAt([-1, 0], DEFAULT_SETTINGS, 1), bars: [{ kind: "edited", base: three.places[2]!.bars[0]!, operations: [{ kind: "cells", cells: [[0, 0, 1, 0]] }] } as const] };
  const again = withClick(three, edited as never);
  expect(again.places).toHaveLength(3);
  expect(again.places[2]!.bars[0]!.kind).toBe("edited");
});

test("the oldest clicks are forgotten", () => {
  const many = Array.from({ length: 80 }, (_, n): Point => [n / 40, 0]).reduce(at, NO_CLICKS);
  expect([many.places.length, many.at]).toEqual([64, 63]);
});
