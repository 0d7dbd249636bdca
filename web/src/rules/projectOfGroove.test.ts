/** A groove is a project and comes back from it; operations say how an edited bar is made again. */

import { expect, test } from "vitest";
import { randomProject } from "../../tests/randomProject";
import { barKey, finished } from "./bars";
import { DEFAULT_SETTINGS, type Groove, type MapPlace, NEW_GROOVE } from "./groove";
import { readMessage } from "./messageChecks";
import { NEW_PROJECT, NEW_SCENE } from "./project";
import { barsNeeded, barsOf, cellsBetween, fromProject, lastHumanise, silentParts, strokesOf, toProject, withBarMade, withCellsWritten, withHumanise, withJourneyBarMade, withOperation } from "./projectOfGroove";
import type { BarPattern } from "./protocol";

const bar = (...strokes: BarPattern["strokes"][number][]): BarPattern => ({ meter: [4, 4], strokes });
const BAR = bar([0, 0, 0.8, 0], [2, 8, 0.5, -0.5]);
const OTHER = bar([0, 0, 0.8, 0], [1, 16, 0.7, 0.25]);
const place: MapPlace = { ...NEW_GROOVE.place, point: [0.3, -1], settings: { ...DEFAULT_SETTINGS, style: "funk", seed: 3 }, pattern: BAR };
const groove: Groove = { ...NEW_GROOVE, place, kit: "analogue", tempoBpm: 97.5, swing: 0.6, fillEvery: 4, volume: 0.3, quantum: "beat" };
const itself = (made: BarPattern) => made;
const back = (given: Groove): Groove => fromProject(readMessage("Project", toProject(given)), strokesOf(given, itself));
const heard = ({ opened: _opened, visits: _visits, visit: _visit, ...rest }: Groove) => rest;

test("a groove is a project and comes back from it, bar for bar", () => {
  const phrase: MapPlace = { ...place, settings: { ...place.settings, bars: 2 }, pattern: BAR, phrase: [BAR, OTHER], fill: OTHER };
  const slots = [null, phrase, ...NEW_GROOVE.slots.slice(2)];
  const journey = { ...NEW_GROOVE.journey, a: [0, 0] as const, b: [1, 1] as const, bars: 2, mode: "ping-pong" as const, travelling: true, patterns: [BAR, OTHER], fills: [OTHER, BAR] };
  const sounds = groove.sounds.map((sound, voice) => (voice === 1 ? { ...sound, from: "map" as const, point: [1, 2] as const, kit: null, locked: true, tune: -3 } : sound));
  for (const each of [groove, { ...groove, place: phrase, slots }, { ...groove, journey, sounds }, NEW_GROOVE]) expect(heard(back(each))).toEqual(heard(each));
});

test("the fill of a bar whose strokes stand for themselves stands for itself too", () => {
  const edited = { ...groove, place: { ...place, edited: true, fill: OTHER } };
  expect(back(edited).place).toMatchObject({ pattern: BAR, fill: OTHER, fillBar: { kind: "given" } });
});

test("a pin alone comes back too", () => {
  const alone = { ...groove, journey: { ...NEW_GROOVE.journey, b: [1, 2] as const } };
  expect(back(alone).journey).toEqual(alone.journey);
});

test("strokes written one after the other are one operation, and make the same bar again", () => {
  const first = withBarMade(place, BAR, OTHER, withCellsWritten(BAR, OTHER));
  const last = bar([1, 16, 0.2, 0.25]);
  const second = withBarMade(first, OTHER, last, withCellsWritten(OTHER, last));
  const [made] = barsOf(second);
  expect(made).toMatchObject({ kind: "edited", base: { kind: "generated", point: place.point }, operations: [{ kind: "cells" }] });
  expect(cellsBetween(finished(made!, BAR), last)).toEqual([]);
  expect(heard(back({ ...groove, place: second }))).toEqual(heard({ ...groove, place: second }));
});

test("how a bar was humanised is in the project; another amount takes the place of the last one, 0 takes it away", () => {
  const humanise = (amount: number) => ({ kind: "humanise", amount, seed: 5, style: "funk", like: null }) as const;
  const once = withBarMade(place, BAR, OTHER, withHumanise(humanise(0.4), false));
  const again = withBarMade(once, OTHER, bar(), withHumanise(humanise(0.9), true));
  expect(lastHumanise(barsOf(again)[0]!)).toEqual(humanise(0.9));
  expect(barsOf(again)[0]).toMatchObject({ operations: [humanise(0.9)] });
  const needed = barsNeeded(toProject({ ...groove, place: again })).map(barKey);
  expect(needed).toEqual([barsOf(again)[0]!, barsOf(place)[0]!].map(barKey)); // and what it was made of
  expect(barsOf(withBarMade(again, again.pattern, BAR, withHumanise(null, true)))).toEqual(barsOf(place));
});

test("edits of the journey are named by their bar", () => {
  const journey = { ...NEW_GROOVE.journey, a: [0, 0] as const, b: [1, 1] as const, bars: 2, patterns: [BAR, bar([3, 3, 1, 0])] };
  const operation = { kind: "complete", keep: [], style: null, section: "beat", seed: 1 } as const;
  const made = withJourneyBarMade(journey, BAR, OTHER, withOperation(operation));
  expect(made).toMatchObject({ edited: true, patterns: [OTHER, journey.patterns[1]], edits: [{ bar: 0, fill: false, operations: [operation] }] });
  expect(heard(back({ ...groove, journey: made }))).toEqual(heard({ ...groove, journey: made }));
});

test("what the page does not show of a project stays in it", () => {
  for (let seed = 0; seed < 40; seed++) {
    const project = randomProject(seed);
    const strokes = new Map(barsNeeded(project).map((each) => [barKey(each), each.kind === "given" ? each.pattern : BAR]));
    expect(toProject(fromProject(project, strokes)), `project ${seed}`).toEqual(project);
  }
});

test("what is kept but not heard is named", () => {
  expect(silentParts(NEW_PROJECT)).toEqual([]);
  const lanes = NEW_SCENE.lanes.map((lane) => ({ ...lane, probability: 0.5 }));
  expect(silentParts({ ...NEW_PROJECT, scene: { ...NEW_SCENE, lanes } })).toEqual(["its lanes"]);
});
