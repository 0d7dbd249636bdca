/** Live, bar after bar, a project plays the very strokes of its performance. */

import { expect, test } from "vitest";
import { type Case, madeUp, readCompressed } from "../../tests/madeUp";
import { projectOf, scoreOf } from "../../tests/givenBars";
import { arrange, requests } from "./arrange";
import { barKey } from "./bars";
import type { BarPattern } from "./protocol";
import { DEFAULT_SETTINGS } from "./scene";
import { positionOf, Score } from "./score";
import { TempoCurve } from "./tempo";

const { cases } = readCompressed<{ cases: Case[] }>("arrange.json.gz");

test.each(cases.map((each, index) => [index, each] as const))("project %i", (_, { project, bars }) => {
  const decoded = madeUp(requests(project, bars));
  const { strikes, tempo, sounds } = arrange(project, decoded, bars);
  const score = new Score(project, decoded);
  const live = Array.from({ length: bars }, (_, index) => score.bar(index)).flatMap(({ planned, strokes }) =>
    strokes.map((stroke) => ({ ...stroke, bar: planned.index, seconds: tempo.secondsAt(planned.start + positionOf(stroke, planned.swing)) + stroke.nudge })),
  );
  const { mix, kit } = project.scene;
  const anySolo = mix.some(({ solo }) => solo);
  const heard = live.filter(({ otherMix, voice }) => otherMix || (!mix[voice]!.mute && (mix[voice]!.solo || !anySolo))); // the mixer mutes the scene's voices
  const byPlace = <Stroke extends { seconds: number; voice: number; velocity: number }>(some: readonly Stroke[]) => some.toSorted((a, b) => a.seconds - b.seconds || a.voice - b.voice || a.velocity - b.velocity);
  expect(heard).toHaveLength(strikes.length);
  byPlace(heard).forEach((stroke, n) => {
    const wanted = byPlace(strikes)[n]!;
    expect([stroke.voice, stroke.velocity, stroke.bar]).toEqual([wanted.voice, wanted.velocity, wanted.bar]);
    expect(Math.abs(stroke.seconds - wanted.seconds)).toBeLessThan(1e-9);
    expect(stroke.level ?? mix[stroke.voice]!.level).toBeCloseTo(wanted.level, 12);
    expect(stroke.level === null ? mix[stroke.voice]!.pan : stroke.pan).toBeCloseTo(wanted.pan, 12);
    expect(stroke.sound ?? kit.voices[stroke.voice]).toEqual(sounds[wanted.sound]!.sound);
  });
}, 20_000);

test("bars can be had in any order, and the times of a curve are those of all bars", () => {
  const { project, bars } = cases.find((each) => each.bars > 3)!;
  const decoded = madeUp(requests(project, bars));
  const there = new Score(project, decoded);
  const back = new Score(project, decoded);
  const forward = Array.from({ length: bars }, (_, index) => there.bar(index));
  const backward = Array.from({ length: bars }, (_, index) => back.bar(bars - 1 - index)).reverse();
  expect(backward.map(({ strokes }) => strokes)).toEqual(forward.map(({ strokes }) => strokes));
  expect(new TempoCurve(forward.map(({ planned }) => planned.tempo)).steps).toBe(forward.reduce((sum, { planned }) => sum + planned.steps, 0));
});

test("what is not decoded yet is silent, and sounds as soon as it is", () => {
  const { project } = cases.find(({ project: each, bars }) => requests(each, bars).bars.length > 0 && each.song.length === 0)!;
  const decoded = new Map(madeUp(requests(project, 1)));
  const later = new Map<string, never>();
  const score = new Score(project, { get: (key) => later.get(key) });
  expect([score.isDecoded(0), score.bar(0).pattern.strokes, score.bar(0).strokes]).toEqual([false, [], []]);
  for (const [key, pattern] of decoded) later.set(key, pattern as never);
  expect(score.bar(0).pattern.strokes.length).toBeGreaterThan(0);
  expect(score.bar(0)).toBe(score.bar(0));
});

test("a bar that has not come when it is due is the one before it, once more", () => {
  const own = ([x]: readonly [number, number]) => ({ kind: "generated", point: [x, 0], settings: DEFAULT_SETTINGS, phrase: null, leg: null, hears: null }) as const;
  const project = projectOf([], { bars: [own([0, 0]), own([1, 0])] });
  const here: BarPattern = { meter: [4, 4], strokes: [[3, 8, 1, 0]] };
  const score = new Score(project, new Map([[barKey(project.scene.bars[0]!), here]]));
  expect([score.bar(0).pattern, score.bar(1).pattern, score.bar(1).planned.index]).toEqual([here, here, 1]);
});

test("after 100,000 bars whole rounds begin anew: music may play for days", () => {
  const score = scoreOf([{ meter: [4, 4], strokes: [[0, 0, 1, 0]] }, { meter: [3, 4], strokes: [[1, 0, 1, 0]] }, { meter: [2, 4], strokes: [] }]); // prettier-ignore
  const meters = (from: number) => [0, 1, 2, 3].map((n) => String(score.bar(from + n).planned.meter));
  expect(meters(99_999)).toEqual(meters(0));
  expect(meters(299_997)).toEqual(meters(0));
});
