import { expect, test } from "vitest";
import { given } from "../../tests/givenBars";
import { randomProject } from "../../tests/randomProject";
import { barKey } from "../rules/bars";
import { NO_CLICKS, withClick } from "../rules/clickHistory";
import { writeLink } from "../rules/link";
import { fillOf } from "../rules/plan";
import { PLAIN_MIX, type Project } from "../rules/project";
import type { BarPattern } from "../rules/protocol";
import { generatedBars, DEFAULT_SETTINGS, NEW_PAGE_PROJECT, pointOf, tempoOf, withMix, withSlot, withTempo } from "../rules/scene";
import { DEFAULT_MIDI } from "../midi/midiSettings";
import { parse, parseMidi, restore, serialise } from "./browserStorage";
import { readOldStorage } from "./oldStorage";

const BAR: BarPattern = { meter: [4, 4], strokes: [[1, 9, 0.5, 0.25]] };
const { scene } = NEW_PAGE_PROJECT;
const project: Project = withSlot({ ...NEW_PAGE_PROJECT, volume: 0.4, scene: withMix({ ...scene, bars: [given(BAR)] }, 1, { mute: true, level: 0.5 }) }, 3, scene);
const clicks = withClick(NO_CLICKS, project.scene);
const strokes = [[barKey(scene.bars[0]!), BAR]] as const;
const reloaded = (kept: Project, link = "") => parse(serialise(kept, clicks, link, strokes))!;

test("the project, the strokes of its bars and the clicks come back", () => {
  const link = `#${writeLink(project)}`;
  const read = reloaded(project, link);
  expect([read.project, read.strokes, read.link]).toEqual([project, strokes, link]);
  expect([read.clicks.at, pointOf(read.clicks.places[0]!), read.clicks.places[0]!.bars]).toEqual([0, [0, 0], project.scene.bars]);
});

test("all of a project comes back, whatever is in it", () => {
  for (let seed = 0; seed < 40; seed++) expect(reloaded(randomProject(seed)).project, `project ${seed}`).toEqual(randomProject(seed));
});

test("what was stored before lanes had rounds comes back with them", () => {
  const stored = JSON.parse(serialise(project, clicks, "", strokes)) as { project: { scene: { lanes: Record<string, unknown>[] }; scenes: ({ lanes: Record<string, unknown>[] } | null)[] } };
  for (const scene_ of [stored.project.scene, ...stored.project.scenes]) for (const lane of scene_?.lanes ?? []) delete lane["rounds"];
  expect(JSON.stringify(stored)).not.toContain('"rounds"');
  expect(parse(JSON.stringify(stored))!.project).toEqual(project);
});

test("anything else is forgotten, not half believed", () => {
  for (const text of ["", "null", "{}", '{"groove":{"place":{}}}', '{"project":{},"strokes":[],"visits":[]}', '{"groove":{"place":{"pattern":{"meter":[4,4],"strokes":[[9,0,1,0]]}}}}'])
    expect([parse(text), readOldStorage(text)]).toEqual([null, null]);
});

test("what is remembered with its link brings back the very project; another link only its place", () => {
  const link = `#${writeLink(project)}`;
  const remembered = reloaded(project, link);
  for (const opened of [link, ""]) expect(restore(opened, remembered)).toEqual({ project, known: "bars" });
  const other = restore("#p=1,2&t=90", remembered);
  expect([other.known, pointOf(other.project.scene), tempoOf(other.project.scene)]).toEqual(["place", [1, 2], 90]);
  expect(other.project.scenes).toEqual(project.scenes);
  expect(restore("", null)).toEqual({ project: NEW_PAGE_PROJECT, known: "nothing" });
});

/** A place as versions until 0.2 stored it. */
const oldPlace = (changes: object = {}) => ({
  point: [1, 1],
  settings: { style: "funk", section: "beat", meter: [4, 4], shift: {}, density: null, variation: 0, seed: 3, bars: 1 },
  pattern: BAR,
  phrase: [],
  fill: null,
  edited: false,
  ...changes,
});

test("what versions until 0.2 stored opens: strokes that stand for themselves, and the rest from its link", () => {
  const link = `#${writeLink({ ...NEW_PAGE_PROJECT, scene: withTempo(scene, 99) })}`;
  const stored = { place: oldPlace({ edited: true }), visits: [oldPlace()], visit: 0, slots: [null, oldPlace()], volume: 0.4, kit: "toy", mix: [{ mute: true, level: 9 }] };
  const read = readOldStorage(JSON.stringify({ link, groove: stored }))!;
  const { project: found, known } = restore(link, read);
  expect([known, found.scene.bars, tempoOf(found.scene), found.volume, found.scene.kit.name]).toEqual(["bars", [given(BAR)], 99, 0.4, "toy"]);
  expect([found.scene.mix[0], found.scene.kit.voices[0]!.kit]).toEqual([{ ...PLAIN_MIX, mute: true, level: 2 }, "toy"]);
  const own = generatedBars([1, 1], { ...DEFAULT_SETTINGS, style: "funk", seed: 3 }, 1);
  expect([found.scenes[0], found.scenes[1]!.bars, read.clicks.places[0]!.bars]).toEqual([null, own, own]);
  expect(new Map(read.strokes).get(barKey(own[0]!))).toEqual(BAR);
});

test("an old phrase and its fill open with their strokes, an edited journey with every cell", () => {
  const bar = (step: number): BarPattern => ({ meter: [4, 4], strokes: [[1, step, 0.5, 0]] });
  const place = oldPlace({ settings: { ...oldPlace().settings, bars: 2 }, phrase: [bar(0), bar(4)], fill: bar(8) });
  const journey = { patterns: [bar(0), bar(1)], fills: [], edited: true };
  const read = readOldStorage(JSON.stringify({ link: "#p=1,1&t=90&a=0,0&b=1,1&j=2l", groove: { place, journey } }))!;
  const known = new Map(read.strokes);
  const { bars, path } = read.project.scene;
  expect(bars.map((each) => known.get(barKey(each)))).toEqual([bar(0), bar(4)]);
  expect(known.get(barKey(fillOf(bars[0]!)))).toEqual(bar(8));
  expect(path!.edits.map(({ bar: place_, operations }) => [place_, operations[0]!.kind === "cells" && operations[0]!.cells.length])).toEqual([[0, 512], [1, 512]]);
});

test("MIDI settings are stored; values that are not valid stand at their default", () => {
  const mine = { ...DEFAULT_MIDI, on: true, port: { id: "7", name: "TR-8S" }, channel: 3, soundHere: false, clock: true, notes: [60, ...DEFAULT_MIDI.notes.slice(1)] };
  expect(parseMidi(JSON.stringify(mine))).toEqual(mine);
  for (const text of ["", "null", "[]", '{"channel":17,"notes":[128,-1,0.5,"38"],"port":{"id":1},"on":"yes"}']) expect(parseMidi(text)).toEqual(DEFAULT_MIDI);
});
