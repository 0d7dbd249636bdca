/** The few kinds of layers that the rhythm networks are made of, forward only: the twins of `clave/training/models`. */

import { type Tensor, tensor, type Weights } from "./weights";

/** A matrix and what is added: x -> W x + b. */
export class Linear {
  readonly outputs: number;
  readonly inputs: number;
  private readonly matrix: Float32Array;
  private readonly bias: Float32Array | null;

  constructor(matrix: Tensor, bias: Tensor | null) {
    [this.outputs, this.inputs] = matrix.shape as [number, number];
    this.matrix = matrix.data;
    this.bias = bias?.data ?? null;
  }

  static of(weights: Weights, name: string): Linear {
    return new Linear(tensor(weights, `${name}.weight`), weights.get(`${name}.bias`) ?? null);
  }

  /** Into `out`, which may hold what is added to as well. */
  run(x: Float32Array, out = new Float32Array(this.outputs), add = false): Float32Array {
    const { matrix, bias, inputs, outputs } = this;
    const even = inputs - (inputs % 4);
    for (let row = 0; row < outputs; row++) {
      const start = row * inputs;
      let first = 0;
      let second = 0;
      let third = 0;
      let fourth = 0;
      for (let column = 0; column < even; column += 4) {
        first += matrix[start + column]! * x[column]!;
        second += matrix[start + column + 1]! * x[column + 1]!;
        third += matrix[start + column + 2]! * x[column + 2]!;
        fourth += matrix[start + column + 3]! * x[column + 3]!;
      }
      for (let column = even; column < inputs; column++) first += matrix[start + column]! * x[column]!;
      const sum = first + second + third + fourth + (bias === null ? 0 : bias[row]!);
      out[row] = add ? out[row]! + sum : sum;
    }
    return out;
  }

  /** One of its outputs alone. */
  output(x: Float32Array, row: number): number {
    let sum = this.bias === null ? 0 : this.bias[row]!;
    for (let column = 0; column < this.inputs; column++) sum += this.matrix[row * this.inputs + column]! * x[column]!;
    return sum;
  }

  /** All of them for an x that is 1 in these places and 0 in all others. */
  runOnes(places: readonly number[], out = new Float32Array(this.outputs)): Float32Array {
    const { matrix, bias, inputs, outputs } = this;
    for (let row = 0; row < outputs; row++) {
      let sum = bias === null ? 0 : bias[row]!;
      for (const place of places) sum += matrix[row * inputs + place]!;
      out[row] = sum;
    }
    return out;
  }
}

const EPSILON = 1e-5; // of the variance, as PyTorch has it

/** Mean 0 and variance 1, then scaled and moved. */
export class LayerNorm {
  constructor(
    private readonly weight: Float32Array,
    private readonly bias: Float32Array,
  ) {}

  static of(weights: Weights, name: string): LayerNorm {
    return new LayerNorm(tensor(weights, `${name}.weight`).data, tensor(weights, `${name}.bias`).data);
  }

  run(x: Float32Array): Float32Array {
    const { weight, bias } = this;
    let mean = 0;
    for (const each of x) mean += each;
    mean /= x.length;
    let variance = 0;
    for (const each of x) variance += (each - mean) ** 2;
    const scale = 1 / Math.sqrt(variance / x.length + EPSILON);
    return x.map((each, place) => (each - mean) * scale * weight[place]! + bias[place]!);
  }
}

export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

export const silu = (x: Float32Array): Float32Array => x.map((each) => each * sigmoid(each));

/** x + W2 silu(W1 norm(x)). */
export class ResidualBlock {
  private readonly norm: LayerNorm;
  private readonly inner: Linear;
  private readonly outer: Linear;

  constructor(weights: Weights, name: string) {
    this.norm = LayerNorm.of(weights, `${name}.norm`);
    this.inner = Linear.of(weights, `${name}.inner`);
    this.outer = Linear.of(weights, `${name}.outer`);
  }

  run(x: Float32Array): Float32Array {
    return this.outer.run(silu(this.inner.run(this.norm.run(x))), x.slice(), true);
  }
}

/** Linear in, residual blocks, norm, SiLU, linear out. */
export class ResidualNetwork {
  private readonly first: Linear;
  private readonly blocks: readonly ResidualBlock[];
  private readonly norm: LayerNorm;
  private readonly last: Linear;

  constructor(weights: Weights, name: string) {
    let blocks = 0;
    while (weights.has(`${name}.${blocks + 1}.inner.weight`)) blocks++;
    this.first = Linear.of(weights, `${name}.0`);
    this.blocks = Array.from({ length: blocks }, (_, block) => new ResidualBlock(weights, `${name}.${block + 1}`));
    this.norm = LayerNorm.of(weights, `${name}.${blocks + 1}`);
    this.last = Linear.of(weights, `${name}.${blocks + 3}`);
  }

  run(x: Float32Array): Float32Array {
    let hidden = this.first.run(x);
    for (const block of this.blocks) hidden = block.run(hidden);
    return this.last.run(silu(this.norm.run(hidden)));
  }
}

/** A gated recurrent unit, as PyTorch has it: reset, update and new in this order. */
export class Gru {
  readonly width: number;
  private readonly ofInput: Linear;
  private readonly ofState: Linear;

  /** `direction` is "" or "_reverse". */
  constructor(weights: Weights, name: string, direction = "") {
    const linear = (part: string) => new Linear(tensor(weights, `${name}.weight_${part}_l0${direction}`), tensor(weights, `${name}.bias_${part}_l0${direction}`));
    this.ofInput = linear("ih");
    this.ofState = linear("hh");
    this.width = this.ofState.inputs;
  }

  step(input: Float32Array, state: Float32Array): Float32Array {
    const { width } = this;
    const x = this.ofInput.run(input);
    const h = this.ofState.run(state);
    return state.map((each, place) => {
      const reset = sigmoid(x[place]! + h[place]!);
      const update = sigmoid(x[width + place]! + h[width + place]!);
      const fresh = Math.tanh(x[2 * width + place]! + reset * h[2 * width + place]!);
      return (1 - update) * fresh + update * each;
    });
  }
}

const FREQUENCIES = [1, 2, 4, 8]; // radians a map unit

/** A map point, and its sines and cosines. */
export function fourierFeatures([x, y]: readonly [number, number]): number[] {
  const angles = FREQUENCIES.flatMap((frequency) => [frequency * x, frequency * y]);
  return [x, y, ...angles.map(Math.sin), ...angles.map(Math.cos)];
}
