/** What the networks of the rhythm space are conditioned on: the twin of `clave/rhythm/condition.py`, one bar at a time. */

import type { Point, StyleChoice } from "../rules/protocol";
import { type Meter, STEPS_PER_SIXTEENTH, stepsPerBar } from "../rules/units";
import { fourierFeatures } from "./layers";
import { Refused } from "./refused";

/** How recorded drummers play each voice, which bars without a style are played like: `clave/rhythm/recorded_dynamics.py`. */
export interface RecordedDynamics {
  readonly offset_std: readonly number[]; // steps, by voice
  readonly drawn: readonly number[]; // velocities, each voice further up, ...
  readonly recorded: readonly number[]; // ... and what they become
}

/** What the page has to know of a space besides its weights: `rhythm.json` of an exported page. */
export interface RhythmFacts {
  readonly styles: readonly string[];
  readonly sections: readonly string[];
  readonly meters: readonly Meter[]; // that can be played
  readonly network_meters: readonly Meter[]; // that the networks count
  readonly threshold: number; // logit above which a cell is struck
  readonly feel_size: number;
  readonly recorded_dynamics: RecordedDynamics | null; // null: unknown
  readonly vocabulary: readonly number[]; // the cells of a 16th as bits, for each token
}

export interface Condition {
  readonly point: readonly [number, number]; // in single precision
  readonly labels: Float32Array; // style, section and meter, as the networks take them
  readonly meter: number; // its place among those that the networks count
  readonly styled: boolean;
  readonly steps: number;
  readonly sixteenths: number;
}

export const STYLE_TOLERANCE = 1e-3; // how far the shares of a blend may be off 1

/** These labels at this point, without a section where it is null; Refused for a style, a section or a meter that the space has not learned. */
export function conditionOf(facts: RhythmFacts, [x, y]: Point, style: StyleChoice, section: string | null, meter: Meter): Condition {
  const shares = typeof style === "string" ? { [style]: 1 } : (style ?? {});
  const unknown = Object.keys(shares).find((name) => !facts.styles.includes(name));
  if (unknown !== undefined) throw new Refused(`no style '${unknown}' in this space; its styles are: ${facts.styles.join(", ")}`);
  const total = Object.values(shares).reduce((sum, share) => sum + share, 0);
  if (style !== null && Math.abs(total - 1) >= STYLE_TOLERANCE) throw new Refused(`the shares of a blend are at least 0 and add up to 1, got ${JSON.stringify(shares)}`);
  if (section !== null && !facts.sections.includes(section)) throw new Refused(`no section '${section}' in this space; its sections are: ${facts.sections.join(", ")}`);
  if (!facts.meters.some((each) => String(each) === String(meter))) throw new Refused(`this space has learned ${facts.meters.map((each) => each.join("/")).join(", ")}, got ${meter.join("/")}`);
  const place = facts.network_meters.findIndex((each) => String(each) === String(meter));
  const weights = facts.styles.map((name) => shares[name] ?? 0);
  const steps = stepsPerBar(meter);
  return {
    point: [Math.fround(x), Math.fround(y)],
    labels: Float32Array.from([...weights, ...facts.sections.map((each) => Number(each === section)), ...facts.network_meters.map((_, each) => Number(each === place))]),
    meter: place,
    styled: weights.some((weight) => weight !== 0),
    steps,
    sixteenths: steps / STEPS_PER_SIXTEENTH,
  };
}

/** The same with the style left unconditioned. */
export const withoutStyle = (condition: Condition, facts: RhythmFacts): Condition => ({ ...condition, labels: condition.labels.map((each, place) => (place < facts.styles.length ? 0 : each)), styled: false });

/** The same labels at another point. */
export const movedTo = (condition: Condition, point: readonly [number, number]): Condition => ({ ...condition, point: [Math.fround(point[0]), Math.fround(point[1])] });

/** The condition as the priors take it. */
export const conditionFeatures = ({ point, labels }: Condition): Float32Array => Float32Array.from([...fourierFeatures(point), ...labels]);

/** The steps of the longest bar that the networks take. */
export const networkSteps = (facts: RhythmFacts): number => Math.max(...facts.network_meters.map(stepsPerBar));
