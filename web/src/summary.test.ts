import { expect, test } from "vitest";
import { toyInstrument } from "../dev/toyServer";
import { EMPTY_BAR } from "./pattern";
import { describeCell, describePattern, sayFile, sayPoint } from "./summary";

test.each([
  ["drummer1/session2/7_funk-groove1_95_beat_4-4.mid", "drummer 1, 7 funk-groove1 95 beat 4-4"],
  ["mine/Rock1.mid", "mine, Rock 1"],
  ["drummer 1, funk groove 2", "drummer 1, funk groove 2"],
])("%s is read as %s", (path, said) => expect(sayFile(path)).toBe(said));

test("a bar is told by its voices", () => {
  const bar = { ...EMPTY_BAR, strokes: [[0, 0, 1, 0], [0, 32, 0.5, 0], [1, 16, 1, 0]] as const };
  expect(describePattern(bar, toyInstrument.voices)).toBe("3 strokes: kick 2, snare 1");
  expect(describePattern(EMPTY_BAR, toyInstrument.voices)).toBe("a bar of silence");
});

test("a cell is told by voice, step and velocity", () => {
  expect(describeCell("snare", 4, [[1, 16, 0.709, 0]])).toBe("Snare, step 5, velocity 90");
  expect(describeCell("snare", 4, [])).toBe("Snare, step 5, off");
  expect(describeCell("snare", 4, [[1, 16, 0.709, 0], [1, 17, 0.1, 0]])).toBe("Snare, step 5, velocity 90, 2 strokes");
});

test("a point has a true minus", () => expect(sayPoint([-1.234, 0.5])).toBe("x −1.23, y 0.50"));
