import { expect, test } from "vitest";
import { toyInstrument } from "../../dev/toyServer";
import { EMPTY_BAR } from "./pattern";
import type { CorpusMap } from "./protocol";
import { describeBar, describeCell, describeNearest, describePattern, describePlace, formatFile, formatPoint, ownBars } from "./summary";

test.each([
  ["drummer1/session2/7_latin-brazilian-bossa_95_beat_4-4.mid", "drummer 1, latin brazilian bossa groove\u00a07"],
  ["drummer10/eval/12_rock_100_fill_6-8.mid", "drummer 10, rock fill\u00a012"],
  ["mine/7_funk_loop.mid", "mine, 7 funk loop"],
  ["mine/Rock1.mid", "mine, Rock 1"],
  ["drummer 1, funk groove 2", "drummer 1, funk groove 2"],
])("%s is read as %s", (path, words) => expect(formatFile(path)).toBe(words));

test("a bar is described by its voices", () => {
  const bar = { ...EMPTY_BAR, strokes: [[0, 0, 1, 0], [0, 32, 0.5, 0], [1, 16, 1, 0]] as const };
  expect(describePattern(bar, toyInstrument.voices)).toBe("3 strokes: kick 2, snare 1");
  expect(describePattern(EMPTY_BAR, toyInstrument.voices)).toBe("a bar of silence");
});

test("a cell is described by voice, step and velocity", () => {
  expect(describeCell("snare", 4, [[1, 16, 0.709, 0]])).toBe("Snare, step 5, velocity 90");
  expect(describeCell("snare", 4, [])).toBe("Snare, step 5, off");
  expect(describeCell("snare", 4, [[1, 16, 0.709, 0], [1, 17, 0.1, 0]])).toBe("Snare, step 5, velocity 90, 2 strokes");
});

test("a place is its point, its strokes and the style nearest to it", () => {
  const bar = { ...EMPTY_BAR, strokes: [[1, 16, 1, 0]] as const };
  expect(describePlace([0.2, -1.1], bar, toyInstrument.voices, "funk")).toBe("x 0.20, y −1.10: 1 stroke: snare 1; nearest: funk");
  expect(describePlace([0, 0], EMPTY_BAR, toyInstrument.voices, null)).toBe("x 0.00, y 0.00: a bar of silence");
});

test("a point has a true minus", () => expect(formatPoint([-1.234, 0.5])).toBe("x −1.23, y 0.50"));

test("the nearest bar is described with its source", () => {
  const corpus: CorpusMap = {
    x: [0, 1],
    y: [0, 0],
    style: [0, -1],
    styles: ["latin"],
    section: [0, 1],
    sections: ["beat", "fill"],
    source: [0, 1],
    sources: ["drummer1/session1/7_latin-bomba_94_beat_4-4.mid", "mine/loop.mid"],
    licences: ["CC BY 4.0", "CC BY 4.0"],
    own: [],
    credit: "Groove MIDI Dataset: Gillick and others, ICML 2019",
  };
  expect(describeNearest(corpus, { index: 0, distance: 0.012 })).toBe(
    "nearest: drummer 1, latin bomba groove\u00a07 (Groove MIDI, CC BY 4.0), 0.01 away",
  );
  expect(describeNearest({ ...corpus, licences: ["", ""], credit: "Mine" }, { index: 1, distance: 0.3 })).toBe(
    "nearest: mine, loop, no style (Mine), 0.30 away",
  );
  const mixed = { ...corpus, licences: ["CC BY 4.0", "CC0"] };
  expect(describeNearest(mixed, { index: 1, distance: 0 })).toBe("nearest: mine, loop, no style (CC0), right here");
  expect(describeBar(mixed, 1)).toEqual({ style: "no style", section: "fill", source: "mine, loop", licence: "CC0" });
  expect(describeBar({ ...mixed, own: [1] }, 1).source).toBe("yours: mine, loop");
  expect([ownBars({ ...mixed, own: [1] }), ownBars(mixed)]).toEqual([[1], []]);
});
