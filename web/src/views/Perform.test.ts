import { expect, test } from "vitest";
import { velocityAt } from "./Perform";

test("a pad is struck hardest at its upper edge and never too soft to hear", () => {
  expect([0, 50, 100, 140, -10].map((fromTop) => velocityAt(fromTop, 100))).toEqual([1, 0.625, 0.25, 0.25, 1]);
});
