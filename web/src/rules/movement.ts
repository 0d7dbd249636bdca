/** What moves a parameter of a scene: its waves and its drawn curve; changes of them, and words for them. */

import { automated, RandomWalk, wave } from "./modulation";
import { PARAMETERS } from "./parameters";
import type { Automation, Modulation, Scene } from "./project";
import { clamp } from "./units";

export const MAX_MOVEMENTS = 64; // waves of a scene, and curves
export const MAX_STEPS = 64; // values of a wave of the shape "steps"
export const SHAPES = ["sine", "triangle", "saw", "square", "steps", "random"] as const satisfies readonly Modulation["shape"][];
export type Shape = (typeof SHAPES)[number];

export const SHAPE_WORDS: Readonly<Record<Shape, string>> = { sine: "sine", triangle: "triangle", saw: "saw", square: "square", steps: "steps", random: "random walk" };

/** A parameter as a view shows it. */
export interface Movable {
  readonly parameter: string; // its name among `PARAMETERS`
  readonly name: string; // "Snare chance"
  readonly own: number; // its value at rest, in the parameter's unit
  readonly say: (value: number) => string; // in words
}

/** All that moves one parameter. */
export interface Moved {
  readonly waves: readonly Modulation[];
  readonly drawn: Automation | null;
}

export const movedBy = ({ modulations, automations }: Pick<Scene, "modulations" | "automations">, parameter: string): Moved => ({
  waves: modulations.filter((each) => each.parameter === parameter),
  drawn: automations.find((each) => each.parameter === parameter) ?? null,
});

export const isStill = ({ waves, drawn }: Moved): boolean => waves.length === 0 && drawn === null;

/** The scene with exactly these waves and this curve on the parameter. Those of other parameters stay as they are. */
export function withMovement(scene: Scene, parameter: string, { waves, drawn }: Moved): Scene {
  const others = <Kind extends { readonly parameter: string }>(list: readonly Kind[]) => list.filter((each) => each.parameter !== parameter);
  return { ...scene, modulations: [...others(scene.modulations), ...waves], automations: [...others(scene.automations), ...(drawn ? [drawn] : [])] };
}

// ---- new ones

const STAIRS = [-1, -0.5, 0, 0.5, 1, 0.5, 0, -0.5]; // of a new wave of steps

/** The range of a parameter. Throws for a name that is none. */
export function rangeOf(parameter: string): { readonly low: number; readonly high: number; readonly each: "step" | "bar" } {
  const found = PARAMETERS.get(parameter);
  if (!found) throw new RangeError(`no parameter ${parameter}`);
  return { low: found[0], high: found[1], each: found[2] };
}

/** How far a new wave swings: an eighth of the range to each side, of the tempo less. */
export function usualDepth(parameter: string): number {
  const { low, high } = rangeOf(parameter);
  return parameter === "tempo" ? 10 : (high - low) / 8;
}

/** A wave of this shape, as long as musicians mostly want it: what is read once a bar goes slowly. */
export function newWave(parameter: string, shape: Shape, seed: number): Modulation {
  const slow = rangeOf(parameter).each === "bar";
  const period = shape === "random" ? 1 : slow ? 8 : 2;
  return { parameter, shape, period, unit: "bars", phase: 0, depth: usualDepth(parameter), values: shape === "steps" ? STAIRS : [], seed: shape === "random" ? seed : 0 };
}

/** The same wave in another shape. */
export const withShape = (before: Modulation, shape: Shape, seed: number): Modulation => ({
  ...before,
  shape,
  values: shape === "steps" ? (before.values.length > 0 ? before.values : STAIRS) : [],
  seed: shape === "random" ? seed : 0,
});

/** A level curve over so many bars, to be drawn on. */
export const newCurve = (parameter: string, value: number, bars: number): Automation => {
  const { low, high } = rangeOf(parameter);
  const level = clamp(value, low, high);
  return { parameter, breakpoints: [{ bar: 0, value: level }, { bar: bars / 2, value: level }], loop_bars: bars, quantum: "bar" }; // prettier-ignore
};

// ---- steps and breakpoints

/** Another number of steps: the first ones stay, new ones repeat them. */
export const withStepCount = (each: Modulation, count: number): Modulation => ({
  ...each,
  values: Array.from({ length: clamp(count, 1, MAX_STEPS) }, (_, place) => each.values[place % each.values.length] ?? 0),
});

export const withStep = (each: Modulation, place: number, value: number): Modulation => ({ ...each, values: each.values.map((own, index) => (index === place ? Number(clamp(value, -1, 1).toFixed(3)) : own)) });

export const CURVE_GRID = 4; // places a bar at which a curve is drawn
const gridded = (bar: number): number => Math.round(bar * CURVE_GRID) / CURVE_GRID;

/** The length of a curve in bars: its round, or up to its last breakpoint. */
export const curveBars = ({ breakpoints, loop_bars: loop }: Automation): number => loop ?? Math.max(1, Math.ceil(breakpoints.at(-1)!.bar));

/** The curve drawn from one place to another, straight between them: breakpoints in between go. */
export function drawnFrom(curve: Automation, from: { readonly bar: number; readonly value: number }, to: { readonly bar: number; readonly value: number }): Automation {
  const { low, high } = rangeOf(curve.parameter);
  const last = curveBars(curve) - (curve.loop_bars === null ? 0 : 1 / CURVE_GRID);
  const placed = (at: typeof from) => ({ bar: gridded(clamp(at.bar, 0, Math.max(0, last))), value: clamp(at.value, low, high) });
  const [a, b] = [placed(from), placed(to)];
  const [left, right] = [Math.min(a.bar, b.bar), Math.max(a.bar, b.bar)];
  const kept = curve.breakpoints.filter(({ bar }) => bar < left || bar > right);
  const drawn = a.bar === b.bar ? [b] : [a, b];
  return { ...curve, breakpoints: [...kept, ...drawn].sort((one, other) => one.bar - other.bar) };
}

/** A breakpoint moved, at most to a place of the grid beside its neighbours; its value stays in range. */
export function withBreakpoint(curve: Automation, place: number, bar: number, value: number): Automation {
  const { low, high } = rangeOf(curve.parameter);
  const [before, after] = [curve.breakpoints[place - 1], curve.breakpoints[place + 1]];
  const first = before ? before.bar + 1 / CURVE_GRID : 0;
  const last = after ? after.bar - 1 / CURVE_GRID : curveBars(curve) - (curve.loop_bars === null ? 0 : 1 / CURVE_GRID);
  const here = curve.breakpoints[place]!;
  const moved = { bar: first > last ? here.bar : clamp(gridded(bar), first, last), value: clamp(value, low, high) };
  return { ...curve, breakpoints: curve.breakpoints.map((each, index) => (index === place ? moved : each)) };
}

/** A breakpoint more, half-way to the next one; null where there is no room. */
export function withMorePoints(curve: Automation, place: number): Automation | null {
  const here = curve.breakpoints[place]!;
  const end = curve.breakpoints[place + 1]?.bar ?? curveBars(curve);
  const bar = gridded((here.bar + end) / 2);
  if (bar <= here.bar || bar >= end) return null;
  return { ...curve, breakpoints: curve.breakpoints.toSpliced(place + 1, 0, { bar, value: automated(curve, bar) }) };
}

/** Without one breakpoint; the last one stays. */
export const withoutBreakpoint = (curve: Automation, place: number): Automation => (curve.breakpoints.length > 1 ? { ...curve, breakpoints: curve.breakpoints.toSpliced(place, 1) } : curve);

/** Another length: a curve that gets longer begins anew where it ended, one that gets shorter loses its end. */
export function withCurveBars(curve: Automation, bars: number): Automation {
  const before = curveBars(curve);
  const rounds = Array.from({ length: Math.ceil(bars / before) }, (_, round) => curve.breakpoints.map(({ bar, value }) => ({ bar: bar + round * before, value })));
  const kept = (curve.loop_bars === null ? curve.breakpoints : rounds.flat()).filter(({ bar }) => bar < bars);
  return { ...curve, breakpoints: kept, loop_bars: curve.loop_bars === null ? null : bars };
}

// ---- what it comes to

/** The value over a span of bars, evenly spaced, before it is kept within its range. */
export function traced({ waves, drawn }: Moved, own: number, seed: number, bars: number, beatsPerBar: number, count: number): number[] {
  const walks = waves.map(({ seed: ownSeed }) => new RandomWalk(seed, ownSeed));
  return Array.from({ length: count }, (_, place) => {
    const bar = (place / Math.max(1, count - 1)) * bars;
    return waves.reduce((sum, each, index) => sum + each.depth * wave(each, each.unit === "bars" ? bar : bar * beatsPerBar, walks[index]!), drawn ? automated(drawn, bar) : own);
  });
}

/** Does it reach beyond its range: above, below, both, or not at all? */
export function leaves({ waves, drawn }: Moved, own: number, parameter: string): "above" | "below" | "both" | null {
  const { low, high } = rangeOf(parameter);
  const rest = drawn ? drawn.breakpoints.map(({ value }) => value) : [own];
  const reach = (sign: number) => waves.reduce((sum, { shape, depth, values }) => sum + (shape === "steps" ? Math.max(...values.map((value) => sign * depth * value)) : Math.abs(depth)), 0);
  const [above, below] = [Math.max(...rest) + reach(1) > high + 1e-9, Math.min(...rest) - reach(-1) < low - 1e-9];
  return above && below ? "both" : above ? "above" : below ? "below" : null;
}

const counted = (count: number, noun: string): string => `${Number(count.toFixed(2))} ${noun}${count === 1 ? "" : "s"}`;

/** "8 bars", "1 beat". */
export const periodWords = ({ period, unit }: Modulation): string => counted(period, unit === "bars" ? "bar" : "beat");

/** "sine, 8 bars"; with a curve, "drawn, 4 bars + sine, 8 bars". */
export function movementWords({ waves, drawn }: Moved): string {
  const curve = drawn ? [`drawn, ${counted(curveBars(drawn), "bar")}${drawn.loop_bars === null ? ", once" : ""}`] : [];
  return [...curve, ...waves.map((each) => `${SHAPE_WORDS[each.shape]}, ${periodWords(each)}`)].join(" + ");
}

const isOnMap = (parameter: string): boolean => parameter === "map.x" || parameter === "map.y" || /\.sound\.[xy]$/.test(parameter);

/** "It would leave the map: it is kept at the edge"; null where it stays within. `say` gives a value in words. */
export function keptWithin(moved: Moved, own: number, parameter: string, say: (value: number) => string): string | null {
  const side = leaves(moved, own, parameter);
  if (side === null) return null;
  if (isOnMap(parameter)) return "It would leave the map: it is kept within the map's edge.";
  const { low, high } = rangeOf(parameter);
  if (side === "both") return `It would go beyond its range: it is kept between ${say(low)} and ${say(high)}.`;
  return `It would go beyond its range: it is kept at ${say(side === "above" ? high : low)}.`;
}
