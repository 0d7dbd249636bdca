/** What the page changes of a scene. */

import { expect, test } from "vitest";
import { toyInstrument } from "../../dev/toyServer";
import { withCellsWritten } from "./barChanges";
import { barKey, edited, finished } from "./bars";
import { describe as inWords } from "./journey";
import { onMap } from "./mapPoint";
import { readMessage } from "./messageChecks";
import { naturalBars, Plan } from "./plan";
import { type Bar, PLAIN_MIX, type Project, type Scene } from "./project";
import type { BarPattern } from "./protocol";
import { atPoint, barAt, isEdited, isJourney, isSamePlace, journeyOf, knownHere, NEW_JOURNEY, NEW_PAGE_PROJECT, placeAt, playedAt, pointOf, roundPoints, travelling, withBarAt, withMix, withPath, withPin, withSettings, withSlot, withTempo } from "./scene";

const bar = (...strokes: BarPattern["strokes"][number][]): BarPattern => ({ meter: [4, 4], strokes });
const BAR = bar([0, 0, 0.8, 0], [2, 8, 0.5, -0.5]);
const OTHER = bar([0, 0, 0.8, 0], [1, 16, 0.7, 0.25]);
const { scene } = NEW_PAGE_PROJECT;
const pinned = withPin(withPin(scene, "A", [0, 0], { ...NEW_JOURNEY, bars: 4 }), "B", [2, -2], { ...NEW_JOURNEY, bars: 4 });
const projectOf = (changed: Scene): Project => ({ ...NEW_PAGE_PROJECT, scene: changed });

test("a place is its bars and how they are generated", () => {
  const place = atPoint(withSettings(scene, { style: "funk", seed: 3 }), [1, -1]);
  expect(pointOf(place)).toEqual([1, -1]);
  expect(place.bars).toEqual([{ kind: "generated", point: [1, -1], settings: { ...scene.settings, style: "funk", seed: 3 }, phrase: null, leg: null, hears: null }]);
  expect([isEdited(place), isSamePlace(place, { ...place }), isSamePlace(place, scene), isSamePlace(null, place)]).toEqual([false, true, false, false]);
});

test("a longer loop is a phrase with some variation, a fill is one bar", () => {
  const four = withSettings(scene, { loop: 4 });
  expect(four.bars.map((each) => each.kind === "generated" && each.phrase?.index)).toEqual([0, 1, 2, 3]);
  expect(four.settings.variation).toBe(0.25);
  expect(withSettings(four, { section: "fill" }).bars).toHaveLength(1);
  expect(withSettings(withSettings(four, { section: "fill" }), { loop: 2 }).settings.section).toBe("beat");
});

test("what a space lacks is replaced, and named", () => {
  const { place, unknown } = knownHere(withSettings(scene, { style: "polka", section: "solo", meter: [7, 8], loop: 2 }), { ...toyInstrument.space, directions: [] });
  expect(unknown).toEqual(["style “polka”", "section “solo”", "7/8", "phrases"]);
  expect([place.settings, place.bars.length]).toMatchObject([{ style: null, section: "beat", meter: [4, 4] }, 1]);
  expect(knownHere(scene, toyInstrument.space)).toEqual({ place: scene, unknown: [] });
});

test("strokes written one after the other are one operation, and make the same bar again", () => {
  const once = withCellsWritten(scene.bars[0]!, BAR, OTHER);
  const last = bar([1, 16, 0.2, 0.25]);
  const twice = withCellsWritten(once, OTHER, last);
  expect(twice).toMatchObject({ kind: "edited", base: { kind: "generated" }, operations: [{ kind: "cells" }] });
  expect(finished(twice, BAR)).toEqual(last);
  expect(withCellsWritten(once, OTHER, OTHER)).toBe(once);
});

test("a bar is found and changed by its address: of the loop, its fill, the path and a scene of the song", () => {
  const operations = [{ kind: "complete", keep: [], style: null, section: "beat", seed: 1 } as const];
  const kept = withSlot(projectOf(travelling(pinned, true)), 2, { ...scene, ...withSettings(scene, { loop: 2 }) });
  const song: Project = { ...kept, song: [{ scene: 2, bars: 2, morph_bars: 0, fill: true }] };
  for (const [project, index, place] of [
    [projectOf({ ...scene, ...withSettings(scene, { loop: 2 }) }), 1, { path: false, bar: 1, fill: false }],
    [projectOf({ ...scene, fill_every: 4 }), 3, { path: false, bar: 0, fill: true }],
    [projectOf(travelling(pinned, true)), 6, { path: true, bar: 2, fill: false }],
    [song, 1, { scene: 2, path: false, bar: 1, fill: true }],
  ] as const) {
    const { address, pieces } = new Plan(project).bar(index);
    expect(address).toMatchObject(place);
    expect(barKey(barAt(project, address))).toBe(barKey(pieces[0]![1]));
    const made = edited(barAt(project, address), operations);
    const after = withBarAt(project, address, made);
    expect(readMessage("Project", after)).toBe(after);
    expect(barKey(barAt(after, address))).toBe(barKey(made));
    expect(barKey(new Plan(after).bar(index).pieces[0]![1])).toBe(barKey(made));
  }
});

test("what was done to a bar of the path is taken away with its last operation", () => {
  const project = projectOf(travelling(pinned, true));
  const { address } = new Plan(project).bar(1);
  const plain = barAt(project, address);
  const after = withBarAt(project, address, edited(plain, [{ kind: "cells", cells: [[0, 0, 1, 0]] }]));
  expect(after.scene.path!.edits).toHaveLength(1);
  expect(withBarAt(after, address, plain).scene.path!.edits).toEqual([]);
});

test("a path leads from A to B once both pins are set, and is as long as was chosen before", () => {
  expect([withPin(scene, "B", [1, 1], NEW_JOURNEY).path, pinned.path]).toMatchObject([null, { bars: 4, way: "loop", travelling: false }]);
  expect(roundPoints(pinned)).toHaveLength(4);
  expect(roundPoints(pinned)[3]).toEqual([2, -2]);
  expect([isJourney(pinned), journeyOf(pinned)]).toEqual([true, { a: [0, 0], b: [2, -2], travelling: false }]);
  expect(inWords(pinned.path!, 2)).toBe("travelling A to B, bar 3 of 4");
});

test("ping-pong comes back without playing its ends twice", () => {
  const there = withPath(pinned, { way: "ping-pong" });
  expect(roundPoints(there)).toHaveLength(6);
  expect(roundPoints(there)[4]![0]).toBeCloseTo(4 / 3);
  expect([inWords(there.path!, 4), inWords(there.path!, 5)]).toEqual(["travelling B to A, bar 2 of 4", "travelling B to A, bar 3 of 4"]);
});

test("a path that was drawn elsewhere stays, also when pins are set", () => {
  const drawn: Scene = { ...scene, path: { ...pinned.path!, points: [[0, 0], [1, 0], [1, 1]], curve: "smooth" } };
  expect([isJourney(drawn), roundPoints(drawn).length]).toEqual([false, 4]);
  expect(withPath(drawn, { bars: 8 }).path!.points).toHaveLength(3);
  expect(withPin(drawn, "A", [5, 5], NEW_JOURNEY)).toMatchObject({ path: drawn.path, anchors: [{ name: "A", point: [5, 5] }] });
});

test("anchors stand in their order, and the path leads through all of them once A and B are there", () => {
  const there = withPin(withPin(withPin(scene, "D", [3, 3], NEW_JOURNEY), "B", [1, 1], NEW_JOURNEY), "C", [2, 2], NEW_JOURNEY);
  expect(there.path).toBeNull();
  const all = withPin(there, "A", [0, 0], NEW_JOURNEY);
  expect(all.anchors.map(({ name }) => name)).toEqual(["A", "B", "C", "D"]);
  expect([all.path!.points, isJourney(all), isJourney(pinned)]).toEqual([[], false, true]);
  const even: Scene = { ...all, path: { ...all.path!, stops: [0, 0, 0, 0, 0.5, 1, 1, 1] } };
  expect([withPin(even, "B", [0, 1], NEW_JOURNEY).path!.stops, withPath(even, { bars: 4 }).path!.stops, withPath(all, { bars: 4 }).path!.stops]).toEqual([[], [], null]);
});

test("slots are the first scenes; an emptied one leaves the song", () => {
  const kept = withSlot(NEW_PAGE_PROJECT, 4, pinned);
  expect([kept.scenes[4], kept.scenes[0], kept.scenes.length]).toEqual([pinned, null, 5]);
  const song = { ...kept, song: [{ scene: 4, bars: 1, morph_bars: 0, fill: false }] };
  expect(withSlot(song, 4, null)).toMatchObject({ scenes: [], song: [] });
});

test("one voice is mixed, the others stay; another tempo keeps its later changes", () => {
  const { mix } = withMix(scene, 2, { pan: -0.5 });
  expect([mix[2], mix[3] === scene.mix[3]]).toEqual([{ ...PLAIN_MIX, pan: -0.5 }, true]);
  const tempo = [...scene.tempo, { bar: 4, tempo_bpm: 90, ramp: true }];
  expect(withTempo({ ...scene, tempo }, 130).tempo).toEqual([{ bar: 0, tempo_bpm: 130, ramp: false }, tempo[1]]);
});

test("a fill of a bar that was given is the bar itself; natural lengths count whole loops until the fill", () => {
  const given: Bar = { kind: "given", pattern: BAR, source: "", point: null };
  expect(new Plan(projectOf({ ...scene, bars: [given], fill_every: 2 })).bar(1).pieces[0]![1]).toBe(given);
  expect(naturalBars(projectOf({ ...scene, ...placeAt([0, 0], scene.settings, 4), fill_every: 8 }))).toBe(8);
});

test("the map ends at 3", () => expect(onMap([9, -4])).toEqual([3, -3]));

test("the bar at an address hears what the plan has it hear", () => {
  const varied = { ...scene, settings: { ...scene.settings, variation: 0.5 }, fill_every: 3 };
  const at = (x: number): Bar => ({ kind: "generated", point: [x, 0], settings: varied.settings, phrase: null, leg: null, hears: null });
  const line = { ...varied, path: { ...travelling(pinned, true).path!, bars: 4 }, anchors: pinned.anchors };
  for (const each of [{ ...varied, bars: [at(0), edited(at(1), [{ kind: "cells", cells: [[0, 0, 1, 0]] }]), at(2), at(3)] }, line, { ...line, path: { ...line.path, between: "map" as const } }]) {
    const project = projectOf(each);
    const plan = new Plan({ ...project, seed: 1 });
    const heard = [0, 1, 2].map((index) => plan.bar(index)).map(({ address, pieces }) => [playedAt(project, address), pieces[0]![1]] as const);
    for (const [found, planned] of heard) expect(barKey(found)).toBe(barKey(planned));
    expect(heard.some(([found]) => barKey(found).includes('"hears":{'))).toBe(true);
  }
});
