import { describe, expect, test } from "vitest";
import { toyInstrument } from "../../dev/toyServer";
import { filePlace, isStar, kindOf, MAX_MATERIAL_BARS, MAX_MATERIAL_FILES, MAX_MIDI_BYTES, megabytes, pathThrough, starName, starPlace, whyNotRead, withMaterial, withoutMaterial } from "./material";
import { type MaterialFile, NEW_PROJECT } from "./project";
import type { Point } from "./protocol";
import { atPoint, generatedBars, knownHere, pointOf, travelling, withSettings } from "./scene";
import { pointAt, shareAt } from "./travel";

const file = (name: string, points: readonly Point[]): MaterialFile => ({
  name,
  tempo_bpm: 97,
  bars: points.map((point, bar) => ({ bar: 2 * bar, pattern: { meter: [3, 4], strokes: [[0, 4 * bar, 0.5, 0]] }, point })),
  said: [`${points.length} bars read.`],
});
const own = file("own.mid", [[0, 1], [2, 1], [2, -1]]); // prettier-ignore
const many = (name: string, bars: number) => file(name, Array.from({ length: bars }, (): Point => [0, 0]));

describe("which files are read", () => {
  test("by their names, whatever the case", () => {
    expect(["a.mid", "A.MIDI", "b.kar", "c.WAV", "d.aifc", "e.mp3", "f.json", "g.png", "mid"].map(kindOf)).toEqual([
      "MIDI file", "MIDI file", "MIDI file", "sound", "sound", "sound", "project", null, null,
    ]); // prettier-ignore
  });

  test("not those that are too large, empty or something else, each with the rule and the value", () => {
    expect(whyNotRead({ name: "a.mid", size: MAX_MIDI_BYTES })).toBeNull();
    expect(whyNotRead({ name: "a.mid", size: MAX_MIDI_BYTES + 1 })).toBe("Not read: it has 5 MB, and a MIDI file has 4 MB at most.");
    expect(whyNotRead({ name: "a.wav", size: 1_000_000_000 })).toBe("Not read: it has 1.0 GB, and a sound has 50 MB at most.");
    expect(whyNotRead({ name: "a.mid", size: 0 })).toContain("empty");
    expect(whyNotRead({ name: "a.png", size: 10 })).toContain("neither a MIDI file nor a sound");
    expect([megabytes(1), megabytes(4_000_000), megabytes(2_500_000_000)]).toEqual(["1 MB", "4 MB", "2.5 GB"]);
  });
});

describe("in the project", () => {
  test("a file stands behind the others, or in the place of one of its name", () => {
    const one = withMaterial(NEW_PROJECT, own) as typeof NEW_PROJECT;
    const two = withMaterial(one, many("other.mid", 2)) as typeof NEW_PROJECT;
    const again = withMaterial(two, file("own.mid", [[0, 0]])) as typeof NEW_PROJECT;
    expect(again.material.map(({ name, bars }) => [name, bars.length])).toEqual([["own.mid", 1], ["other.mid", 2]]); // prettier-ignore
    expect(withoutMaterial(again, 0).material.map(({ name }) => name)).toEqual(["other.mid"]);
  });

  test("what has no room is said, and what has some room comes as far as it goes", () => {
    const full = withMaterial({ ...NEW_PROJECT, material: [many("a.mid", MAX_MATERIAL_BARS - 2)] }, own) as typeof NEW_PROJECT;
    expect(full.material[1]!.bars).toEqual(own.bars.slice(0, 2));
    expect(full.material[1]!.said).toEqual(["3 bars read.", "1 of its bars left out: a project keeps 512 bars of files."]);
    expect(withMaterial(full, many("b.mid", 1))).toBe("Not taken: a project keeps 512 bars of files. Remove a file first.");
    const crowded = { ...NEW_PROJECT, material: Array.from({ length: MAX_MATERIAL_FILES }, (_, n) => many(`${n}.mid`, 1)) };
    expect(withMaterial(crowded, own)).toBe("Not taken: a project keeps 16 files. Remove one first.");
    expect(withMaterial(crowded, many("3.mid", 2))).not.toBeTypeOf("string"); // it takes the place of its older self
  });
});

describe("to play", () => {
  const { scene } = NEW_PROJECT;

  test("a star is the bar as it is, at its place, and in its meter", () => {
    const place = starPlace(scene, own, 1);
    expect(place.bars).toEqual([{ kind: "given", pattern: own.bars[1]!.pattern, source: "own.mid", point: [2, 1] }]);
    expect([place.settings.meter, place.fill, pointOf(place), starName(own, 1)]).toEqual([[3, 4], null, [2, 1], "bar 3"]);
    expect([isStar(place, "own.mid", [2, 1]), isStar(place, "own.mid", [2, -1]), isStar(place, "other.mid", [2, 1])]).toEqual([true, false, false]);
    expect(isStar({ bars: generatedBars([2, 1], scene.settings, 1) }, "own.mid", [2, 1])).toBe(true); // the map's bar there
    expect(isStar(filePlace(scene, own), "own.mid", [0, 1])).toBe(false); // all bars are no star
    expect(withSettings(place, { variation: 0.5 }).bars[0]).toMatchObject({ kind: "generated", point: [2, 1] }); // from there on, the map's bars
  });

  test("all bars of a file play in their order", () => {
    expect(filePlace(scene, own).bars.map((bar) => bar.kind === "given" && bar.point)).toEqual([[0, 1], [2, 1], [2, -1]]); // prettier-ignore
  });

  test("away from a file's bars, the map's is one again, not as many as the file has", () => {
    const long = filePlace(scene, many("long.mid", 100));
    expect([long.bars.length, atPoint(long, [1, 1]).bars.length, withSettings(long, { seed: 3 }).bars.length]).toEqual([100, 1, 1]);
  });

  test("where the space lacks a style, a file's bars stay as they are", () => {
    const place = starPlace({ ...scene, settings: { ...scene.settings, style: "polka" } }, own, 1);
    const { place: known, unknown } = knownHere(place, toyInstrument.space);
    expect([known.bars, known.settings.style, unknown]).toEqual([place.bars, null, ["style “polka”"]]);
  });

  test("a path leads through the stars in their order, from the first to the last, a bar for each", () => {
    const path = pathThrough(own)!;
    expect(path).toMatchObject({ points: [[0, 1], [2, 1], [2, -1]], bars: 3, travelling: true }); // prettier-ignore
    expect([0, 1, 2].map((bar) => pointAt(path.points, shareAt(path, bar)))).toEqual([[0, 1], [2, 1], [2, -1]]); // prettier-ignore
    expect(travelling({ ...scene, path }, false).path?.travelling).toBe(false);
  });

  test("stars at one place have no way between them; neighbours at one place count once", () => {
    expect(pathThrough(many("still.mid", 4))).toBeNull();
    expect(pathThrough(file("own.mid", [[0, 1], [0, 1], [2, 1]]))).toMatchObject({ points: [[0, 1], [2, 1]], bars: 3 }); // prettier-ignore
  });
});
