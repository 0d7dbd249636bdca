import { expect, test } from "vitest";
import { placeIn } from "./explainDrawing";

test("a point of the map lies in a window from its left and from its top", () => {
  const window = { centre: [0.5, -1], half: 0.25 } as const;
  expect(placeIn([0.5, -1], window)).toEqual([0.5, 0.5]);
  expect(placeIn([0.25, -0.75], window)).toEqual([0, 0]); // the upper left corner
  expect(placeIn([0.75, -1.25], window)).toEqual([1, 1]);
});
