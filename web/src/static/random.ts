/**
 * Random numbers as NumPy's `default_rng(seed)` draws them, so that a seed means the same bar here as in Python:
 * SeedSequence, PCG64, standard normal numbers by the ziggurat, Gumbel numbers, whole numbers and choices.
 * O'Neill, "PCG: a family of simple fast space-efficient statistically good algorithms for random number generation", 2014;
 * Marsaglia and Tsang, "The ziggurat method for generating random variables", 2000.
 */

const POOL = 4;
const MASK_128 = (1n << 128n) - 1n;
const MASK_64 = (1n << 64n) - 1n;
const MULTIPLIER = 0x2360ed051fc65da44385df649fccf645n;

/** Eight words of 32 bits from a seed. */
function seedWords(seed: number): Uint32Array {
  const entropy: number[] = [];
  for (let rest = BigInt(seed); rest > 0n || entropy.length === 0; rest >>= 32n) entropy.push(Number(rest & 0xffffffffn));
  let constant = 0x43b0d7e5;
  const hashed = (value: number): number => {
    let word = value ^ constant;
    constant = Math.imul(constant, 0x931e8875);
    word = Math.imul(word, constant);
    return (word ^ (word >>> 16)) >>> 0;
  };
  const mixed = (x: number, y: number): number => {
    const word = (Math.imul(0xca01f9dd, x) - Math.imul(0x4973f715, y)) | 0;
    return (word ^ (word >>> 16)) >>> 0;
  };
  const pool = Array.from({ length: POOL }, (_, place) => hashed(entropy[place] ?? 0));
  for (let from = 0; from < POOL; from++) for (let to = 0; to < POOL; to++) if (from !== to) pool[to] = mixed(pool[to]!, hashed(pool[from]!));
  for (const word of entropy.slice(POOL)) for (let to = 0; to < POOL; to++) pool[to] = mixed(pool[to]!, hashed(word));
  let out = 0x8b51f9dd;
  return Uint32Array.from({ length: 8 }, (_, place) => {
    let word = pool[place % POOL]! ^ out;
    out = Math.imul(out, 0x58f38ded);
    word = Math.imul(word, out);
    return (word ^ (word >>> 16)) >>> 0;
  });
}

const LEVELS = 256;
const TAIL = 3.6541528853610088; // where the ziggurat's tail begins
const AREA = 0.004928673233974658; // of each of its levels
const UNITS = 2 ** 52;

interface Ziggurat {
  readonly below: Float64Array; // a number of 52 bits below this lies inside its level
  readonly width: Float64Array; // of a level, for each of 2^52 units
  readonly height: Float64Array;
}

const ziggurat: Ziggurat = (() => {
  const below = new Float64Array(LEVELS);
  const width = new Float64Array(LEVELS);
  const height = new Float64Array(LEVELS);
  const density = (x: number) => Math.exp(-0.5 * x * x);
  const base = AREA / density(TAIL);
  let edge = TAIL;
  let before = TAIL;
  below[0] = (edge / base) * UNITS;
  width[0] = base / UNITS;
  width[LEVELS - 1] = edge / UNITS;
  height[0] = 1;
  height[LEVELS - 1] = density(edge);
  for (let level = LEVELS - 2; level >= 1; level--) {
    edge = Math.sqrt(-2 * Math.log(AREA / edge + density(edge)));
    below[level + 1] = (edge / before) * UNITS;
    before = edge;
    height[level] = density(edge);
    width[level] = edge / UNITS;
  }
  below[1] = 0;
  return { below, width, height };
})();

/** One generator: what it draws depends on its seed and on what was drawn before. */
export class Random {
  private state: bigint;
  private readonly increment: bigint;
  private half: number | null = null; // the other half of the number whose first half was drawn

  constructor(seed: number) {
    const words = seedWords(seed);
    const [high, low, sequenceHigh, sequenceLow] = [0, 2, 4, 6].map((place) => (BigInt(words[place + 1]!) << 32n) | BigInt(words[place]!)) as [bigint, bigint, bigint, bigint];
    this.increment = ((((sequenceHigh << 64n) | sequenceLow) << 1n) | 1n) & MASK_128;
    this.state = (this.increment + ((high << 64n) | low)) & MASK_128;
    this.advance();
  }

  private advance(): void {
    this.state = (this.state * MULTIPLIER + this.increment) & MASK_128;
  }

  private bits64(): bigint {
    this.advance();
    const { state } = this;
    const folded = (state >> 64n) ^ (state & MASK_64);
    const turn = state >> 122n;
    return ((folded >> turn) | (folded << (64n - turn))) & MASK_64;
  }

  private bits32(): number {
    if (this.half !== null) {
      const { half } = this;
      this.half = null;
      return half;
    }
    const bits = this.bits64();
    this.half = Number(bits >> 32n);
    return Number(bits & 0xffffffffn);
  }

  /** In [0, 1). */
  uniform(): number {
    return Number(this.bits64() >> 11n) / 2 ** 53;
  }

  normal(): number {
    const { below, width, height } = ziggurat;
    for (;;) {
      const bits = this.bits64();
      const level = Number(bits & 0xffn);
      const negative = ((bits >> 8n) & 1n) === 1n;
      const units = Number((bits >> 9n) & 0xfffffffffffffn);
      const x = units * width[level]!;
      if (units < below[level]!) return negative ? -x : x;
      if (level === 0) {
        for (;;) {
          const beyond = -Math.log1p(-this.uniform()) / TAIL;
          const other = -Math.log1p(-this.uniform());
          if (other + other > beyond * beyond) return Math.floor(units / 256) % 2 === 1 ? -(TAIL + beyond) : TAIL + beyond;
        }
      }
      if ((height[level - 1]! - height[level]!) * this.uniform() + height[level]! < Math.exp(-0.5 * x * x)) return negative ? -x : x;
    }
  }

  /** So many normal numbers in single precision. */
  normals(count: number): Float32Array {
    return Float32Array.from({ length: count }, () => this.normal());
  }

  gumbel(): number {
    for (;;) {
      const share = 1 - this.uniform();
      if (share < 1) return -Math.log(-Math.log(share));
    }
  }

  /** A whole number below `limit`, which is at most 2^32 - 1 (Lemire 2019). */
  below(limit: number): number {
    const threshold = (2 ** 32 - limit) % limit;
    for (;;) {
      const product = BigInt(this.bits32()) * BigInt(limit);
      if (Number(product & 0xffffffffn) >= threshold) return Number(product >> 32n);
    }
  }

  /** The place of one of these shares, which add up to 1. */
  choice(shares: readonly number[]): number {
    const sums: number[] = [];
    for (const share of shares) sums.push((sums.at(-1) ?? 0) + share);
    const drawn = this.uniform();
    return sums.findIndex((sum) => drawn < sum / sums.at(-1)!);
  }
}
