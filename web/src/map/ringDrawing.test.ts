import { expect, test } from "vitest";
import { passed } from "./ringDrawing";

const pattern = { meter: [4, 4] as [number, number], strokes: [[0, 0, 0.9, 0], [1, 16, 0.5, -1], [2, 63, 0.3, 0]] as [number, number, number, number][] };

test("strokes pulse once, when the playhead has passed their true place", () => {
  expect(passed(pattern, 10, 14.9)).toEqual([]);
  expect(passed(pattern, 14.9, 15.1)).toEqual([[1, 0.5]]); // a step early
  expect(passed(pattern, 15.1, 20)).toEqual([]);
});

test("over the bar line too", () => {
  expect(passed(pattern, 62, 1)).toEqual([[0, 0.9], [2, 0.3]]);
});
