import { expect, test } from "vitest";
import { bend, CEILING } from "./bus";

test("what is below the knee stays, and nothing exceeds the ceiling", () => {
  for (const sample of [-0.36, -0.2, 0, 0.3, 0.36]) expect(bend(sample)).toBe(sample);
  const loud = Array.from({ length: 200 }, (_, n) => bend(0.36 + n / 20));
  expect(loud).toEqual(loud.toSorted((one, other) => one - other));
  expect(loud.at(-1)).toBeLessThanOrEqual(CEILING);
  expect(bend(-3)).toBe(-bend(3));
});
