import { expect, test } from "vitest";
import { thinned } from "./barsDrawing";

test("too many bars are thinned out evenly, the same ones in each window", () => {
  const bars = Array.from({ length: 100 }, (_, n) => n);
  expect(thinned(bars, 100)).toBe(bars);
  const few = thinned(bars, 30);
  expect(few).toEqual(bars.filter((bar) => bar % 4 === 0));
  expect(thinned([...bars].reverse(), 30)).toEqual([...few].reverse());
});
