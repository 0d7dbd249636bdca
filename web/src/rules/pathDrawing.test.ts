import { expect, test } from "vitest";
import { chance } from "./chance";
import { blend, leadsSomewhere, MAX_DRAWN_POINTS, movedBy, orbit, placeOnPath, simplified, through, wander, withoutPoint, withPoint, withPointAfter } from "./pathDrawing";
import type { Scene } from "./project";
import type { Point } from "./protocol";
import { NEW_PAGE_PROJECT, withNewPath } from "./scene";
import { pointAt, vertices } from "./travel";

const { scene } = NEW_PAGE_PROJECT;
const apart = ([ax, ay]: Point, [bx, by]: Point) => Math.hypot(ax - bx, ay - by);
const through3 = withNewPath(scene, [[0, 0], [1, 0], [1, 1]], { bars: 5 }); // prettier-ignore

test("a straight line is its ends, and a corner stays", () => {
  expect(simplified(Array.from({ length: 50 }, (_, n): Point => [n / 10, 0.001 * (n % 2)]), 0.01)).toEqual([[0, 0], [4.9, 0.001]]);
  expect(simplified([[0, 0], [1, 0.002], [2, 0], [2, 1], [2, 2]], 0.01)).toEqual([[0, 0], [2, 0], [2, 2]]);
});

test("ten thousand drawn points are simplified to few, none of the line farther away than the tolerance", () => {
  const line = Array.from({ length: 10_000 }, (_, n): Point => [Math.sin(n / 900) * 2, Math.cos(n / 1300) * 2]);
  const few = simplified(line, 0.02);
  expect(few.length).toBeLessThan(120);
  expect([few[0], few.at(-1)]).toEqual([line[0], line.at(-1)]);
  const drawn = withNewPath(scene, few, {});
  const dense = Array.from({ length: 2000 }, (_, n) => pointAt(vertices(drawn), n / 1999));
  for (let n = 0; n < line.length; n += 101) expect(Math.min(...dense.map((each) => apart(each, line[n]!)))).toBeLessThan(0.03);
  const noise = Array.from({ length: 10_000 }, (_, n): Point => [4 * chance(1, n) - 2, 4 * chance(2, n) - 2]);
  expect(simplified(noise, 0.001).length).toBeLessThanOrEqual(MAX_DRAWN_POINTS);
});

test("a point, and a hand that trembles, lead nowhere", () => {
  expect(simplified([[1, 1]], 0.01)).toEqual([[1, 1]]);
  expect([leadsSomewhere([[1, 1]], 0.01), leadsSomewhere([[1, 1], [1.005, 1]], 0.01), leadsSomewhere([[1, 1], [1.1, 1]], 0.01)]).toEqual([false, false, true]);
});

test("an orbit goes round evenly in a loop: from its last bar to its first as far as from bar to bar", () => {
  const round = withNewPath(scene, orbit([0.5, -0.5], 1, 16), { bars: 16, curve: "smooth" });
  const bars = Array.from({ length: 16 }, (_, bar) => pointAt(vertices(round), bar / 15));
  for (const bar of bars) expect(apart(bar, [0.5, -0.5])).toBeCloseTo(1, 1);
  const steps = bars.map((bar, place) => apart(bar, bars[(place + 1) % 16]!));
  expect(Math.max(...steps) - Math.min(...steps)).toBeLessThan(0.03);
});

test("a wandering path is the same for its seed and stays near home", () => {
  const home = (point: Point) => ({ centre: [0, 0] as Point, distance: Math.max(0, apart(point, [0, 0]) - 0.5) });
  const walk = (seed: number) => {
    let drawn = 0;
    return wander([0, 0], 200, home, () => chance(seed, drawn++));
  };
  expect(walk(3)).toEqual(walk(3));
  expect(walk(3)).not.toEqual(walk(4));
  for (const seed of [1, 2, 3, 4, 5]) for (const point of walk(seed)) expect(apart(point, [0, 0])).toBeLessThan(1.5);
});

test.each(["line", "smooth"] as const)("a place on a path of a %s is at its point, or after one", (curve) => {
  const there: Scene = { ...through3, path: { ...through3.path!, curve } };
  expect(placeOnPath(there, 0, 0.01)).toEqual({ at: 0, after: 0 });
  expect(placeOnPath(there, 1, 0.01)).toMatchObject({ at: 2 });
  expect(placeOnPath(there, 0.25, 0.01)).toEqual({ at: null, after: 0 });
  expect(placeOnPath(there, 0.75, 0.01)).toEqual({ at: null, after: 1 });
});

test("points are moved, inserted and deleted; two always stay, and none leaves the map", () => {
  const points: Point[] = [[0, 0], [1, 1], [2, 2]]; // prettier-ignore
  expect(withPoint(points, 1, [9, -9])).toEqual([[0, 0], [3, -3], [2, 2]]);
  expect(withPointAfter(points, 0, [0.5, 0.5])).toHaveLength(4);
  expect([withoutPoint(points, 0).length, withoutPoint(points.slice(1), 0).length]).toEqual([2, 2]);
  expect(movedBy(points, [-1, 5])).toEqual([[-1, 1], [0, 2], [1, 3]]);
});

test("a changed path keeps its way and its edits; what was smoothed is part of its points, and its stops are found anew", () => {
  const path = { ...through3.path!, smoothing: 0.5, stops: [0, 0.1, 0.2, 0.9, 1] };
  expect(through(path, [[0, 0], [2, 2]])).toEqual({ ...path, points: [[0, 0], [2, 2]], smoothing: 0, stops: [] });
  expect(through({ ...path, stops: null }, [[0, 0], [2, 2]]).stops).toBeNull();
});

test("between four anchors lies their bilinear blend", () => {
  const corners = [[-1, 1], [1, 2], [-1, -1], [3, -2]] as const; // prettier-ignore
  expect([[0, 0], [1, 0], [0, 1], [1, 1]].map((at) => blend(corners, at as unknown as Point))).toEqual(corners);
  expect(blend(corners, [0.5, 0.5])).toEqual([0.5, 0]);
  expect(blend(corners, [0.25, 0])).toEqual([-0.5, 1.25]);
});
