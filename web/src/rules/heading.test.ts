import { expect, test } from "vitest";
import { Heading } from "./heading";
import { MAP_EDGE } from "./mapPoint";

const SPACING = 1 / 64;
const FRAME = 1000 / 60;

test("it goes on as it went last, or a little beside that", () => {
  const heading = new Heading();
  heading.moved([0, 0], 0);
  heading.moved([0.25, -0.125], FRAME);
  const [first, second, ...beside] = heading.next(SPACING);
  expect([first, second]).toEqual([[0.5, -0.25], [0.75, -0.375]]); // prettier-ignore
  expect(beside).toContainEqual([0.5 + SPACING, -0.25]);
  expect(beside).toContainEqual([0.5, -0.25 - SPACING]);
});

test("a frame that was missed does not make it faster", () => {
  const heading = new Heading();
  heading.moved([0, 0], 0);
  heading.moved([0.5, 0], 2 * FRAME);
  expect(heading.next(SPACING)[0]).toEqual([0.75, 0]);
});

test("nobody knows where it goes before its second move, or after a rest", () => {
  const heading = new Heading();
  expect(heading.next(SPACING)).toEqual([]);
  heading.moved([0, 0], 0);
  expect(heading.next(SPACING)).toEqual([]);
  heading.moved([0.5, 0], 1000);
  expect(heading.next(SPACING)).toEqual([]);
});

test("the same place again is no move", () => {
  const heading = new Heading();
  heading.moved([0, 0], 0);
  heading.moved([0.25, 0], FRAME);
  heading.moved([0.25, 0], 2 * FRAME);
  expect(heading.next(SPACING)[0]).toEqual([0.5, 0]);
});

test("it stays on the map", () => {
  const heading = new Heading();
  heading.moved([0, 0], 0);
  heading.moved([2.5, 2.5], FRAME);
  for (const [x, y] of heading.next(SPACING)) expect(Math.max(x, y)).toBeLessThanOrEqual(MAP_EDGE);
});
