/** The numbers are NumPy's: `tests/make_static_fixture.py` draws them. */

import { expect, test } from "vitest";
import { readCompressed } from "../../tests/madeUp";
import { Random } from "./random";

const { random } = readCompressed<{ random: { seed: number; normal: number[]; gumbel: number[]; below: number[]; choice: number; uniform: number }[] }>("static_page.json.gz");

const apart = (some: readonly number[], others: readonly number[]) => Math.max(...some.map((each, place) => Math.abs(each - others[place]!)));

test.each(random)("seed $seed", ({ seed, normal, gumbel, below, choice, uniform }) => {
  const own = new Random(seed);
  const normals = Array.from({ length: 1000 }, () => own.normal());
  expect(apart(normal, normals.slice(-normal.length))).toBeLessThan(1e-13);
  expect(apart(gumbel, gumbel.map(() => own.gumbel()))).toBeLessThan(1e-13); // prettier-ignore
  expect(below.map(() => own.below(8))).toEqual(below);
  expect(own.choice([0.7, 0.16, 0.14])).toBe(choice);
  expect(own.uniform()).toBe(uniform);
});
