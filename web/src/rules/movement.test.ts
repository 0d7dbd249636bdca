import { expect, test } from "vitest";
import { depthWords, phaseWords } from "./depthWords";
import { automated, Movement, RandomWalk } from "./modulation";
import {
  curveBars, drawnFrom, isStill, keptWithin, leaves, movedBy, type Moved, movementWords, newCurve, newWave, rangeOf, SHAPES, traced, withBreakpoint, withCurveBars, withMorePoints,
  withMovement, withoutBreakpoint, withShape, withStep, withStepCount,
} from "./movement"; // prettier-ignore
import { PARAMETERS } from "./parameters";
import { type Automation, type Modulation, NEW_SCENE } from "./project";

const sine: Modulation = { ...newWave("swing", "sine", 0), depth: 0.1 };
const curve = (...points: (readonly [bar: number, value: number])[]): Automation => ({ parameter: "swing", breakpoints: points.map(([bar, value]) => ({ bar, value })), loop_bars: 4, quantum: "bar" });
const only = (wave: Modulation | null, drawn: Automation | null = null): Moved => ({ waves: wave ? [wave] : [], drawn });
const percent = (value: number) => `${Math.round(value * 100)} %`;

test("what moves one parameter is found, changed and taken away; what moves others stays", () => {
  const other = newWave("tempo", "saw", 0);
  const scene = withMovement(withMovement(NEW_SCENE, "tempo", only(other)), "swing", only(sine, curve([0, 0.5])));
  expect(movedBy(scene, "swing")).toEqual(only(sine, curve([0, 0.5])));
  const still = withMovement(scene, "swing", only(null));
  expect([isStill(movedBy(still, "swing")), movedBy(still, "tempo"), still.automations]).toEqual([true, only(other), []]);
});

test("a new wave of any shape on any parameter is one that a project takes, and moves it", () => {
  for (const parameter of PARAMETERS.keys())
    for (const shape of SHAPES) {
      const wave = newWave(parameter, shape, 7);
      expect(wave.depth).toBeGreaterThan(0);
      expect(wave.values.length > 0, shape).toBe(shape === "steps");
      const [low, high] = [rangeOf(parameter).low, rangeOf(parameter).high];
      const movement = new Movement([], [wave], 1);
      const values = Array.from({ length: 32 }, (_, bar) => movement.value(parameter, (low + high) / 2, bar / 4, bar));
      expect(new Set(values).size, `${parameter}, ${shape}`).toBeGreaterThan(1);
      expect(Math.min(...values)).toBeGreaterThanOrEqual(low);
      expect(Math.max(...values)).toBeLessThanOrEqual(high);
    }
  expect(() => rangeOf("kick.colour")).toThrow("no parameter kick.colour");
});

test("another shape keeps period and depth, steps come and go with theirs", () => {
  const steps = withShape({ ...sine, period: 3 }, "steps", 5);
  expect([steps.period, steps.depth, steps.values.length, steps.seed]).toEqual([3, 0.1, 8, 0]);
  expect(withShape(steps, "random", 5)).toEqual({ ...steps, shape: "random", values: [], seed: 5 });
  expect(withStepCount({ ...steps, values: [0.5, -1] }, 5).values).toEqual([0.5, -1, 0.5, -1, 0.5]);
  expect(withStepCount(steps, 99).values.length).toBe(64);
  expect([withStep(steps, 2, 7).values[2], withStep(steps, 2, -0.25).values[2]]).toEqual([1, -0.25]);
});

test("words say the shape and its round", () => {
  expect(movementWords(only({ ...sine, period: 8 }))).toBe("sine, 8 bars");
  expect(movementWords(only({ ...sine, shape: "random", period: 1, unit: "beats" }))).toBe("random walk, 1 beat");
  expect(movementWords(only({ ...sine, period: 1.5 }, curve([0, 0.5])))).toBe("drawn, 4 bars + sine, 1.5 bars");
  expect(movementWords(only(null, { ...curve([0, 0.5], [2.5, 0.6]), loop_bars: null }))).toBe("drawn, 3 bars, once");
  expect([depthWords("tempo", 10), depthWords("snare.nudge", -4), depthWords("snare.probability", 0.125), depthWords("map.x", 0.75), depthWords("shift.swing", 0)]).toEqual(["± 10 bpm", "± 4 ms, turned over", "± 13 %", "± 0.75 on the map", "stands still"]);
  expect([0, 0.25].map(phaseWords)).toEqual(["at its start", "25 % on"]);
});

test("what would leave its range is kept within it, and that is said", () => {
  expect(leaves(only(sine), 0.5, "swing")).toBeNull();
  expect(keptWithin(only(sine), 0.5, "swing", percent)).toBeNull();
  expect(keptWithin(only(sine), 0.7, "swing", percent)).toBe("It would go beyond its range: it is kept at 75 %.");
  expect(keptWithin(only({ ...sine, depth: -0.4 }), 0.5, "swing", percent)).toBe("It would go beyond its range: it is kept between 25 % and 75 %.");
  const wide: Modulation = { ...newWave("map.x", "square", 0), depth: 3, period: 2 };
  expect(keptWithin(only(wide), 0.5, "map.x", String)).toBe("It would leave the map: it is kept within the map's edge.");
  const movement = new Movement([], [wide], 0);
  expect([movement.value("map.x", 0.5, 0, 0), movement.value("map.x", 0.5, 1, 4)]).toEqual([3, -2.5]);
  const oneSided: Modulation = { ...newWave("swing", "steps", 0), values: [0, 1], depth: 0.2 };
  expect([leaves(only(oneSided), 0.6, "swing"), leaves(only(oneSided), 0.3, "swing"), leaves(only({ ...oneSided, depth: -0.2 }), 0.3, "swing")]).toEqual(["above", null, "below"]);
});

test("a walk stays in [-1, 1] wherever one looks, and does not depend on where one looked before", () => {
  const walk = new RandomWalk(3, 9);
  const late = walk.at(5000.25);
  const values = Array.from({ length: 20_000 }, (_, turn) => walk.at(turn / 4));
  expect([Math.min(...values) >= -1, Math.max(...values) <= 1, Math.max(...values) > 0.95, Math.min(...values) < -0.95]).toEqual([true, true, true, true]);
  expect(new RandomWalk(3, 9).at(5000.25)).toBe(late);
});

test("a curve is drawn over what it crosses, on a grid of quarters", () => {
  const level = newCurve("swing", 0.5, 4);
  expect([curveBars(level), automated(level, 3.9)]).toEqual([4, 0.5]);
  const drawn = drawnFrom(drawnFrom(level, { bar: 1, value: 0.6 }, { bar: 1.3, value: 0.65 }), { bar: 1.3, value: 0.65 }, { bar: 2.6, value: 0.9 });
  expect(drawn.breakpoints).toEqual([{ bar: 0, value: 0.5 }, { bar: 1, value: 0.6 }, { bar: 1.25, value: 0.65 }, { bar: 2.5, value: 0.75 }]); // prettier-ignore
  const back = drawnFrom(drawn, { bar: 9, value: 0.3 }, { bar: 0.6, value: 0.3 });
  expect(back.breakpoints.map(({ bar }) => bar)).toEqual([0, 0.5, 3.75]);
});

test("breakpoints move between their neighbours, come and go", () => {
  const three = curve([0, 0.5], [1, 0.6], [2, 0.7]);
  expect(withBreakpoint(three, 1, 9, 0.9).breakpoints[1]).toEqual({ bar: 1.75, value: 0.75 });
  expect(withBreakpoint(three, 1, -1, 0).breakpoints[1]).toEqual({ bar: 0.25, value: 0.25 });
  expect(withMorePoints(three, 0)!.breakpoints[1]).toEqual({ bar: 0.5, value: 0.55 });
  expect(withMorePoints(curve([0, 0.5], [0.25, 0.6]), 0)).toBeNull();
  expect(withoutBreakpoint(three, 1).breakpoints.map(({ bar }) => bar)).toEqual([0, 2]);
  expect(withoutBreakpoint(curve([0, 0.5]), 0).breakpoints).toHaveLength(1);
  expect(withCurveBars(three, 8).breakpoints.map(({ bar }) => bar)).toEqual([0, 1, 2, 4, 5, 6]);
  expect(withCurveBars(three, 2).breakpoints.map(({ bar }) => bar)).toEqual([0, 1]);
});

test("the line that is shown is what is played, before it is kept within", () => {
  const moved = only({ ...sine, period: 4 }, curve([0, 0.5], [2, 0.6]));
  const movement = new Movement([moved.drawn!], moved.waves, 5);
  const line = traced(moved, 0.5, 5, 4, 4, 17);
  line.forEach((value, place) => expect(movement.value("swing", 0.5, place / 4, place)).toBeCloseTo(Math.min(0.75, Math.max(0.25, value)), 12));
});
