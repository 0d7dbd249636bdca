/**
 * The rhythm space in the page: bars at points of its map, with variation and fills, and phrases. The twin of
 * `clave/rhythm/space.py`, held equal by a golden fixture.
 */

import type { BarPattern, Point, StyleChoice } from "../rules/protocol";
import { VOICE_COUNT } from "../rules/protocol";
import { type Meter, STEPS_PER_QUARTER, STEPS_PER_SIXTEENTH } from "../rules/units";
import { type Condition, conditionOf, networkSteps, type RhythmFacts } from "./condition";
import { Dynamics, dynamicsNoise } from "./dynamics";
import { extraHands, type Hits, likelyHits } from "./likelyBar";
import { densityLogits, MapDecoder } from "./mapDecoder";
import { roundedToEven } from "./rounding";
import { Random } from "./random";
import { TokenPrior } from "./tokenPrior";
import type { Weights } from "./weights";

const STYLE_GUIDANCE = 1.3; // guidance of the prior by a style; 1 is what it has learned
const STROKE_BIAS = 0.25; // nats a stroke, for each logit by which a density makes cells sound more readily
const CHANGE_COST = 3.2; // nats of a changed stroke, without variation
const CHANGE_COST_POWER = 1.5;
const ANSWER_SHARE = 0.5; // of the variation of a phrase: every other bar stays so much closer to the first

// Of fills: `clave/rhythm/fill.py` says what each of these is.
const STROKES = [5, 7, 8, 10, 11, 14, 16, 20];
const STARTS = [0, 0.25, 0.5];
const START_SHARES = [0.7, 0.16, 0.14];
const BIASES = Array.from({ length: 12 }, (_, place) => (2.6 * place) / 11);
const TOM_BIAS = 1;
const HAND_COST = 2;
const NATS_OF_STROKE = 10;
const WHOLE_BAR = 64;
const SNARE = 1;
const TOM = 4;

/** What a changed stroke costs at this variation in [0, 1], in nats. */
const changeCost = (variation: number): number => CHANGE_COST * (1 - variation) ** CHANGE_COST_POWER;

export interface BarSettings {
  readonly style: StyleChoice;
  readonly section: string;
  readonly meter: Meter;
  readonly variation: number;
  readonly density: number | null;
  readonly seed: number;
}

export class RhythmSpace {
  readonly map: MapDecoder;
  private readonly dynamics: Dynamics;
  private readonly noises = new Map<number, Float32Array>(); // of bars without variation, by their steps

  /** `prior` has the weights of the token prior, which only bars with variation, fills, phrases and journeys need. */
  constructor(
    readonly facts: RhythmFacts,
    weights: Weights,
    private readonly prior: () => Promise<Weights>,
  ) {
    const steps = networkSteps(facts);
    this.map = new MapDecoder(weights, steps);
    this.dynamics = new Dynamics(weights, facts, steps / STEPS_PER_SIXTEENTH);
  }

  private priorLoading: Promise<TokenPrior> | null = null;

  /** The token prior, fetched once. */
  tokenPrior(): Promise<TokenPrior> {
    const loading = (this.priorLoading ??= this.prior().then((weights) => new TokenPrior(weights, this.facts, networkSteps(this.facts) / STEPS_PER_SIXTEENTH)));
    loading.catch(() => (this.priorLoading = null)); // the next try fetches again
    return loading;
  }

  condition(point: Point, { style, section, meter }: Pick<BarSettings, "style" | "section" | "meter">): Condition {
    return conditionOf(this.facts, point, style, section, meter);
  }

  /** The bar at this map point; with variation it hears the bar `before`, where that is known. */
  async at(point: Point, settings: BarSettings, before: Hits | null = null): Promise<BarPattern> {
    const { meter, variation, density, seed, section } = settings;
    const condition = this.condition(point, settings);
    const random = new Random(seed);
    const { mean, std } = this.dynamics.expectedFeel(condition);
    const feelNoise = random.normals(variation > 0 ? mean.length : 0);
    const hits = await this.hitsAt(point, settings, condition, random, section === "fill" && variation === 0 ? new Random(0) : random, density, before);
    const noise = variation > 0 ? dynamicsNoise(random, condition.steps) : this.stillNoise(condition.steps);
    const feel = variation > 0 ? mean.map((each, place) => each + variation * std[place]! * feelNoise[place]!) : mean;
    return { meter: [...meter], strokes: this.dynamics.play(hits, feel, condition, noise) };
  }

  private async hitsAt(point: Point, settings: BarSettings, condition: Condition, random: Random, ofFill: Random, density: number | null, before: Hits | null): Promise<Hits> {
    const { variation, section } = settings;
    if (section === "fill") {
      const beat = this.expectedHits(this.condition(point, { ...settings, section: "beat" }), density);
      return this.sampleFill(beat, condition, variation, ofFill, density, before);
    }
    const expected = this.expectedHits(condition, density);
    return variation === 0 ? expected : this.sampleNear(expected, condition, random, changeCost(variation), densityLogits(density), before);
  }

  /** The likely bar of a map point. */
  expectedHits(condition: Condition, density: number | null): Hits {
    return likelyHits(this.map.logits(condition), this.facts.threshold, densityLogits(density));
  }

  /** The noise with which bars without variation are played: that of seed 0. */
  private stillNoise(steps: number): Float32Array {
    const known = this.noises.get(steps) ?? dynamicsNoise(new Random(0), steps);
    this.noises.set(steps, known);
    return known;
  }

  /** A sample of the prior in which every stroke that differs from the reference costs so many nats. */
  private async sampleNear(reference: Hits, condition: Condition, random: Random, cost: number, densityBias: number, before: Hits | null): Promise<Hits> {
    const prior = await this.tokenPrior();
    const noise = gumbelNoise(random, condition.sixteenths, prior.tokens.length);
    const weight = Float64Array.from(reference, (struck) => cost * (2 * struck - 1) + STROKE_BIAS * densityBias);
    return prior.decode(prior.sample(condition, noise, tokenBias(prior, weight, condition.steps), condition.styled ? STYLE_GUIDANCE : 1, before));
  }

  /** A fill that begins like this beat; until it starts, `variation` says how readily it differs from it. */
  private async sampleFill(beat: Hits, condition: Condition, variation: number, random: Random, density: number | null, before: Hits | null): Promise<Hits> {
    const prior = await this.tokenPrior();
    const { steps, sixteenths } = condition;
    const start = STARTS[random.choice(START_SHARES)]!;
    const strokes = (STROKES[random.below(STROKES.length)]! * steps) / WHOLE_BAR;
    const first = STEPS_PER_QUARTER * roundedToEven((start * steps) / STEPS_PER_QUARTER);
    const noises = BIASES.map(() => gumbelNoise(random, sixteenths, prior.tokens.length));
    let best = { cost: Infinity, hits: beat };
    BIASES.forEach((bias, row) => {
      const weight = Float64Array.from(beat, (struck, cell) => {
        const [voice, step] = [Math.floor(cell / steps), cell % steps];
        const base = STROKE_BIAS * densityLogits(density);
        if (step < first) return base + changeCost(variation) * (2 * struck - 1);
        return base + (voice === SNARE ? bias : voice === TOM ? bias + TOM_BIAS : 0);
      });
      const hits = prior.decode(prior.sample(condition, noises[row]!, tokenBias(prior, weight, steps), condition.styled ? STYLE_GUIDANCE : 1, before));
      const loud = [SNARE, TOM].flatMap((voice) => [...hits.subarray(voice * steps, (voice + 1) * steps)]).reduce((sum, each) => sum + each, 0);
      const off = Math.abs(loud - strokes) + HAND_COST * extraHands(hits);
      const cost = off - prior.logLikelihood(condition, hits, null) / NATS_OF_STROKE;
      if (cost < best.cost) best = { cost, hits };
    });
    return best.hits;
  }

  /** Bars that agree with their first one; with `fill`, the last one is a fill. */
  async phrase(point: Point, bars: number, fill: boolean, { style, meter, variation, seed }: BarSettings): Promise<BarPattern[]> {
    const beat = this.condition(point, { style, section: "beat", meter });
    const random = new Random(seed);
    const first = await this.sampleNear(this.expectedHits(beat, null), beat, random, changeCost(variation), 0, null);
    const { mean, std } = this.dynamics.expectedFeel(beat);
    const feelNoise = random.normals(mean.length);
    const feel = mean.map((each, place) => each + std[place]! * Math.fround(variation) * feelNoise[place]!);
    const noise = phraseNoise(random, bars, beat.steps);
    const hits = [first];
    for (let bar = 1; bar < bars; bar++) {
      const before = hits.at(-1)!;
      if (fill && bar === bars - 1) {
        hits.push(await this.sampleFill(first, this.condition(point, { style, section: "fill", meter }), variation, random, null, before));
        continue;
      }
      const cost = changeCost(variation * (bar % 2 === 0 ? ANSWER_SHARE : 1));
      hits.push(await this.sampleNear(first, beat, random, cost, 0, before));
    }
    return hits.map((each, bar) => ({ meter: [...meter], strokes: this.dynamics.play(each, feel, beat, noise[bar]!) }));
  }
}

/** Gumbel noise for each token of each 16th, drawn at once. */
function gumbelNoise(random: Random, sixteenths: number, tokens: number): (sixteenth: number) => Float64Array {
  const rows = Array.from({ length: sixteenths }, () => Float64Array.from({ length: tokens }, () => random.gumbel()));
  return (sixteenth) => rows[sixteenth]!;
}

/** Noise for the dynamics of each bar of a phrase, as NumPy draws it for all of them: kind, velocity and offset in turn. */
function phraseNoise(random: Random, bars: number, steps: number): Float32Array[] {
  const cells = VOICE_COUNT * steps;
  const all = random.normals(3 * bars * cells);
  return Array.from({ length: bars }, (_, bar) => {
    const own = new Float32Array(3 * cells);
    for (let part = 0; part < 3; part++) own.set(all.subarray((part * bars + bar) * cells, (part * bars + bar + 1) * cells), part * cells);
    return own;
  });
}

/** What is added to the score of each token, where a stroke in each cell is so many nats likelier. */
function tokenBias(prior: TokenPrior, weight: Float64Array, steps: number): (sixteenth: number) => Float64Array {
  return (sixteenth) => {
    const at = (cell: number) => weight[Math.floor(cell / STEPS_PER_SIXTEENTH) * steps + sixteenth * STEPS_PER_SIXTEENTH + (cell % STEPS_PER_SIXTEENTH)]!;
    return Float64Array.from(prior.tokens, (cells) => cells.reduce((sum, cell) => sum + at(cell), 0));
  };
}
