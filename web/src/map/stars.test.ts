import { expect, test } from "vitest";
import type { Point } from "../rules/protocol";
import { nearestStar } from "./stars";
import { HOME, Projection } from "./view";

const projection = new Projection(HOME, { width: 600, height: 600 }); // 100 pixels a unit
const file = (name: string, ...points: Point[]) => ({ name, tempo_bpm: null, said: [], bars: points.map((point, bar) => ({ bar, point, pattern: { meter: [4, 4] as const, strokes: [] } })) });
const files = [file("a.mid", [0, 0], [0.1, 0]), file("b.mid", [-1, 2])];

test("the nearest star within reach is pressed, of whichever file", () => {
  expect(nearestStar(files, projection, [300, 300], 12)).toEqual([0, 0]);
  expect(nearestStar(files, projection, [306, 300], 12)).toEqual([0, 1]); // nearer to the one on the right
  expect(nearestStar(files, projection, [203, 95], 12)).toEqual([1, 0]);
});

test("beyond its reach there is none, nor without files", () => {
  expect(nearestStar(files, projection, [300, 312], 12)).toBeNull();
  expect(nearestStar([], projection, [300, 300], 12)).toBeNull();
});
