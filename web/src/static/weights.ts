/** Weights as the file of a trained model holds them: safetensors, a header in JSON and numbers in half or single precision. */

export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export type Weights = ReadonlyMap<string, Tensor>;

const HEADER_AT = 8; // bytes: the length of the header stands before it

/** The numbers of a safetensors file by their names; an Error for another file, or for numbers in another precision. */
export function readWeights(file: ArrayBuffer): Weights {
  const length = file.byteLength < HEADER_AT ? 0 : Number(new DataView(file).getBigUint64(0, true));
  if (length === 0 || HEADER_AT + length > file.byteLength) throw new Error("the weights are no safetensors file, or not all of one");
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(file, HEADER_AT, length))) as Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] }>;
  const weights = new Map<string, Tensor>();
  for (const [name, { dtype, shape, data_offsets }] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const [start, end] = data_offsets;
    const bytes = file.slice(HEADER_AT + length + start, HEADER_AT + length + end);
    if (dtype !== "F16" && dtype !== "F32") throw new Error(`weights are in F16 or F32, got ${name} in ${dtype}`);
    weights.set(name, { shape, data: dtype === "F32" ? new Float32Array(bytes) : fromHalves(new Uint16Array(bytes)) });
  }
  return weights;
}

/** The tensor of that name; an Error that names it where there is none. */
export function tensor(weights: Weights, name: string): Tensor {
  const found = weights.get(name);
  if (!found) throw new Error(`the weights lack ${name}`);
  return found;
}

let halves: Float32Array | null = null; // of each of the 65536 numbers in half precision

/** Numbers in half precision as single precision, exactly. */
export function fromHalves(bits: Uint16Array): Float32Array {
  halves ??= Float32Array.from({ length: 65536 }, (_, each) => fromHalf(each));
  const numbers = new Float32Array(bits.length);
  for (let place = 0; place < bits.length; place++) numbers[place] = halves[bits[place]!]!;
  return numbers;
}

function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Infinity;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

/** A number rounded to half precision, ties to even. */
export function roundedToHalf(value: number): number {
  const size = Math.abs(value);
  if (size === 0 || !Number.isFinite(size)) return value;
  const unit = 2 ** (Math.max(Math.floor(Math.log2(size)), -14) - 10);
  const units = value / unit;
  const below = Math.floor(units);
  const rest = units - below;
  return unit * (rest > 0.5 || (rest === 0.5 && below % 2 !== 0) ? below + 1 : below);
}
