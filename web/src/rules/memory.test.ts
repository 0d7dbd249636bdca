import { expect, test } from "vitest";
import { arrange, stillTone } from "./arrange";
import { chance } from "./chance";
import { type HeardBar, heardEvents, type HeardStroke, runsOf, sceneOf, stepsFor, withHeard } from "./memory";
import { FACTORY_VOICE, NEW_PROJECT, PLAIN_MIX } from "./project";
import { type Meter, secondsPerStep, stepsPerBar } from "./units";

const EIGHT = Array.from({ length: 8 }, () => FACTORY_VOICE);
const MIX = EIGHT.map(() => PLAIN_MIX);
const stroke = (time: number, voice = 0, changes: Partial<HeardStroke> = {}): HeardStroke => ({ time, voice, velocity: 0.5, level: 1, pan: 0, sound: FACTORY_VOICE, tone: stillTone(PLAIN_MIX, 0), source: null, ...changes });

/** Bars one after the other, each at its tempo, from 100 s of the clock on. */
function played(bars: readonly { bpm: number; meter?: Meter; strokes: readonly (readonly [voice: number, position: number, changes?: Partial<HeardStroke>])[]; voices?: HeardBar["voices"] }[]): HeardBar[] {
  let start = 100;
  return bars.map(({ bpm, meter = [4, 4], strokes, voices = EIGHT }) => {
    const step = secondsPerStep(bpm);
    const bar: HeardBar = { start, seconds: step * stepsPerBar(meter), meter, plannedBpm: bpm, voices, mix: MIX, strokes: strokes.map(([voice, position, changes]) => stroke(start + position * step, voice, changes)) };
    start += bar.seconds;
    return bar;
  });
}

const NOTHING_DECODED = new Map();
/** The strokes that a project of what was heard plays: when, which, how loud. */
const again = (bars: readonly HeardBar[]) => arrange(withHeard(NEW_PROJECT, bars, "kept")!.project, NOTHING_DECODED).strikes;
const timesOf = (strokes: readonly { seconds: number }[]) => strokes.map(({ seconds }) => seconds);

test("what was heard is played again, each stroke at its time, whatever its swing, ratchet and nudge was", () => {
  const draw = (bar: number, n: number, what: number) => chance(7, bar, n, what);
  const bars = played([0, 1, 2, 3].map((bar) => ({ bpm: 90 + bar * 17, meter: (bar === 2 ? [6, 8] : [4, 4]) as Meter, strokes: Array.from({ length: 60 }, (_, n) => [Math.floor(draw(bar, n, 0) * 8), draw(bar, n, 1) * 50 - 1.9, { velocity: 0.1 + 0.9 * draw(bar, n, 2) }] as const) })));
  const wanted = heardEvents(bars).strokes;
  const found = again(bars);
  expect(found).toHaveLength(wanted.length);
  found.forEach(({ seconds, voice, velocity }, index) => {
    expect(Math.abs(seconds - wanted[index]!.time)).toBeLessThan(1e-6);
    expect([voice, velocity]).toEqual([wanted[index]!.voice, Math.fround(wanted[index]!.velocity)]);
  });
});

test("a ratchet of seven strokes in a 16th keeps them all; an eighth shares a step, and is counted", () => {
  const ratchet = (count: number) => played([{ bpm: 120, strokes: Array.from({ length: count }, (_, n) => [0, 16 + (n * 4) / count] as const) }]);
  expect(timesOf(again(ratchet(7)))).toHaveLength(7);
  expect(timesOf(again(ratchet(7))).map((each) => Math.round(each * 1e6))).toEqual(heardEvents(ratchet(7)).strokes.map(({ time }) => Math.round(time * 1e6)));
  const eight = sceneOf(ratchet(8), "", "");
  expect([eight.scene.bars[0]!.kind === "given" && eight.scene.bars[0]!.pattern.strokes.length, eight.merged]).toEqual([7, 1]);
});

test("of two strokes that share a step, the louder one stays", () => {
  const placed = (position: number, velocity: number) => ({ position, stroke: stroke(0, 0, { velocity }) });
  const crowd = [placed(0, 0.1), placed(0, 0.2), placed(0, 0.3), placed(0, 0.9)];
  const { cells, merged } = stepsFor(crowd, 3);
  expect([cells.map(({ step }) => step), merged, cells.at(-1)!.stroke.velocity]).toEqual([[0, 1, 2], 1, 0.9]);
});

test("an early stroke on the first beat stays early, one over the bar line stays in its place", () => {
  const bars = played([{ bpm: 120, strokes: [[0, -1.5]] }, { bpm: 240, strokes: [[1, -0.75], [2, 64.5]] }, { bpm: 60, strokes: [] }]); // prettier-ignore
  const found = again(bars);
  expect(found.map(({ position }) => Math.round(position * 1e4) / 1e4)).toEqual([-1.5, 63.625, 128.125]); // by the tempo of the bar in which they sound
  expect(timesOf(found).map((each) => Math.round(each * 1e6))).toEqual(heardEvents(bars).strokes.map(({ time }) => Math.round(time * 1e6)));
});

test("a bar that lasted otherwise than planned has the tempo that it had", () => {
  const [bar] = played([{ bpm: 120, strokes: [[0, 32]] }]);
  const { scene } = sceneOf([{ ...bar!, plannedBpm: 150 }, bar!], "", "");
  expect(scene.tempo.map(({ bar: at, tempo_bpm }) => [at, Math.round(tempo_bpm * 1e6) / 1e6])).toEqual([[0, 120]].concat(scene.tempo.length > 1 ? [[1, 120]] : []));
});

test("level and pan that moved are automated, each stroke as it was", () => {
  const bars = played([{ bpm: 120, strokes: [[2, 0, { level: 0.5, pan: -1 }], [2, 8, { level: 0.75, pan: 0.5 }], [3, 8]] }]); // prettier-ignore
  const found = again(bars).map(({ voice, level, pan }) => [voice, level, pan]);
  expect(found).toEqual([[2, 0.5, -1], [2, 0.75, 0.5], [3, 1, 0]]); // prettier-ignore
});

test("a sound that was tuned from bar to bar is tuned again; another kit begins another scene", () => {
  const tuned = EIGHT.map((voice) => ({ ...voice, tune: 5 }));
  const other = EIGHT.map((voice) => ({ ...voice, kit: "room" }));
  const bars = played([{ bpm: 120, strokes: [[0, 0]] }, { bpm: 120, strokes: [[0, 0]], voices: tuned }, { bpm: 120, strokes: [[0, 0]], voices: other }]); // prettier-ignore
  expect(runsOf(bars).map(({ length }) => length)).toEqual([2, 1]);
  const { project } = withHeard(NEW_PROJECT, bars, "kept")!;
  expect(project.song).toEqual([{ scene: 0, bars: 2, fill: false, morph_bars: 0 }, { scene: 1, bars: 1, fill: false, morph_bars: 0 }]); // prettier-ignore
  const { strikes, sounds } = arrange(project, NOTHING_DECODED);
  expect(strikes.map(({ sound }) => [sounds[sound]!.sound.tune, sounds[sound]!.sound.kit])).toEqual([[0, "analogue"], [5, "analogue"], [0, "room"]]); // prettier-ignore
});
