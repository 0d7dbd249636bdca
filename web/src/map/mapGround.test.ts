import { expect, test } from "vitest";
import { contour, hasFarAreas, hatchingOver, levelOf, smoothstep } from "./mapGround";

const SIZE = 61;
const centre = (SIZE - 1) / 2;
const field = (value: (x: number, y: number) => number) =>
  Array.from({ length: SIZE * SIZE }, (_, at) => value((at % SIZE) - centre, Math.floor(at / SIZE) - centre));

test("the contour of a cone is a circle of its radius", () => {
  const lines = contour(field((x, y) => 40 - Math.hypot(x, y)), SIZE, 20);
  for (const [x0, y0, x1, y1] of lines) {
    expect(Math.hypot(x0 - centre, y0 - centre)).toBeCloseTo(20, 1);
    expect(Math.hypot(x1 - centre, y1 - centre)).toBeCloseTo(20, 1);
  }
  const length = lines.reduce((sum, [x0, y0, x1, y1]) => sum + Math.hypot(x1 - x0, y1 - y0), 0);
  expect(length).toBeCloseTo(2 * Math.PI * 20, 0);
});

test("rows of the field are rows of the contour", () => {
  const lines = contour(field((_, y) => y), SIZE, 10.25);
  expect(new Set(lines.flatMap(([, y0, , y1]) => [y0, y1]))).toEqual(new Set([centre + 10.25]));
  expect(lines).toHaveLength(SIZE - 1);
});

test("a saddle has two lines, an even field none", () => {
  expect(contour([1, 0, 0, 1], 2, 0.5)).toHaveLength(2);
  expect(contour([1, 1, 1, 1], 2, 0.5)).toEqual([]);
});

test("half of a bell lies within its half level", () => {
  const bell = field((x, y) => Math.exp(-(x * x + y * y) / 128));
  const level = levelOf(bell, 0.5);
  const within = bell.filter((value) => value >= level).reduce((sum, value) => sum + value, 0);
  expect(within / bell.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0.5, 1);
  expect(level).toBeCloseTo(0.5, 1); // a Gaussian in two dimensions holds half where it is half as high
});

test("the veil lies over what is far, and over nothing else", () => {
  expect([0, 0.3, 1].map(hatchingOver)).toEqual([0, 0, 1]);
  expect(smoothstep(0.5, 0, 1)).toBe(0.5);
  const ground = { size: 2, span: 3, styles: {} };
  expect(hasFarAreas({ ...ground, distance: [0, 0.1, 0.2, 0.3] })).toBe(false);
  expect(hasFarAreas({ ...ground, distance: [0, 0.1, 0.2, 0.9] })).toBe(true);
});
