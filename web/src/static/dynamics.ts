/** How strokes are played: the feel that is expected at a point, and velocity and offset of each stroke. */

import type { BarStroke } from "../rules/protocol";
import { VOICE_COUNT } from "../rules/protocol";
import { clamp, STEPS_PER_SIXTEENTH } from "../rules/units";
import { type Condition, conditionFeatures, type RecordedDynamics, type RhythmFacts } from "./condition";
import { drawnBetween, interpolated, normalCdf } from "./distribution";
import { fourierFeatures, Gru, LayerNorm, Linear, ResidualNetwork, sigmoid, silu } from "./layers";
import type { Hits } from "./likelyBar";
import type { Random } from "./random";
import { clearOfBarLine, onReadSteps, type StepRanges, stepRanges } from "./stepRange";
import { tensor, type Weights } from "./weights";

const TOKEN_CELLS = VOICE_COUNT * STEPS_PER_SIXTEENTH;
const KINDS = 3; // of strokes that the mixture tells apart: such as ghost note, stroke and accent
const FIRST_LEVELS = [0.3, 0.6, 0.9].map((level) => Math.log(level / (1 - level)));
const VELOCITY_STD = [Math.log(0.02), Math.log(0.3)] as const; // least and largest deviation of a kind
const OFFSET_STD = [Math.log(0.05), Math.log(1.5)] as const; // steps
const MAX_LOG_STD = 5; // soft bound of the log deviation of the feel
const MIN_VELOCITY = Math.fround(1 / 127);
const APART = 12; // between the curves of two voices, see `clave/rhythm/recorded_dynamics.py`

const between = ([low, high]: readonly [number, number], raw: number): number => Math.exp(low + (high - low) * sigmoid(raw));

/** Standard normal numbers for each cell of a bar: for the kind of its stroke, its velocity and its offset, one after the other. */
export const dynamicsNoise = (random: Random, steps: number): Float32Array => random.normals(3 * VOICE_COUNT * steps);

export class Dynamics {
  private readonly feelPrior: ResidualNetwork;
  private readonly condition: Linear;
  private readonly strokes: Linear;
  private readonly place: Float32Array;
  private readonly forward: Gru;
  private readonly backward: Gru;
  private readonly norm: LayerNorm;
  private readonly inner: Linear;
  private readonly outer: Linear;

  constructor(
    weights: Weights,
    private readonly facts: RhythmFacts,
    private readonly sixteenths: number,
  ) {
    this.feelPrior = new ResidualNetwork(weights, "feel_prior");
    this.condition = Linear.of(weights, "dynamics.condition");
    this.strokes = Linear.of(weights, "dynamics.strokes");
    this.place = tensor(weights, "dynamics.place").data;
    this.forward = new Gru(weights, "dynamics.gru");
    this.backward = new Gru(weights, "dynamics.gru", "_reverse");
    this.norm = LayerNorm.of(weights, "dynamics.out.0");
    this.inner = Linear.of(weights, "dynamics.out.1");
    this.outer = Linear.of(weights, "dynamics.out.3");
  }

  /** Mean and standard deviation of the feel under this condition. */
  expectedFeel(condition: Condition): { mean: Float32Array; std: Float32Array } {
    const numbers = this.feelPrior.run(conditionFeatures(condition));
    const size = this.facts.feel_size;
    return { mean: numbers.slice(0, size), std: numbers.slice(size).map((raw) => Math.exp(MAX_LOG_STD * Math.tanh(raw / MAX_LOG_STD))) };
  }

  /** The strokes of a bar of these hits and this feel, in the order in which they sound. */
  play(written: Hits, feel: Float32Array, condition: Condition, noise: Float32Array): BarStroke[] {
    const { steps, point, labels, styled } = condition;
    const hits = styled ? written : clearOfBarLine(written);
    const ranges = stepRanges(hits);
    const meters = labels.subarray(labels.length - this.facts.network_meters.length);
    const whole = this.condition.run(Float32Array.from([...feel, ...fourierFeatures(point), ...meters]));
    const width = this.condition.outputs;
    const inputs = Array.from({ length: this.sixteenths }, (_, sixteenth) => {
      const struck = this.strokes.runOnes(cellsOf(hits, steps, sixteenth));
      return silu(struck.map((each, unit) => each + this.place[sixteenth * width + unit]! + whole[unit]!));
    });
    const after: Float32Array[] = [];
    let state: Float32Array = new Float32Array(width);
    for (let sixteenth = this.sixteenths - 1; sixteenth >= 0; sixteenth--) after[sixteenth] = state = this.backward.step(inputs[sixteenth]!, state);
    state = new Float32Array(width);
    const strokes: BarStroke[] = [];
    for (let sixteenth = 0; sixteenth < steps / STEPS_PER_SIXTEENTH; sixteenth++) {
      state = this.forward.step(inputs[sixteenth]!, state);
      const cells = cellsOf(hits, steps, sixteenth);
      if (cells.length === 0) continue;
      const hidden = silu(this.inner.run(this.norm.run(joined(inputs[sixteenth]!, state, after[sixteenth]!))));
      for (const cell of cells) {
        const voice = Math.floor(cell / STEPS_PER_SIXTEENTH);
        const step = sixteenth * STEPS_PER_SIXTEENTH + (cell % STEPS_PER_SIXTEENTH);
        strokes.push(drawn((part) => this.outer.output(hidden, part * TOKEN_CELLS + cell), voice, step, steps, noise, ranges, styled ? null : this.facts.recorded_dynamics));
      }
    }
    const played = strokes.sort(inOrder);
    return !styled && ranges.displaced ? onReadSteps(played, steps).sort(inOrder) : played;
  }
}

/** The cells of a 16th that are struck, each as its place in a token: voice by voice, four steps each. */
export function cellsOf(hits: Hits, steps: number, sixteenth: number): number[] {
  const cells: number[] = [];
  if (sixteenth * STEPS_PER_SIXTEENTH >= steps) return cells;
  for (let cell = 0; cell < TOKEN_CELLS; cell++) if (hits[Math.floor(cell / STEPS_PER_SIXTEENTH) * steps + sixteenth * STEPS_PER_SIXTEENTH + (cell % STEPS_PER_SIXTEENTH)]) cells.push(cell);
  return cells;
}

function joined(...parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const inOrder = (one: BarStroke, other: BarStroke): number => one[1] + one[3] - other[1] - other[3] || one[0] - other[0];

/** A stroke drawn from the distribution that the numbers of its cell describe, as loosely and loudly as `recorded` ones if given. */
function drawn(number: (part: number) => number, voice: number, step: number, steps: number, noise: Float32Array, ranges: StepRanges, recorded: RecordedDynamics | null): BarStroke {
  const [ofKind, ofLevel, ofOffset] = [0, 1, 2].map((part) => noise[(part * VOICE_COUNT + voice) * steps + step]!) as [number, number, number];
  const levels = FIRST_LEVELS.map((first, kind) => sigmoid(number(KINDS + kind) + first));
  const order = [0, 1, 2].sort((one, other) => levels[one]! - levels[other]!);
  const most = Math.max(number(0), number(1), number(2));
  const shares = order.map((kind) => Math.exp(number(kind) - most));
  const total = shares.reduce((sum, each) => sum + each, 0);
  const quantile = normalCdf(ofKind); // softer kinds first, so that more noise is more velocity
  let place = 0;
  for (let sum = shares[0]! / total; sum < quantile && place < KINDS - 1; sum += shares[place]! / total) place++;
  const kind = order[place]!;
  const level = Math.fround(levels[kind]! + between(VELOCITY_STD, number(2 * KINDS + kind)) * ofLevel);
  const velocity = recorded ? interpolated(level + APART * voice, recorded.drawn, recorded.recorded) : level;
  const std = Math.max(between(OFFSET_STD, number(3 * KINDS + 1)), recorded?.offset_std[voice] ?? 0);
  const cell = voice * steps + step;
  const offset = drawnBetween(2 * Math.tanh(number(3 * KINDS)), std, ranges.low[cell]!, ranges.high[cell]!, ofOffset);
  return [voice, step, Math.fround(clamp(velocity, MIN_VELOCITY, 1)), Math.fround(offset)];
}
