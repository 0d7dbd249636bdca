import { expect, test } from "vitest";
import { toyInstrument } from "../../dev/toyServer";
import { fileOf, levelsOf, saidBarSize, saidCompared, saidDetail, saidDifferences, saidEllipse, saidMatrix, saidPicture, saidPlaceSize } from "./explainWords";
import type { ExplainedBar } from "./protocol";

const BAR = { meter: [4, 4], strokes: [[0, 0, 1, 0], [1, 16, 0.5, 0]] } as const; // prettier-ignore
const SAME = { kept: [[0, 0], [1, 16]], gained: [], lost: [], f1: 1 } as const; // prettier-ignore
const ENCODED: ExplainedBar = {
  guess: [0, 0],
  point: [0.5, -1],
  posterior: { centre: [0.5, -1], radii: [0.135, 0.041], angle: 0.3 },
  feel: Array.from({ length: 14 }, () => 0),
  strokes: Array.from({ length: 48 }, () => 0),
  again: SAME,
};

test("sizes are said as shapes and counts", () => {
  expect(saidBarSize(BAR)).toBe("8 voices × 64 steps × 3 = 1,536 values");
  expect(saidBarSize({ meter: [3, 4], strokes: [] })).toBe("8 voices × 48 steps × 3 = 1,152 values");
  expect(saidPlaceSize(ENCODED)).toBe("2 of 64 values");
  expect(saidDetail(ENCODED)).toBe("62 of 64 values: 14 of feel, the number of strokes, 47 components");
  expect(saidPicture({ bands: 140, frames: 64 })).toBe("140 bands × 64 frames = 8,960 values");
});

test("a space without detail says so", () => {
  const mapOnly = { ...ENCODED, feel: [], strokes: [] };
  expect([saidPlaceSize(mapOnly), saidDetail(mapOnly)]).toEqual(["2 of 2 values", "this space has none"]);
});

test("a comparison counts and names what differs", () => {
  expect(saidCompared(SAME)).toBe("all 2 hits the same, 0 gained, 0 lost: hit F1 1.00");
  expect(saidDifferences(SAME, toyInstrument.voices)).toBe("nothing differs");
  const other = { kept: [[0, 0]], gained: [[1, 24]], lost: [[1, 16]], f1: 0.5 } as const; // prettier-ignore
  expect(saidCompared(other)).toBe("1 of 2 hits the same, 1 gained, 1 lost: hit F1 0.50");
  expect(saidDifferences(other, toyInstrument.voices)).toBe("gained: snare step 25; lost: snare step 17");
});

test("pictures are told to those who listen", () => {
  expect(saidMatrix("Hits", BAR, toyInstrument.voices)).toBe("Hits, 8 rows of 64 steps: 2 strokes: kick 1, snare 1");
  expect(saidEllipse(ENCODED.posterior)).toBe("x 0.50, y −1.00, deviation 0.14 along the ellipse and 0.04 across it");
});

test("levels and sounds come as base64; a picture of the wrong size is refused", () => {
  expect([...levelsOf({ bands: 1, frames: 3, levels: btoa("\u0000\u007f\u00ff") })]).toEqual([0, 127, 255]);
  expect(() => levelsOf({ bands: 2, frames: 3, levels: btoa("abc") })).toThrow("2 bands and 3 frames has 6 levels, got 3");
  expect(new TextDecoder().decode(fileOf(btoa("RIFF")))).toBe("RIFF");
});
