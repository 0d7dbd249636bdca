/**
 * The prior of tokens, 16th by 16th: a recurrent network over what was struck before, in this bar and the last one. The
 * twin of `clave/training/models/token_prior.py` and `clave/rhythm/token_sampler.py`, for one bar.
 */

import { VOICE_COUNT } from "../rules/protocol";
import { STEPS_PER_SIXTEENTH } from "../rules/units";
import { type Condition, conditionFeatures, type RhythmFacts, withoutStyle } from "./condition";
import { cellsOf } from "./dynamics";
import { Gru, LayerNorm, Linear, ResidualBlock, silu } from "./layers";
import type { Hits } from "./likelyBar";
import { roundedToHalf, tensor, type Weights } from "./weights";

const TOKEN_CELLS = VOICE_COUNT * STEPS_PER_SIXTEENTH;
const LAGS = [1, 2, 4, 6, 8, 12]; // sixteenths back that are inputs of the network
const MAX_KNOWN_SHARE = 1 - 1e-6; // of a 16th's probability that may lie on the vocabulary, where an unknown token is scored

/** A bar on its way through the network: its recurrent state, and what stays the same in all its 16ths. */
interface State {
  readonly first: Float32Array;
  readonly second: Float32Array;
}

/** What the network hears besides the tokens so far. */
interface Heard {
  readonly constant: Float32Array; // of the condition and of the whole bar before
  readonly before: readonly (readonly number[])[]; // cells of each 16th of the bar before; empty where it is not known
  readonly tokensBefore: readonly number[];
  readonly meter: number;
}

export class TokenPrior {
  readonly tokens: readonly (readonly number[])[]; // the cells of each token
  private readonly tokenOf = new Map<number, number>(); // by its cells as bits
  private readonly weights: { readonly [name in "before" | "barBefore" | "hereBefore" | "condition0" | "condition2" | "cellScore" | "copyScore" | "unknownScore" | "cellLogit"]: Linear };
  private readonly place: Float32Array;
  private readonly first: Gru;
  private readonly second: Gru;
  private readonly block: ResidualBlock;
  private readonly norm: LayerNorm;
  private readonly bias: Float32Array;
  private readonly embedding: Linear;
  private readonly unknown: number; // the token that stands for all others

  constructor(
    weights: Weights,
    private readonly facts: RhythmFacts,
    private readonly longest: number, // sixteenths of the longest bar that the network takes
  ) {
    const linear = (name: string) => Linear.of(weights, `token_prior.${name}`);
    this.weights = {
      before: linear("before"),
      barBefore: linear("bar_before"),
      hereBefore: linear("here_before"),
      condition0: linear("condition.0"),
      condition2: linear("condition.2"),
      cellScore: linear("cell_score"),
      copyScore: linear("copy_score"),
      unknownScore: linear("unknown_score"),
      cellLogit: linear("cell_logit"),
    };
    this.place = tensor(weights, "token_prior.place").data;
    this.first = new Gru(weights, "token_prior.first");
    this.second = new Gru(weights, "token_prior.second");
    this.block = new ResidualBlock(weights, "token_prior.block");
    this.norm = LayerNorm.of(weights, "token_prior.norm");
    this.bias = tensor(weights, "token_prior.token_bias").data;
    facts.vocabulary.forEach((bits, token) => this.tokenOf.set(bits, token));
    this.unknown = facts.vocabulary.length;
    this.tokens = facts.vocabulary.map((bits) => Array.from({ length: TOKEN_CELLS }, (_, cell) => cell).filter((cell) => (bits >>> cell) & 1));
    this.embedding = embedTokens(this.tokens, linear("token_embedding.0"), linear("token_embedding.2"));
  }

  /** The token of each 16th of a bar. */
  encode(hits: Hits, steps: number): number[] {
    return Array.from({ length: steps / STEPS_PER_SIXTEENTH }, (_, sixteenth) => this.tokenOf.get(bitsOf(cellsOf(hits, steps, sixteenth))) ?? this.unknown);
  }

  /** The bar with these tokens. */
  decode(tokens: readonly number[]): Hits {
    const steps = tokens.length * STEPS_PER_SIXTEENTH;
    const hits = new Uint8Array(VOICE_COUNT * steps);
    tokens.forEach((token, sixteenth) => {
      for (const cell of this.tokens[token]!) hits[Math.floor(cell / STEPS_PER_SIXTEENTH) * steps + sixteenth * STEPS_PER_SIXTEENTH + (cell % STEPS_PER_SIXTEENTH)] = 1;
    });
    return hits;
  }

  /**
   * A bar: in each 16th, the token with the highest sum of log probability, bias and noise. `guidance` above 1
   * extrapolates from the prior without the style; `before` are the hits of the bar before, if it is known.
   */
  sample(condition: Condition, noise: (sixteenth: number) => Float64Array, bias: (sixteenth: number) => Float64Array, guidance: number, before: Hits | null): number[] {
    const conditions = guidance === 1 ? [condition] : [condition, withoutStyle(condition, this.facts)];
    const heard = conditions.map((each) => this.heard(each, before));
    let states = conditions.map(() => this.begin());
    const tokens: number[] = [];
    for (let sixteenth = 0; sixteenth < condition.sixteenths; sixteenth++) {
      const cells = (at: number) => this.tokens[tokens[at]!]!;
      const steps = states.map((state, row) => this.step(state, heard[row]!, sixteenth, tokens, cells));
      states = steps.map(({ state }) => state);
      const [own, plain] = steps.map(({ logProb }) => logProb);
      const [noises, biases] = [noise(sixteenth), bias(sixteenth)];
      let best = 0;
      let most = -Infinity;
      for (let token = 0; token < this.unknown; token++) {
        const logProb = plain ? plain[token]! + guidance * (own![token]! - plain[token]!) : own![token]!;
        const score = logProb + noises[token]! + biases[token]!;
        if (score > most) [best, most] = [token, score];
      }
      tokens.push(best);
    }
    return tokens;
  }

  /** Log p(hits | condition, bar before), in nats. */
  logLikelihood(condition: Condition, hits: Hits, before: Hits | null): number {
    const heard = this.heard(condition, before);
    const tokens = this.encode(hits, condition.steps);
    const cells = (at: number) => cellsOf(hits, condition.steps, at);
    let state = this.begin();
    let total = 0;
    tokens.forEach((token, sixteenth) => {
      const step = this.step(state, heard, sixteenth, tokens, cells);
      state = step.state;
      total += step.logProb[token]! + (token === this.unknown ? this.unknownLogProb(cells(sixteenth), this.weights.cellLogit.run(step.hidden)) : 0);
    });
    return total;
  }

  /** Log p of the cells of an unknown token: independent cells with these logits, but no known token. */
  private unknownLogProb(cells: readonly number[], logit: Float32Array): number {
    const silent = logit.reduce((sum, each) => sum + Math.max(each, 0) + Math.log1p(Math.exp(-Math.abs(each))), 0);
    const known = this.tokens.reduce((sum, token) => sum + Math.exp(token.reduce((total, cell) => total + logit[cell]!, 0) - silent), 0);
    return cells.reduce((sum, cell) => sum + logit[cell]!, 0) - silent - Math.log1p(-Math.min(known, MAX_KNOWN_SHARE));
  }

  private begin(): State {
    return { first: new Float32Array(this.first.width), second: new Float32Array(this.second.width) };
  }

  private heard(condition: Condition, before: Hits | null): Heard {
    const { condition0, condition2, barBefore } = this.weights;
    const steps = condition.steps;
    const cells = before ? Array.from({ length: condition.sixteenths }, (_, sixteenth) => cellsOf(before, steps, sixteenth)) : [];
    const ones = cells.flatMap((each, sixteenth) => each.map((cell) => sixteenth * TOKEN_CELLS + cell));
    const whole = barBefore.runOnes(before ? [...ones, this.longest * TOKEN_CELLS] : []);
    const constant = condition2.run(silu(condition0.run(conditionFeatures(condition)))).map((each, unit) => each + whole[unit]!);
    return { constant, before: cells, tokensBefore: before ? this.encode(before, steps) : [], meter: condition.meter };
  }

  /** One 16th: log p of each token, the last one that of an unknown one. `tokens` and `cells` are those of the 16ths before. */
  private step({ first, second }: State, heard: Heard, sixteenth: number, tokens: readonly number[], cells: (sixteenth: number) => readonly number[]): { logProb: Float64Array; hidden: Float32Array; state: State } {
    const { before, hereBefore } = this.weights;
    const lagged = LAGS.flatMap((lag, row) => (lag <= sixteenth ? cells(sixteenth - lag).map((cell) => row * TOKEN_CELLS + cell) : []));
    const here = [0, 1].flatMap((next) => (heard.before[sixteenth + next] ?? []).map((cell) => next * TOKEN_CELLS + cell));
    const input = before.runOnes(lagged);
    const ofBefore = hereBefore.runOnes(here);
    const at = (heard.meter * this.longest + sixteenth) * input.length;
    for (let unit = 0; unit < input.length; unit++) input[unit] = input[unit]! + ofBefore[unit]! + this.place[at + unit]! + heard.constant[unit]!;
    const one = this.first.step(silu(input), first);
    const two = this.second.step(one, second);
    const hidden = this.norm.run(this.block.run(one.map((each, unit) => each + two[unit]! + input[unit]!)));
    const copied = [...LAGS.map((lag) => (lag <= sixteenth ? tokens[sixteenth - lag]! : this.unknown + 1)), heard.tokensBefore[sixteenth] ?? this.unknown + 1];
    return { logProb: this.logProb(hidden, copied), hidden, state: { first: one, second: two } };
  }

  private logProb(hidden: Float32Array, copied: readonly number[]): Float64Array {
    const { cellScore, copyScore, unknownScore } = this.weights;
    const byToken = this.embedding.run(hidden);
    const byCell = cellScore.run(hidden);
    const scale = 1 / Math.sqrt(hidden.length);
    const score = new Float64Array(this.unknown + 1);
    this.tokens.forEach((cells, token) => {
      let sum = byToken[token]! * scale + this.bias[token]!;
      for (const cell of cells) sum += byCell[cell]!;
      score[token] = sum;
    });
    score[this.unknown] = unknownScore.run(hidden)[0]! + this.bias[this.unknown]!;
    copyScore.run(hidden).forEach((copy, row) => {
      if (copied[row]! <= this.unknown) score[copied[row]!]! += copy;
    });
    let most = -Infinity;
    for (const each of score) most = Math.max(most, each);
    let total = 0;
    for (const each of score) total += Math.exp(each - most);
    const norm = most + Math.log(total);
    for (let token = 0; token < score.length; token++) score[token]! -= norm;
    return score;
  }
}

const bitsOf = (cells: readonly number[]): number => cells.reduce((sum, cell) => sum + 2 ** cell, 0);

/** The embedding of each token, in half precision as the networks store it. */
function embedTokens(tokens: readonly (readonly number[])[], first: Linear, second: Linear): Linear {
  const data = new Float32Array(tokens.length * second.outputs);
  tokens.forEach((cells, token) => data.set(second.run(silu(first.runOnes(cells))).map(roundedToHalf), token * second.outputs));
  return new Linear({ shape: [tokens.length, second.outputs], data }, null);
}
