/** What page and server say to each other: the mirror of `clave/protocol.py`, with checks where an answer comes in. */

import { type Meter, stepsPerBar } from "./units";

export type Point = readonly [x: number, y: number];

/** Velocity in (0, 1], offset in steps within [-2, 2). */
export type WireStroke = readonly [voice: number, step: number, velocity: number, offset: number];

/** One bar, as the list of its strokes. */
export interface WirePattern {
  readonly meter: Meter;
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
  readonly meters: readonly Meter[];
  readonly directions: readonly string[]; // what a shift may move; none for a space without detail
  readonly bars: number;
  readonly licence: string;
  readonly credit: string;
}

/** What can be asked of a sound besides its place, in standard deviations. */
export const SOUND_DIRECTIONS = ["brightness", "decay", "pitch", "noisiness"] as const;
export type SoundDirection = (typeof SOUND_DIRECTIONS)[number];
export type SoundShift = Readonly<Record<SoundDirection, number>>;

/** The sound space that is being played. */
export interface SoundInfo {
  readonly name: string;
  readonly voices: readonly string[]; // names of those it has learned
  readonly licence: string;
  readonly credit: string;
  readonly sounds: number; // it learned from so many
  readonly detail_size: number;
  readonly directions: readonly string[];
}

export interface Instrument {
  readonly version: string;
  readonly space: SpaceInfo;
  readonly voices: readonly VoiceInfo[];
  readonly kits: readonly KitInfo[];
  readonly sound: SoundInfo | null; // null: the server has no sound space
}

/** The sounds that a voice was learned from, column by column; each descriptor is a rank among them, 0 to 1, or empty. */
export interface SoundMap extends Readonly<Record<SoundDirection, readonly number[]>> {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly source: readonly number[]; // index into sources and licences
  readonly sources: readonly string[]; // as a person reads them
  readonly licences: readonly string[]; // one a source
}

/** Which sound lies at a point of a voice's map. */
export interface SoundRequest {
  readonly point: Point;
  readonly detail: readonly number[] | null; // null is what is expected there
  readonly variation: number; // 0 to 1
  readonly seed: number;
  readonly shift: SoundShift;
}

/** A sound in what one can hear of it. */
export interface Heard {
  readonly brightness_hz: number;
  readonly decay_s: number;
  readonly pitch_hz: number | null;
  readonly noisiness: number; // 0 to 1
}

/** Where a sound file lies on a voice's map. */
export interface PlacedSound {
  readonly point: Point;
  readonly detail: readonly number[];
  readonly file: string; // its digest: ./api/files/{digest}.wav
  readonly heard: Heard | null;
  readonly nearest: readonly number[]; // indices into sources of the map
}

/** One voice of a kit: a place of its map, a sound of a built-in kit, or a file; and how it is played. */
export interface KitVoice {
  readonly from: "map" | "factory" | "file";
  readonly point: Point | null;
  readonly detail: readonly number[] | null;
  readonly variation: number; // 0 to 1
  readonly seed: number;
  readonly shift: SoundShift;
  readonly kit: string | null;
  readonly file: string | null; // digest
  readonly twin: boolean; // a file as the space decodes it
  readonly gain: number; // linear, 0 to 2
  readonly tune: number; // semitones, -24 to 24
  readonly decay: number; // ratio, 0.05 to 4
}

export interface KitDraw {
  readonly seed: number;
  readonly kept: Readonly<Record<number, KitVoice>>; // by voice: these stay
}

export interface DrawnKit {
  readonly voices: readonly KitVoice[];
}

/** The bars that the space was learned from, column by column. */
export interface CorpusMap {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly style: readonly number[]; // index into styles; -1 is unlabelled
  readonly styles: readonly string[];
  readonly section: readonly number[]; // index into sections
  readonly sections: readonly string[];
  readonly source: readonly number[]; // index into sources and licences
  readonly sources: readonly string[];
  readonly licences: readonly string[]; // one a source
  readonly credit: string;
}

/** The map beneath its points: shares on a square lattice of size * size, row by row from y = -span, each from x = -span on. */
export interface MapGround {
  readonly size: number;
  readonly span: number; // map units
  readonly distance: readonly number[]; // 0 among what was learned, 1 far from all of it
  readonly styles: Readonly<Record<string, readonly number[]>>; // density of each style, the most of it 1
}

/** One of the bars that the space was learned from, near a point. */
export interface Neighbour {
  readonly x: number;
  readonly y: number;
  readonly style: string | null; // null is unlabelled
  readonly section: string;
  readonly source: string;
  readonly licence: string;
  readonly distance: number; // map units
}

/** A style by name, a blend whose shares add up to 1, or null: any. */
export type StyleAsked = string | Readonly<Record<string, number>> | null;

/** What can be asked of a bar besides its place, in standard deviations. */
export const RHYTHM_DIRECTIONS = ["density", "syncopation", "swing", "loudness"] as const;
export type RhythmDirection = (typeof RHYTHM_DIRECTIONS)[number];
export type RhythmShift = Readonly<Record<RhythmDirection, number>>;

export interface PatternRequest {
  readonly points: readonly Point[]; // 1 to 256
  readonly style: StyleAsked;
  readonly section: string;
  readonly variation: number; // 0 to 1
  readonly density: number | null; // 0 to 1; null is as learned
  readonly seed: number; // 0 to 2**32 - 1
  readonly meter: Meter;
  readonly shift: RhythmShift;
}

export interface PatternReply {
  readonly patterns: readonly WirePattern[]; // one a point, in the order asked; or the bars of a phrase
}

/** Bars at a point that agree with each other; a PatternReply answers. */
export interface PhraseRequest {
  readonly point: Point;
  readonly bars: number; // 1 to 64
  readonly style: StyleAsked;
  readonly variation: number; // 0 to 1
  readonly fill: boolean; // the last bar is one
  readonly seed: number;
  readonly meter: Meter;
}

/** The same strokes, played by a drummer, or with the feel of the performance `like`. */
export interface FeelRequest {
  readonly pattern: WirePattern;
  readonly style: StyleAsked;
  readonly amount: number; // 0 to 1
  readonly like: WirePattern | null;
  readonly seed: number;
}

/** Cells of a bar that stay as they are, struck or silent. */
export type WireBlock = readonly [voice: number, firstStep: number, steps: number];

/** The rest of a bar, played anew around the blocks that stay. */
export interface CompleteRequest {
  readonly pattern: WirePattern;
  readonly keep: readonly WireBlock[];
  readonly style: StyleAsked;
  readonly section: string;
  readonly seed: number;
}

/** Position in steps from the start of the bar, any fraction from 2 before it to 2 after its end; velocity in (0, 1]. */
export type Tap = readonly [position: number, velocity: number];

/** Drums for a rhythm that was tapped. */
export interface TapsRequest {
  readonly taps: readonly Tap[]; // 1 to 256
  readonly meter: Meter;
  readonly style: StyleAsked;
  readonly section: string;
  readonly seed: number;
}

/** One bar that was made from another. */
export interface PatternMade {
  readonly pattern: WirePattern;
}

/** A bar, moved along what one hears in it. */
export interface ShiftRequest {
  readonly pattern: WirePattern;
  readonly shift: RhythmShift;
}

/** What one hears in a bar: strokes a quarter, syncopation a quarter, place of the second of two (0.5 straight), mean velocity. */
export type Attributes = Readonly<Record<RhythmDirection, number>>;

export interface ShiftReply {
  readonly pattern: WirePattern;
  readonly measured: { readonly before: Attributes; readonly after: Attributes };
}

export interface MidiRequest {
  readonly patterns: readonly WirePattern[];
  readonly tempo_bpm: number;
  readonly swing: number;
  readonly on_grid: boolean;
}

export interface Refusal {
  readonly error: string;
  readonly kind: "request" | "space" | "midi" | "kit" | "sound" | "not found";
}

export const VOICE_COUNT = 8;
export const MAX_POINTS = 256;
export const MAX_TAPS = 256;
export const MAX_PHRASE_BARS = 64;
export const MAX_SEED = 2 ** 32 - 1;
export const MAX_SHIFT = 3; // standard deviations, either way
export const MAX_GAIN = 2;
export const MAX_TUNE = 24; // semitones, either way
export const MIN_DECAY = 0.05;
export const MAX_DECAY = 4;
export const NO_SOUND_SHIFT: SoundShift = { brightness: 0, decay: 0, pitch: 0, noisiness: 0 };
export const NO_RHYTHM_SHIFT: RhythmShift = { density: 0, syncopation: 0, swing: 0, loudness: 0 };

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

function readMeter(value: unknown): Meter {
  const [beats = 0, unit = 0, ...rest] = numbers(value, "a meter");
  const steps = stepsPerBar([beats, unit]);
  if (!Number.isInteger(steps) || steps < 1 || steps > 512 || rest.length > 0) throw new ProtocolError(`no bar of meter ${String(value)}`);
  return [beats, unit];
}

export function readPattern(value: unknown): WirePattern {
  const pattern = fields(value, "a pattern");
  const meter = readMeter(pattern["meter"]);
  const steps = stepsPerBar(meter);
  const strokes = list(pattern["strokes"], "strokes").map(readStroke);
  const late = strokes.find(([, step]) => step >= steps);
  if (late) throw new ProtocolError(`step ${late[1]} lies outside a bar of ${steps} steps`);
  return { meter, strokes };
}

export function readPatternReply(value: unknown, asked: number): PatternReply {
  const patterns = list(fields(value, "the reply")["patterns"], "patterns").map(readPattern);
  if (patterns.length !== asked) throw new ProtocolError(`asked for ${asked} patterns, got ${patterns.length}`);
  return { patterns };
}

function within(value: unknown, low: number, high: number, what: string): number {
  const found = number(value, what);
  if (found < low || found > high) throw new ProtocolError(`${what} lies in [${low}, ${high}], got ${found}`);
  return found;
}

function truth(value: unknown, what: string): boolean {
  if (typeof value !== "boolean") throw new ProtocolError(`${what} is not true or false`);
  return value;
}

const orNull = <T>(value: unknown, read: (value: unknown) => T): T | null => (value === null ? null : read(value));

/** SHA-256 of a file. */
function digest(value: unknown): string {
  const found = text(value, "file");
  if (!/^[0-9a-f]{64}$/.test(found)) throw new ProtocolError(`a file is named by 64 hexadecimal digits, got ${found}`);
  return found;
}

function readPoint(value: unknown): Point {
  const [x, y, ...rest] = numbers(value, "a point");
  if (x === undefined || y === undefined || rest.length > 0) throw new ProtocolError("a point is x and y");
  return [x, y];
}

function readSeed(value: unknown): number {
  const seed = within(value, 0, MAX_SEED, "seed");
  if (!Number.isInteger(seed)) throw new ProtocolError(`seed is a whole number, got ${seed}`);
  return seed;
}

function readSoundShift(value: unknown): SoundShift {
  const shift = fields(value, "shift");
  const one = (name: SoundDirection) => within(shift[name], -MAX_SHIFT, MAX_SHIFT, `shift of ${name}`);
  return { brightness: one("brightness"), decay: one("decay"), pitch: one("pitch"), noisiness: one("noisiness") };
}

export function readSoundInfo(value: unknown): SoundInfo {
  const sound = fields(value, "sound");
  return {
    name: text(sound["name"], "name of the sound space"),
    voices: texts(sound["voices"], "voices of the sound space"),
    licence: text(sound["licence"], "licence"),
    credit: text(sound["credit"], "credit"),
    sounds: number(sound["sounds"], "sounds"),
    detail_size: number(sound["detail_size"], "detail_size"),
    directions: texts(sound["directions"], "directions"),
  };
}

export function readSoundMap(value: unknown): SoundMap {
  const map = fields(value, "the map");
  const column = (name: string) => numbers(map[name], name);
  const read: SoundMap = {
    x: column("x"),
    y: column("y"),
    source: column("source"),
    sources: texts(map["sources"], "sources"),
    licences: texts(map["licences"], "licences"),
    brightness: column("brightness"),
    decay: column("decay"),
    pitch: column("pitch"),
    noisiness: column("noisiness"),
  };
  const told = SOUND_DIRECTIONS.map((name) => read[name]).filter((ranks) => ranks.length > 0); // a space may know none
  if (new Set([read.x, read.y, read.source, ...told].map((each) => each.length)).size !== 1) throw new ProtocolError("the columns of the map differ in length");
  if (read.sources.length !== read.licences.length) throw new ProtocolError("each source has a licence");
  if (read.source.some((index) => !Number.isInteger(index) || index < 0 || index >= read.sources.length))
    throw new ProtocolError("a source is not in the list");
  return read;
}

export function readSoundRequest(value: unknown): SoundRequest {
  const asked = fields(value, "the request");
  return {
    point: readPoint(asked["point"]),
    detail: orNull(asked["detail"], (each) => numbers(each, "detail")),
    variation: within(asked["variation"], 0, 1, "variation"),
    seed: readSeed(asked["seed"]),
    shift: readSoundShift(asked["shift"]),
  };
}

export function readHeard(value: unknown): Heard {
  const heard = fields(value, "what is heard");
  return {
    brightness_hz: number(heard["brightness_hz"], "brightness_hz"),
    decay_s: number(heard["decay_s"], "decay_s"),
    pitch_hz: orNull(heard["pitch_hz"], (each) => number(each, "pitch_hz")),
    noisiness: within(heard["noisiness"], 0, 1, "noisiness"),
  };
}

export function readPlacedSound(value: unknown): PlacedSound {
  const placed = fields(value, "the placed sound");
  return {
    point: readPoint(placed["point"]),
    detail: numbers(placed["detail"], "detail"),
    file: digest(placed["file"]),
    heard: orNull(placed["heard"], readHeard),
    nearest: numbers(placed["nearest"], "nearest"),
  };
}

export function readKitVoice(value: unknown): KitVoice {
  const voice = fields(value, "a voice of a kit");
  const from = text(voice["from"], "from");
  if (from !== "map" && from !== "factory" && from !== "file") throw new ProtocolError(`a voice is from map, factory or file, got ${from}`);
  const read: KitVoice = {
    from,
    point: orNull(voice["point"], readPoint),
    detail: orNull(voice["detail"], (each) => numbers(each, "detail")),
    variation: within(voice["variation"], 0, 1, "variation"),
    seed: readSeed(voice["seed"]),
    shift: readSoundShift(voice["shift"]),
    kit: orNull(voice["kit"], (each) => text(each, "kit")),
    file: orNull(voice["file"], digest),
    twin: truth(voice["twin"], "twin"),
    gain: within(voice["gain"], 0, MAX_GAIN, "gain"),
    tune: within(voice["tune"], -MAX_TUNE, MAX_TUNE, "tune"),
    decay: within(voice["decay"], MIN_DECAY, MAX_DECAY, "decay"),
  };
  if (from === "map" && !read.point) throw new ProtocolError("a voice from the map has a point");
  if (from === "factory" && read.kit === null) throw new ProtocolError("a voice from the factory names its kit");
  if (read.twin && (from !== "file" || !read.point)) throw new ProtocolError("the twin of a file has a point; only a file has a twin");
  if (from === "file" && !read.file) throw new ProtocolError("a voice from a file names it");
  return read;
}

export function readKitDraw(value: unknown): KitDraw {
  const asked = fields(value, "the request");
  const kept = Object.entries(fields(asked["kept"], "kept")).map(([voice, sound]) => {
    if (!/^[0-7]$/.test(voice)) throw new ProtocolError(`no voice ${voice}`);
    return [voice, readKitVoice(sound)] as const;
  });
  return { seed: readSeed(asked["seed"]), kept: Object.fromEntries(kept) };
}

export function readDrawnKit(value: unknown): DrawnKit {
  const voices = list(fields(value, "the kit")["voices"], "voices").map(readKitVoice);
  if (voices.length !== VOICE_COUNT) throw new ProtocolError(`a kit has ${VOICE_COUNT} voices, got ${voices.length}`);
  return { voices };
}

/** A kit in the list of those kept. */
export interface KeptInfo {
  readonly id: number;
  readonly name: string;
  readonly changed: string; // ISO 8601
  readonly versions: number;
}

export interface KeptVersion {
  readonly version: number; // from 1
  readonly changed: string;
}

/** A kept kit as it was then. */
export interface KeptKit extends KeptInfo {
  readonly version: number;
  readonly voices: readonly KitVoice[];
}

export function readKeptInfo(value: unknown): KeptInfo {
  const kit = fields(value, "a kept kit");
  return {
    id: number(kit["id"], "id of a kept kit"),
    name: text(kit["name"], "name of a kept kit"),
    changed: text(kit["changed"], "changed"),
    versions: number(kit["versions"], "versions"),
  };
}

export const readKept = (value: unknown): KeptInfo[] => list(value, "the kept kits").map(readKeptInfo);
export const readKeptId = (value: unknown): number => number(fields(value, "the answer")["id"], "id of a kept kit");

export function readKeptVersion(value: unknown): KeptVersion {
  const version = fields(value, "a version");
  return { version: number(version["version"], "version"), changed: text(version["changed"], "changed") };
}

export const readKeptVersions = (value: unknown): KeptVersion[] => list(value, "the versions").map(readKeptVersion);

export const readKeptKit = (value: unknown): KeptKit => ({
  ...readKeptInfo(value),
  version: number(fields(value, "a kept kit")["version"], "version"),
  voices: readDrawnKit(value).voices,
});

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
      meters: list(space["meters"], "meters").map(readMeter),
      directions: texts(space["directions"], "directions"),
      bars: number(space["bars"], "bars"),
      licence: text(space["licence"], "licence"),
      credit: text(space["credit"], "credit"),
    },
    voices: list(instrument["voices"], "voices").map(readVoice),
    kits: list(instrument["kits"], "kits").map((each) => {
      const kit = fields(each, "a kit");
      return { name: text(kit["name"], "name of a kit"), label: text(kit["label"], "label of a kit") };
    }),
    sound: orNull(instrument["sound"] ?? null, readSoundInfo),
  };
}

export function readCorpus(value: unknown): CorpusMap {
  const corpus = fields(value, "the corpus");
  const column = (name: string) => numbers(corpus[name], name);
  const read: CorpusMap = {
    x: column("x"),
    y: column("y"),
    style: column("style"),
    styles: texts(corpus["styles"], "styles"),
    section: column("section"),
    sections: texts(corpus["sections"], "sections"),
    source: column("source"),
    sources: texts(corpus["sources"], "sources"),
    licences: texts(corpus["licences"], "licences"),
    credit: text(corpus["credit"], "credit"),
  };
  if (new Set([read.x, read.y, read.style, read.section, read.source].map((each) => each.length)).size !== 1)
    throw new ProtocolError("the columns of the corpus differ in length");
  const stray = (index: readonly number[], first: number, names: readonly string[]) =>
    index.some((n) => !Number.isInteger(n) || n < first || n >= names.length);
  if (stray(read.style, -1, read.styles)) throw new ProtocolError("a style is not in the list");
  if (stray(read.section, 0, read.sections)) throw new ProtocolError("a section is not in the list");
  if (stray(read.source, 0, read.sources)) throw new ProtocolError("a source is not in the list");
  if (read.sources.length !== read.licences.length) throw new ProtocolError("each source has a licence");
  return read;
}

export function readMapGround(value: unknown): MapGround {
  const ground = fields(value, "the ground of the map");
  const size = number(ground["size"], "size");
  const shares = (found: unknown, what: string) => {
    const read = list(found, what).map((each) => within(each, 0, 1, what));
    if (read.length !== size * size) throw new ProtocolError(`${what} has ${size} times ${size} numbers, got ${read.length}`);
    return read;
  };
  const styles = Object.entries(fields(ground["styles"], "styles")).map(([style, found]) => [style, shares(found, style)] as const);
  return { size, span: number(ground["span"], "span"), distance: shares(ground["distance"], "distance"), styles: Object.fromEntries(styles) };
}

export function readNeighbour(value: unknown): Neighbour {
  const bar = fields(value, "a neighbour");
  return {
    x: number(bar["x"], "x"),
    y: number(bar["y"], "y"),
    style: orNull(bar["style"], (each) => text(each, "style")),
    section: text(bar["section"], "section"),
    source: text(bar["source"], "source"),
    licence: text(bar["licence"], "licence"),
    distance: number(bar["distance"], "distance"),
  };
}

export const readNeighbours = (value: unknown): Neighbour[] => list(value, "the neighbours").map(readNeighbour);

// ---- what is asked of the rhythm space

function readStyle(value: unknown): StyleAsked {
  if (value === null || typeof value === "string") return value;
  return Object.fromEntries(Object.entries(fields(value, "style")).map(([name, share]) => [name, within(share, 0, 1, `share of ${name}`)]));
}

function readRhythmShift(value: unknown): RhythmShift {
  const shift = fields(value, "shift");
  const one = (name: RhythmDirection) => within(shift[name], -MAX_SHIFT, MAX_SHIFT, `shift of ${name}`);
  return { density: one("density"), syncopation: one("syncopation"), swing: one("swing"), loudness: one("loudness") };
}

function whole(value: unknown, low: number, high: number, what: string): number {
  const found = within(value, low, high, what);
  if (!Number.isInteger(found)) throw new ProtocolError(`${what} is a whole number, got ${found}`);
  return found;
}

function some<T>(value: unknown, least: number, most: number, what: string, read: (each: unknown) => T): T[] {
  const found = list(value, what);
  if (found.length < least || found.length > most) throw new ProtocolError(`${least} to ${most} ${what}, got ${found.length}`);
  return found.map(read);
}

export function readPatternRequest(value: unknown): PatternRequest {
  const asked = fields(value, "the request");
  return {
    points: some(asked["points"], 1, MAX_POINTS, "points", readPoint),
    style: readStyle(asked["style"]),
    section: text(asked["section"], "section"),
    variation: within(asked["variation"], 0, 1, "variation"),
    density: orNull(asked["density"], (each) => within(each, 0, 1, "density")),
    seed: readSeed(asked["seed"]),
    meter: readMeter(asked["meter"]),
    shift: readRhythmShift(asked["shift"]),
  };
}

export function readPhraseRequest(value: unknown): PhraseRequest {
  const asked = fields(value, "the request");
  return {
    point: readPoint(asked["point"]),
    bars: whole(asked["bars"], 1, MAX_PHRASE_BARS, "bars"),
    style: readStyle(asked["style"]),
    variation: within(asked["variation"], 0, 1, "variation"),
    fill: truth(asked["fill"], "fill"),
    seed: readSeed(asked["seed"]),
    meter: readMeter(asked["meter"]),
  };
}

export function readFeelRequest(value: unknown): FeelRequest {
  const asked = fields(value, "the request");
  return {
    pattern: readPattern(asked["pattern"]),
    style: readStyle(asked["style"]),
    amount: within(asked["amount"], 0, 1, "amount"),
    like: orNull(asked["like"], readPattern),
    seed: readSeed(asked["seed"]),
  };
}

function readBlock(value: unknown): WireBlock {
  const [voice, firstStep, steps, ...rest] = list(value, "a block");
  if (rest.length > 0) throw new ProtocolError("a block is voice, first step and steps");
  return [whole(voice, 0, VOICE_COUNT - 1, "voice"), whole(firstStep, 0, 511, "first step"), whole(steps, 1, 512, "steps")];
}

export function readCompleteRequest(value: unknown): CompleteRequest {
  const asked = fields(value, "the request");
  return {
    pattern: readPattern(asked["pattern"]),
    keep: list(asked["keep"], "keep").map(readBlock),
    style: readStyle(asked["style"]),
    section: text(asked["section"], "section"),
    seed: readSeed(asked["seed"]),
  };
}

function readTap(value: unknown): Tap {
  const [position = -3, velocity = 0, ...rest] = numbers(value, "a tap");
  if (position < -2 || velocity <= 0 || velocity > 1 || rest.length > 0)
    throw new ProtocolError(`a tap is a position of at least -2 and a velocity in (0, 1], got ${String(value)}`);
  return [position, velocity];
}

export function readTapsRequest(value: unknown): TapsRequest {
  const asked = fields(value, "the request");
  return {
    taps: some(asked["taps"], 1, MAX_TAPS, "taps", readTap),
    meter: readMeter(asked["meter"]),
    style: readStyle(asked["style"]),
    section: text(asked["section"], "section"),
    seed: readSeed(asked["seed"]),
  };
}

export const readPatternMade = (value: unknown): PatternMade => ({ pattern: readPattern(fields(value, "the reply")["pattern"]) });

export function readShiftRequest(value: unknown): ShiftRequest {
  const asked = fields(value, "the request");
  return { pattern: readPattern(asked["pattern"]), shift: readRhythmShift(asked["shift"]) };
}

function readAttributes(value: unknown): Attributes {
  const heard = fields(value, "what is heard");
  const one = (name: RhythmDirection) => number(heard[name], name);
  return { density: one("density"), syncopation: one("syncopation"), swing: one("swing"), loudness: one("loudness") };
}

export function readShiftReply(value: unknown): ShiftReply {
  const reply = fields(value, "the reply");
  const measured = fields(reply["measured"], "measured");
  return {
    pattern: readPattern(reply["pattern"]),
    measured: { before: readAttributes(measured["before"]), after: readAttributes(measured["after"]) },
  };
}

export function readRefusal(value: unknown): Refusal | null {
  const { error, kind } = (typeof value === "object" && value !== null ? value : {}) as Fields;
  return typeof error === "string" ? { error, kind: (kind as Refusal["kind"]) ?? "request" } : null;
}
