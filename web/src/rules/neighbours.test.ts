import { expect, test } from "vitest";
import { toyCorpus } from "../../dev/toyServer";
import { Nearby } from "./neighbours";

const corpus = toyCorpus();
const nearby = new Nearby(corpus);

test("the nearest bars are those that a plain search finds", () => {
  for (const point of [[0, 0], [2.9, -2.9], [50, 50]] as const) {
    const plain = corpus.x
      .map((x, index) => ({ index, distance: Math.hypot(x - point[0], corpus.y[index]! - point[1]) }))
      .sort((one, other) => one.distance - other.distance || one.index - other.index);
    expect(nearby.nearest(point, 12)).toEqual(plain.slice(0, 12));
  }
});

test("only what is accepted, and each source once", () => {
  const found = nearby.nearestSources([0, 0], 5, (bar) => corpus.style[bar] === 1);
  expect(new Set(found.map(({ index }) => corpus.source[index])).size).toBe(found.length);
  expect(found.every(({ index }) => corpus.style[index] === 1)).toBe(true);
});

test("the densest place has many bars around it, and is the middle when there are none", () => {
  const [x, y] = nearby.densest();
  const around = (px: number, py: number) => corpus.x.filter((cx, bar) => Math.hypot(cx - px, corpus.y[bar]! - py) < 0.12).length;
  const mean = corpus.x.reduce((sum, cx, bar) => sum + around(cx, corpus.y[bar]!), 0) / corpus.x.length;
  expect(around(x, y)).toBeGreaterThan(1.5 * mean);
  expect(new Nearby({ ...corpus, x: [], y: [], style: [], source: [] }).densest()).toEqual([0, 0]);
});

test("a corpus of one bar, and of none", () => {
  expect(new Nearby({ ...corpus, x: [1], y: [1], style: [0], source: [0] }).nearest([0, 0], 3)).toHaveLength(1);
  expect(new Nearby({ ...corpus, x: [], y: [], style: [], source: [] }).nearest([0, 0], 3)).toEqual([]);
});

test("one long recording does not fill the list", () => {
  const long = Array.from({ length: 300 }, (_, n) => n / 1e4);
  const others = [2, 2.01, 2.02, 2.03];
  const x = [...long, ...others];
  const source = x.map((_, bar) => Math.max(0, bar - long.length + 1));
  const found = new Nearby({ ...corpus, x, y: x.map(() => 0), style: x.map(() => 0), source });
  expect(found.nearestSources([0, 0], 5).map(({ index }) => source[index])).toEqual([0, 1, 2, 3, 4]);
});
