/** A toy sound space: to the right brighter, to the top longer; what is dropped on a map lies in its middle. */

import { createHash } from "node:crypto";
import type { DrawnKit, Heard, KitVoice, PlacedSound, Point, SoundInfo, SoundMap, SoundRequest } from "../src/rules/protocol.ts";
import { encodeWav } from "../src/audio/wavFile.ts";

const SAMPLE_RATE = 44_100;
const SOUNDS = 240; // a voice
const SECONDS = [0.4, 0.25, 0.06, 0.5, 0.35, 1.2, 0.25, 0.08];
const TONES = [55, 190, 0, 0, 110, 0, 0, 900]; // Hz
const NOISES = [0.02, 0.6, 0.5, 0.5, 0.03, 0.5, 0.8, 0.1];
const NO_SHIFT = { brightness: 0, decay: 0, pitch: 0, noisiness: 0 };

/** A generator of numbers in [0, 1): the same for the same seed. */
export function draws(seed: number): () => number {
  let state = (seed ^ 0x9e3779b9) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const bell = (draw: () => number): number => Math.sqrt(-2 * Math.log(draw() + 1e-9)) * Math.cos(2 * Math.PI * draw());

export const toySoundInfo = (voices: readonly string[]): SoundInfo => ({
  name: "toy",
  reference: { name: "toy", hash: "" },
  voices,
  licence: "CC0",
  credit: "invented for development",
  sounds: SOUNDS * voices.length,
  detail_size: 1,
  directions: ["brightness", "decay", "pitch", "noisiness"],
  verdict: null,
});

function ranksOf(values: readonly number[]): number[] {
  const order = values.map((_, index) => index).sort((one, other) => values[one]! - values[other]!);
  const ranks = values.map(() => 0);
  order.forEach((index, rank) => (ranks[index] = rank / (values.length - 1)));
  return ranks;
}

function toySoundMap(voice: number): SoundMap {
  const draw = draws(voice + 40);
  const points = Array.from({ length: SOUNDS }, () => [0.8 * bell(draw), 0.8 * bell(draw)] as const);
  const ranked = (what: (point: Point) => number) => ranksOf(points.map(what));
  return {
    x: points.map(([x]) => x),
    y: points.map(([, y]) => y),
    source: points.map((_, index) => Math.floor(index / 12)),
    sources: Array.from({ length: SOUNDS / 12 }, (_, machine) => `toy machine ${machine + 1}`),
    licences: Array.from({ length: SOUNDS / 12 }, () => "CC0"),
    brightness: ranked(([x]) => x),
    decay: ranked(([, y]) => y),
    pitch: ranked(([x, y]) => x - y),
    noisiness: ranked(([x, y]) => x + y),
  };
}

/** `size` 1 is as long and `height` 1 as high as the voice usually is. */
export function toySound(voice: number, { size = 1, height = 1, noise = 1, seed = 0 } = {}): Float32Array {
  const draw = draws(voice + 1 + seed);
  const seconds = Math.min(1.5, SECONDS[voice]! * size);
  const tone = TONES[voice]! * height;
  let phase = 0;
  return Float32Array.from({ length: Math.round(seconds * SAMPLE_RATE) }, (_, n) => {
    const t = n / SAMPLE_RATE;
    phase += (2 * Math.PI * tone * (1 + 3 * Math.exp(-t * 40))) / SAMPLE_RATE;
    const decay = Math.exp((-5 * t) / seconds);
    return Math.max(-0.9, Math.min(0.9, 0.7 * decay * ((tone ? Math.sin(phase) : 0) + noise * NOISES[voice]! * (draw() * 2 - 1))));
  });
}

function soundAt(voice: number, { point: [x, y], shift, variation, seed }: SoundRequest): { wav: Uint8Array; heard: Heard } {
  const stray = variation * bell(draws(seed));
  const size = 2 ** ((y + shift.decay) / 1.5);
  const height = 2 ** ((x + shift.pitch + stray) / 4);
  const samples = toySound(voice, { size, height, noise: 2 ** ((x + shift.noisiness) / 2), seed });
  const heard = {
    brightness_hz: 1500 * 2 ** ((voice + x + shift.brightness) / 3),
    decay_s: samples.length / SAMPLE_RATE / 2,
    pitch_hz: TONES[voice] ? TONES[voice]! * height : null,
    noisiness: Math.min(1, NOISES[voice]!),
  };
  return { wav: new Uint8Array(encodeWav([samples], SAMPLE_RATE)), heard };
}

function drawnKit(seed: number, kept: Readonly<Record<number, KitVoice>>): DrawnKit {
  const voices = SECONDS.map((_, voice): KitVoice => {
    const draw = draws(seed * 8 + voice);
    const point: Point = [bell(draw), bell(draw)];
    const drawn = { from: "map", point, detail: null, variation: 0.5, seed, shift: NO_SHIFT, kit: null, file: null, file_name: null, twin: false, levelled: true, gain: 1, tune: 0, decay: 1, velocity_layers: true, locked: false } as const;
    return kept[voice] ?? drawn;
  });
  return { voices };
}

const files = new Map<string, Uint8Array>();

function placed(content: Uint8Array): PlacedSound | null {
  if (new TextDecoder("latin1").decode(content.slice(0, 4)) !== "RIFF") return null;
  const file = createHash("sha256").update(content).digest("hex");
  files.set(file, content);
  return { point: [0, 0], detail: [0], file, heard: { brightness_hz: 1500, decay_s: 0.2, pitch_hz: null, noisiness: 0.5 }, nearest: [] };
}

/** The answer to one question about sounds, or null where there is none. */
export function answerSounds(path: string, content: Uint8Array): { status: number; headers: Record<string, string>; body: string | Uint8Array } | null {
  const json = (value: unknown, status = 200) => ({ status, headers: { "content-type": "application/json" }, body: JSON.stringify(value) });
  const wav = (body: Uint8Array, headers = {}) => ({ status: 200, headers: { "content-type": "audio/wav", ...headers }, body });
  const message = () => JSON.parse(new TextDecoder().decode(content)) as unknown;
  if (path === "/api/kits/draw") {
    const { seed, kept } = message() as { seed: number; kept: Record<number, KitVoice> };
    return json(drawnKit(seed, kept));
  }
  const [, digest] = /^\/api\/files\/([0-9a-f]{64})\.wav$/.exec(path) ?? [];
  const file = files.get(digest ?? "");
  if (file) return wav(file);
  const [, voice, what] = /^\/api\/sounds\/([0-7])(\/map|\/place)?$/.exec(path) ?? [];
  if (voice === undefined) return null;
  if (what === "/map") return json(toySoundMap(Number(voice)));
  if (what === "/place") {
    const place = placed(content);
    return place ? json(place) : json({ error: "this is no WAV file, and the toy server reads no other", kind: "sound" }, 422);
  }
  const sound = soundAt(Number(voice), message() as SoundRequest);
  return wav(sound.wav, { "clave-heard": JSON.stringify(sound.heard) });
}
