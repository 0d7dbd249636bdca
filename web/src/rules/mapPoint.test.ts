import { expect, test } from "vitest";
import { latticeSpacing, MAP_EDGE, onLattice } from "./mapPoint";

test.each([0.004, 0.0123, 0.02, 0.05])("a lattice about as fine as %d has points at exact distances, and one near every point", (about) => {
  const spacing = latticeSpacing(about);
  expect(Math.log2(spacing)).toBe(Math.round(Math.log2(spacing)));
  expect(spacing / about).toBeGreaterThan(0.7);
  expect(spacing / about).toBeLessThan(1.42);
  for (const point of [[0.1234, -2.9876], [1 / 3, 2 / 3], [-MAP_EDGE, MAP_EDGE]] as const) {
    const [x, y] = onLattice(point, spacing);
    expect(Math.abs(x - point[0])).toBeLessThanOrEqual(spacing / 2);
    expect(Math.abs(y - point[1])).toBeLessThanOrEqual(spacing / 2);
    expect(onLattice([x, y], spacing)).toEqual([x, y]);
  }
});

test("the coarsest lattice still shows where one is, also before the page knows its size", () => {
  expect(latticeSpacing(18)).toBe(1 / 16);
});
