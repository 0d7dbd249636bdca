import { expect, test } from "vitest";
import { cellCount, DEFAULT_VELOCITY, EMPTY_BAR, isOnCell, strokesInCell, withCellToggled, withCellVelocity, withStroke } from "./pattern";
import type { BarPattern } from "./protocol";

const roll: BarPattern = {
  meter: [4, 4],
  strokes: [
    [1, 9, 0.4, 0.33],
    [1, 8, 0.8, -0.1],
    [0, 0, 1, 0],
  ],
};

test("a cell holds the strokes of its four steps, in order", () => {
  expect(strokesInCell(roll, 1, 2).map(([, step]) => step)).toEqual([8, 9]);
  expect(strokesInCell(roll, 1, 1)).toEqual([]);
  expect([cellCount(EMPTY_BAR), cellCount({ meter: [6, 8], strokes: [] })]).toEqual([16, 12]);
});

test("toggling sets one stroke on the cell, and clears all of them", () => {
  expect(withCellToggled(EMPTY_BAR, 3, 5).strokes).toEqual([[3, 20, DEFAULT_VELOCITY, 0]]);
  expect(withCellToggled(roll, 1, 2).strokes).toEqual([[0, 0, 1, 0]]);
});

test("the velocity of a cell is that of its loudest stroke; the others follow, and all keep their place", () => {
  expect(strokesInCell(withCellVelocity(roll, 1, 2, 0.4), 1, 2)).toEqual([
    [1, 8, 0.4, -0.1],
    [1, 9, 0.2, 0.33],
  ]);
  expect(strokesInCell(withCellVelocity(EMPTY_BAR, 0, 0, 3), 0, 0)).toEqual([[0, 0, 1, 0]]);
});

test("one step gets a velocity, keeps its offset, and goes at 0", () => {
  expect(strokesInCell(withStroke(roll, 1, 9, 0.5), 1, 2)[1]).toEqual([1, 9, 0.5, 0.33]);
  expect(strokesInCell(withStroke(roll, 1, 9, 0), 1, 2)).toHaveLength(1);
});

test("a stroke off its cell is a tick", () => {
  expect([isOnCell([0, 8, 1, 0.2]), isOnCell([0, 8, 1, -0.7]), isOnCell([0, 9, 1, 0]), isOnCell([0, 8, 1, -1.3])]).toEqual([true, true, false, false]);
});
