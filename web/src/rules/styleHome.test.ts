import { expect, test } from "vitest";
import { toyInstrument } from "../../dev/toyServer";
import { handCells, withHandCells } from "./bars";
import { DEFAULT_SETTINGS, NEW_PAGE_PROJECT, placeAt, pointOf, tempoOf, travelling, withPin } from "./scene";
import { found, inStyle, whyNoBlend } from "./styleHome";

const { space } = toyInstrument;
const { scene } = NEW_PAGE_PROJECT;
const here = { ...scene, ...placeAt([2, 2], { ...DEFAULT_SETTINGS, seed: 7, variation: 0.25, density: 0.6 }, 4) };

test("a style is at home: its point, meter and tempo; how bars are shaped stays", () => {
  const there = inStyle(here, "jazz", space);
  expect([pointOf(there), tempoOf(there), there.bars.length]).toEqual([[1, 1], 160, 4]);
  expect(there.settings).toEqual({ ...here.settings, style: "jazz", meter: [3, 4] });
  expect(tempoOf(inStyle(here, "latin", space))).toBe(tempoOf(here)); // its usual tempo is not known
});

test("a fill is left for beats, a journey for the home; the path stays on the map", () => {
  const journey = travelling(withPin(withPin({ ...here, settings: { ...here.settings, section: "fill" } }, "A", [0, 0], { bars: 4, way: "loop" }), "B", [1, 0], { bars: 4, way: "loop" }), true);
  const there = inStyle(journey, "funk", space);
  expect([there.settings.section, there.path?.travelling, there.anchors]).toEqual(["beat", false, journey.anchors]);
});

test("strokes by hand go along, as far as the bar is long enough", () => {
  const cells = [[0, 4, 0.9, 0], [1, 60, 0.9, 0]] as const; // prettier-ignore
  const written = { ...here, bars: here.bars.map((bar) => withHandCells(bar, cells)) };
  expect(handCells(inStyle(written, "funk", space).bars[2]!)).toEqual(cells);
  expect(handCells(inStyle(written, "jazz", space).bars[2]!)).toEqual([cells[0]]);
});

test("one can stay, and blend; without a style to blend with, one goes there", () => {
  const stayed = inStyle(here, "jazz", space, { stay: true });
  expect([pointOf(stayed), stayed.settings.meter, tempoOf(stayed), stayed.settings.style]).toEqual([[2, 2], [4, 4], tempoOf(here), "jazz"]);
  const funk = inStyle(here, "funk", space);
  const both = inStyle(funk, "jazz", space, { blend: true });
  expect([pointOf(both), both.settings.meter, tempoOf(both), both.settings.style]).toEqual([[-1, 0.5], [4, 4], 104, { funk: 0.7, jazz: 0.3 }]);
  expect(inStyle(here, "funk", space, { blend: true })).toEqual(funk);
  expect(inStyle(here, "rock", space)).toEqual(inStyle(here, "rock", space, { stay: true })); // no home is known
});

test("why a style does not join", () => {
  const of = (style: Record<string, number> | string | null) => ({ settings: { ...DEFAULT_SETTINGS, style } });
  expect([whyNoBlend(of(null), "jazz"), whyNoBlend(of("funk"), "jazz")]).toEqual([null, null]);
  expect(whyNoBlend(of("jazz"), "jazz")).toContain("already");
  expect(whyNoBlend(of({ funk: 0.4, rock: 0.3, soul: 0.3 }), "jazz")).toBe("Three styles blend at most: funk, rock, soul.");
});

test("search finds what begins so before what holds it", () => {
  expect(found(space.styles, " RO")).toEqual(["rock", "afrobeat", "afrocuban"]);
  expect(found(["boom bap", "bembe", "two step", "bossa"], "b")).toEqual(["boom bap", "bembe", "bossa"]);
  expect(found(["techno", "electro"], "t")).toEqual(["techno", "electro"]);
  expect(found(["electro", "techno"], "t")).toEqual(["techno", "electro"]);
  expect(found(space.styles, "")).toEqual(space.styles);
});
