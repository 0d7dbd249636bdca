/** What page and server say to each other: the mirror of `clave/protocol.py`, with checks where an answer comes in. */

export type Point = readonly [x: number, y: number];

/** Velocity in (0, 1], offset in steps within [-2, 2). */
export type WireStroke = readonly [voice: number, step: number, velocity: number, offset: number];

/** One bar, as the list of its strokes. */
export interface WirePattern {
  readonly meter: readonly [number, number];
  readonly strokes: readonly WireStroke[];
}

export interface VoiceInfo {
  readonly name: string;
  readonly note: number;
  readonly colour: string;
  readonly choke_group: number | null;
  readonly aliases: readonly string[];
}

export interface KitInfo {
  readonly name: string;
  readonly label: string;
}

export interface SpaceInfo {
  readonly name: string;
  readonly styles: readonly string[];
  readonly sections: readonly string[];
  readonly bars: number;
  readonly licence: string;
  readonly credit: string;
}

export interface Instrument {
  readonly version: string;
  readonly space: SpaceInfo;
  readonly voices: readonly VoiceInfo[];
  readonly kits: readonly KitInfo[];
}

/** The bars that the space was learned from, column by column. */
export interface CorpusMap {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly style: readonly number[]; // index into styles; -1 is unlabelled
  readonly styles: readonly string[];
  readonly source: readonly number[]; // index into sources
  readonly sources: readonly string[];
  readonly credit: string;
}

export interface PatternRequest {
  readonly points: readonly Point[]; // 1 to 256
  readonly style: string | null;
  readonly section: string;
  readonly variation: number; // 0 to 1
  readonly density: number | null; // 0 to 1; null is as learned
  readonly seed: number; // 0 to 2**32 - 1
}

export interface PatternReply {
  readonly patterns: readonly WirePattern[]; // one a point, in the order asked
}

export interface MidiRequest {
  readonly patterns: readonly WirePattern[];
  readonly tempo_bpm: number;
  readonly swing: number;
  readonly on_grid: boolean;
}

export interface Refusal {
  readonly error: string;
  readonly kind: "request" | "space" | "midi" | "kit" | "not found";
}

export const VOICE_COUNT = 8;
export const MAX_POINTS = 256;
export const MAX_SEED = 2 ** 32 - 1;

/** An answer that is not what the protocol promises; the message names the field. */
export class ProtocolError extends Error {}

type Fields = Record<string, unknown>;

function fields(value: unknown, what: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new ProtocolError(`${what} is not an object`);
  return value as Fields;
}

function list(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new ProtocolError(`${what} is not a list`);
  return value;
}

function text(value: unknown, what: string): string {
  if (typeof value !== "string") throw new ProtocolError(`${what} is not text`);
  return value;
}

function number(value: unknown, what: string): number {
  if (typeof value !== "number" || !Number.isFinite(value)) throw new ProtocolError(`${what} is not a finite number`);
  return value;
}

const numbers = (value: unknown, what: string): number[] => list(value, what).map((each) => number(each, what));
const texts = (value: unknown, what: string): string[] => list(value, what).map((each) => text(each, what));

export function readStroke(value: unknown): WireStroke {
  const [voice, step, velocity, offset, ...rest] = numbers(value, "a stroke");
  if (voice === undefined || step === undefined || velocity === undefined || offset === undefined || rest.length > 0)
    throw new ProtocolError("a stroke is voice, step, velocity and offset");
  if (!Number.isInteger(voice) || voice < 0 || voice >= VOICE_COUNT) throw new ProtocolError(`no voice ${voice}`);
  if (!Number.isInteger(step) || step < 0 || step > 511) throw new ProtocolError(`no step ${step}`);
  if (!(velocity > 0 && velocity <= 1)) throw new ProtocolError(`velocity lies in (0, 1], got ${velocity}`);
  if (!(offset >= -2 && offset < 2)) throw new ProtocolError(`offset lies in [-2, 2), got ${offset}`);
  return [voice, step, velocity, offset];
}

export function readPattern(value: unknown): WirePattern {
  const { meter, strokes } = fields(value, "a pattern");
  const [beats, unit] = numbers(meter, "meter");
  const steps = (64 * (beats ?? 0)) / (unit ?? 0);
  if (!Number.isInteger(steps) || steps < 1 || steps > 512) throw new ProtocolError(`no bar of meter ${String(meter)}`);
  const read = list(strokes, "strokes").map(readStroke);
  const late = read.find(([, step]) => step >= steps);
  if (late) throw new ProtocolError(`step ${late[1]} lies outside a bar of ${steps} steps`);
  return { meter: [beats ?? 4, unit ?? 4], strokes: read };
}

export function readPatternReply(value: unknown, asked: number): PatternReply {
  const patterns = list(fields(value, "the reply")["patterns"], "patterns").map(readPattern);
  if (patterns.length !== asked) throw new ProtocolError(`asked for ${asked} patterns, got ${patterns.length}`);
  return { patterns };
}

function readVoice(value: unknown): VoiceInfo {
  const voice = fields(value, "a voice");
  return {
    name: text(voice["name"], "name of a voice"),
    note: number(voice["note"], "note of a voice"),
    colour: text(voice["colour"], "colour of a voice"),
    choke_group: voice["choke_group"] === null ? null : number(voice["choke_group"], "choke_group"),
    aliases: texts(voice["aliases"], "aliases"),
  };
}

export function readInstrument(value: unknown): Instrument {
  const instrument = fields(value, "the instrument");
  const space = fields(instrument["space"], "space");
  return {
    version: text(instrument["version"], "version"),
    space: {
      name: text(space["name"], "name of the space"),
      styles: texts(space["styles"], "styles"),
      sections: texts(space["sections"], "sections"),
      bars: number(space["bars"], "bars"),
      licence: text(space["licence"], "licence"),
      credit: text(space["credit"], "credit"),
    },
    voices: list(instrument["voices"], "voices").map(readVoice),
    kits: list(instrument["kits"], "kits").map((each) => {
      const kit = fields(each, "a kit");
      return { name: text(kit["name"], "name of a kit"), label: text(kit["label"], "label of a kit") };
    }),
  };
}

export function readCorpus(value: unknown): CorpusMap {
  const corpus = fields(value, "the corpus");
  const [x, y, style, source] = (["x", "y", "style", "source"] as const).map((name) => numbers(corpus[name], name)) as [
    number[],
    number[],
    number[],
    number[],
  ];
  const styles = texts(corpus["styles"], "styles");
  const sources = texts(corpus["sources"], "sources");
  if (new Set([x.length, y.length, style.length, source.length]).size !== 1)
    throw new ProtocolError("the columns of the corpus differ in length");
  if (style.some((index) => index < -1 || index >= styles.length)) throw new ProtocolError("a style is not in the list");
  if (source.some((index) => index < 0 || index >= sources.length)) throw new ProtocolError("a source is not in the list");
  return { x, y, style, styles, source, sources, credit: text(corpus["credit"], "credit") };
}

export function readRefusal(value: unknown): Refusal | null {
  const { error, kind } = (typeof value === "object" && value !== null ? value : {}) as Fields;
  return typeof error === "string" ? { error, kind: (kind as Refusal["kind"]) ?? "request" } : null;
}
