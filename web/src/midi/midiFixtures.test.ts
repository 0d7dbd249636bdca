/** The page makes of MIDI that comes in what Python makes of it: tests/fixtures/midi.json. */

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ClockFollower } from "./clockFollower";
import type { Actions } from "../state/actions";
import { MidiTargets } from "../state/midiTargets";
import type { Player } from "../state/player";
import type { SceneActions } from "../state/sceneActions";
import type { Store } from "../state/store";
import { GRID_MODELS, type GridView, lights, noteOfPad, padAt } from "./midiGrid";
import { bindingOf, type Heard, Learner, MidiInput } from "./midiIn";
import { readMap } from "./midiMap";
import { StateOut } from "./midiState";
import { PulseGate } from "./pulseGate";

type Timed = readonly [seconds: number, data: readonly number[]];
const fixtures = JSON.parse(readFileSync(new URL("../../../tests/fixtures/midi.json", import.meta.url), "utf8")) as {
  follow: { name: string; messages: Timed[]; tick_seconds: number; every: number; reads: [number, number | null][]; commands: [string, number, number][] }[];
  gate: { takes: Timed[]; sent: number[][][] }[];
  input: { map: object; values: Record<string, number>; turns: [number[], unknown[] | null][] };
  state: { map: object; turns: ["values" | "moved" | "forget", unknown][]; sent: number[][][] };
  grid: { models: Record<string, { notes: number[]; colours: object }>; pads: [string, number][]; views: [GridView, string[][]][] };
  targets: [name: string, address: string, low: number, high: number, scale: string][];
  learn: { messages: number[][]; binding: [number, string, number] }[];
};

describe("a clock is followed as in Python", () => {
  test.each(fixtures.follow)("$name", ({ messages, tick_seconds, every, reads, commands }) => {
    const follower = new ClockFollower();
    const found: [string, number, number][] = [];
    let next = 0;
    for (let tick = 0; tick < Math.trunc((messages.at(-1)![0] + 0.5) / tick_seconds); tick++) {
      const now = tick * tick_seconds;
      for (; next < messages.length && messages[next]![0] <= now; next++) follower.hear(...messages[next]!);
      for (const { kind, positionSteps, seconds } of follower.update(now)) found.push([kind, positionSteps, seconds]);
      const position = follower.position(now);
      if (tick % every !== 0) continue;
      const [steps, bpm] = reads[tick / every]!;
      expect(position).toBeCloseTo(steps, 7);
      if (bpm === null) expect(follower.tempoBpm).toBeNull();
      else expect(follower.tempoBpm).toBeCloseTo(bpm, 7);
    }
    expect(found.map(([kind]) => kind)).toEqual(commands.map(([kind]) => kind));
    found.forEach(([, steps, seconds], n) => {
      expect(steps).toBeCloseTo(commands[n]![1], 7);
      expect(seconds).toBeCloseTo(commands[n]![2], 9);
    });
  });
});

test.each(fixtures.gate)("late pulses are dropped and the follower is moved as in Python: %#", ({ takes, sent }) => {
  const gate = new PulseGate();
  expect(takes.map(([late, data]) => gate.take(data, late))).toEqual(sent);
});

const meaning = (heard: Heard | null): unknown[] | null => {
  if (heard === null) return null;
  if (heard.kind === "struck") return ["struck", heard.voice, heard.velocity];
  return heard.kind === "moved" ? ["moved", heard.target, heard.value] : ["launched", heard.scene];
};

test("notes, controls of every kind and soft takeover mean what they do in Python", () => {
  const { map, values, turns } = fixtures.input;
  const present = { ...values };
  const input = new MidiInput(readMap(JSON.stringify(map)), (target) => present[target] ?? null);
  for (const [data, means] of turns) {
    const heard = input.hear(data);
    if (heard?.kind === "moved") present[heard.target] = heard.value;
    expect(meaning(heard)).toEqual(means);
  }
  expect(new Set(turns.map(([, means]) => means?.[1]).filter((each) => typeof each === "string")).size).toBe(7);
});

test.each(fixtures.learn)("a control is learned as in Python: %#", ({ messages, binding: [number, kind, channel] }) => {
  const learner = new Learner("density");
  const found = messages.map((data) => learner.hear(data));
  expect(found.slice(0, -1).every((each) => each === null)).toBe(true);
  expect(found.at(-1)).toEqual(bindingOf("density", number, kind as "note", channel));
});

test("controllers are sent the values that Python sends them", () => {
  const { map, turns, sent } = fixtures.state;
  const [state, read] = [new StateOut(), readMap(JSON.stringify(map))];
  const found = turns.map(([what, given]) => {
    const values = given as Record<string, number>;
    if (what === "values") return state.changes(read, (target) => values[target] ?? null);
    if (what === "moved") state.moved(read, ...(given as [string, number]));
    else state.forget();
    return [];
  });
  expect(found).toEqual(sent);
});

describe("a grid has the pads and lights of Python", () => {
  const places = Array.from({ length: 64 }, (_, place) => [Math.floor(place / 8), place % 8] as const);
  test("pads", () => {
    expect(places.map((place) => Object.values(padAt(...place)))).toEqual(fixtures.grid.pads);
    const models = Object.entries(GRID_MODELS).map(([name, model]) => [name, { notes: places.map((place) => noteOfPad(model, ...place)), colours: model.colours }]);
    expect(Object.fromEntries(models)).toEqual(fixtures.grid.models);
  });
  test.each(fixtures.grid.views)("lights %#", (view, colours) => expect(lights(view)).toEqual(colours));
});

test("what the page's controllers move is in Python's table, in the same range", () => {
  const table = new Map(fixtures.targets.map(([name, , low, high]) => [name, [low, high]]));
  const { targets } = new MidiTargets({} as Store, {} as Actions, {} as Player, {} as SceneActions, () => {});
  expect(targets.size).toBeGreaterThan(30);
  for (const [name, { range }] of targets) expect([name, ...range]).toEqual([name, ...table.get(name)!]);
});
