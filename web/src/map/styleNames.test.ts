import { expect, test } from "vitest";
import { placed, styleNames, type StyleName } from "./styleNames";
import { HOME, Projection } from "./view";

const corpus = { x: [], y: [], style: [0, 0, 1, 1, 1, -1], styles: ["bossa", "rock", "unused"] };
const ground = { size: 3, span: 3, distance: [], styles: { bossa: [0, 0, 0, 0, 0, 9, 0, 0, 0], rock: [5, 0, 0, 0, 0, 0, 0, 0, 0] } };

test("a name stands where its bars are densest, the largest style first", () => {
  const names = styleNames(corpus as never, ground as never);
  expect(names.map(({ name, point, bars }) => [name, point, bars])).toEqual([
    ["rock", [-3, -3], 3],
    ["bossa", [3, 0], 2],
  ]);
});

test("a style with a home is named there", () => {
  const names = styleNames(corpus as never, ground as never, [{ style: "rock", point: [1, 2], tempo_bpm: 105, meter: [4, 4] }]);
  expect(names.map(({ name, point }) => [name, point])).toEqual([
    ["rock", [1, 2]],
    ["bossa", [3, 0]],
  ]);
});

const many: StyleName[] = Array.from({ length: 40 }, (_, n) => ({ name: `style ${n}`, point: [-2.4 + 0.6 * (n % 8), 1.8 - 0.6 * Math.floor(n / 8)], bars: 100 - n }));
const at = (zoom: number) => placed(many, new Projection({ ...HOME, zoom }, { width: 1000, height: 700 }));

test("ten names at home, more of those in sight from near by", () => {
  expect(at(1).length).toBe(10);
  const near = at(2);
  expect(near.some(({ name }) => !at(1).some((each) => each.name === name))).toBe(true);
});

test("no name lies over another, the larger one has the place", () => {
  const crowded = placed(many.slice(0, 6).map((each) => ({ ...each, point: [0, 0] as const })), new Projection(HOME, { width: 1000, height: 700 }));
  expect(crowded[0]!.name).toBe("style 0");
  expect(crowded.length).toBe(5); // its own place, and two above and below
  const tops = crowded.map(({ pixel }) => pixel[1]).sort((one, other) => one - other);
  tops.slice(1).forEach((top, n) => expect(top - tops[n]!).toBeGreaterThan(14));
});
