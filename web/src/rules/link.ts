/** A project as a short link, and back: places are two numbers and a seed, so the whole fits under 200 characters, and eight sounds under 500. */

import { voicesOfKit } from "./kitChanges";
import { keptKitId, SPACE_KIT } from "./kitNames";
import { onMap } from "./mapPoint";
import type { GenerationSettings, Project, Scene } from "./project";
import { MAX_SEED, MAX_SHIFT, type Point, RHYTHM_DIRECTIONS, type RhythmShift, type StyleChoice, VOICE_COUNT } from "./protocol";
import { DEFAULT_SETTINGS, FILLS_EVERY, JOURNEY_BARS, journeyOf, LOOP_BARS, NEW_JOURNEY, placeAt, pointOf, tempoOf, withPin, withTempo } from "./scene";
import type { Quantum } from "./sequencer";
import { readSounds, writeSounds } from "./soundLink";
import { sharesOf, styleOf } from "./styleBlend";
import { clamp, MAX_SWING, MAX_TEMPO_BPM, type Meter, MIN_SWING, MIN_TEMPO_BPM, stepsPerBar } from "./units";

const QUANTA: readonly Quantum[] = ["step", "beat", "bar"];
const LONGEST_NAME = 24;

const short = (value: number, digits: number): string => String(Number(value.toFixed(digits)));
const writePoint = ([x, y]: Point): string => `${short(x, 3)},${short(y, 3)}`;

/** One style by its name; a blend as several of "70 funk". */
const writeStyle = (style: StyleChoice): string[] =>
  style === null || typeof style === "string"
    ? sharesOf(style).map(([name]) => name.slice(0, LONGEST_NAME))
    : sharesOf(style).map(([name, share]) => `${Math.round(share * 100)} ${name.slice(0, LONGEST_NAME)}`);

function readStyle(words: readonly string[]): StyleChoice {
  if (words.length < 2) return words[0] ?? null;
  const shares = words.map((each) => /^(\d+) (.+)$/.exec(each));
  return shares.every((each) => each !== null && Number(each[1]) > 0) ? styleOf(shares.map((each) => [each![2]!, Number(each![1])])) : null;
}

/** The directions in their order; zeros at the end are left out. */
const writeShift = (shift: RhythmShift): string =>
  RHYTHM_DIRECTIONS.map((name) => short(shift[name], 1))
    .join(",")
    .replace(/(,?0)+$/, "");

function readShift(text: string | null): RhythmShift {
  const amounts = (text ?? "").split(",");
  const one = (n: number) => readNumber(amounts[n] ?? null, -MAX_SHIFT, MAX_SHIFT, 0);
  return { density: one(0), syncopation: one(1), swing: one(2), loudness: one(3) };
}

/** A bar of whole 16ths, two whole notes long at most. */
export function readMeter(parts: readonly unknown[]): Meter | null {
  const [beats, unit] = parts.map(Number);
  const isMeter = parts.length === 2 && Number.isInteger(beats) && beats! > 0 && [2, 4, 8, 16].includes(unit!) && stepsPerBar([beats!, unit!]) <= 128;
  return isMeter ? [beats!, unit!] : null;
}

/** Keys of one letter; what stands at its default is left out. */
export function writeLink({ scene, quantum }: Project): string {
  const { settings, swing, kit, path } = scene;
  const keys = new URLSearchParams({ p: writePoint(pointOf(scene)), t: short(tempoOf(scene), 1) });
  if (swing !== 0.5) keys.set("w", short(swing * 100, 1));
  for (const style of writeStyle(settings.style)) keys.append("s", style);
  if (settings.section !== "beat") keys.set("n", settings.section.slice(0, LONGEST_NAME));
  if (String(settings.meter) !== "4,4") keys.set("m", settings.meter.join("-"));
  const shift = writeShift(settings.shift);
  if (shift) keys.set("x", shift);
  if (scene.bars.length !== 1) keys.set("l", String(scene.bars.length));
  if (scene.fill_every !== 0) keys.set("f", String(scene.fill_every));
  if (settings.density !== null) keys.set("d", short(settings.density, 2));
  if (settings.variation > 0) keys.set("v", short(settings.variation, 2));
  if (settings.seed !== 0) keys.set("r", String(settings.seed));
  if (quantum !== "bar") keys.set("q", quantum);
  const played = keptKitId(kit.name) === null ? kit.name : SPACE_KIT; // it is kept on this computer only; its sounds stand in the link
  if (played) keys.set("k", played.slice(0, LONGEST_NAME));
  const written = writeSounds(kit.voices, played);
  if (written) keys.set("o", written);
  const { a, b, travelling } = journeyOf(scene);
  if (a) keys.set("a", writePoint(a));
  if (b) keys.set("b", writePoint(b));
  if (a && b && path) keys.set("j", `${path.bars}${path.way === "ping-pong" ? "p" : "l"}${travelling ? "t" : ""}`);
  return keys.toString().replaceAll("%2C", ",");
}

function readPoint(text: string | null): Point | null {
  const [x, y, ...rest] = (text ?? "").split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  return x !== undefined && y !== undefined && rest.length === 0 && Number.isFinite(x) && Number.isFinite(y) ? onMap([x, y]) : null;
}

function readNumber(text: string | null, low: number, high: number, otherwise: number): number {
  const value = text === null || text.trim() === "" ? Number.NaN : Number(text);
  return Number.isFinite(value) ? clamp(value, low, high) : otherwise;
}

/** The project with the values of the link; what it lacks or garbles stands at its default. Null: not a link of ours. */
export function readLink(link: string, defaults: Project): Project | null {
  const keys = new URLSearchParams(link.replace(/^#/, ""));
  const point = readPoint(keys.get("p"));
  if (!point) return null;
  const before = defaults.scene;
  const loop = LOOP_BARS.find((each) => String(each) === keys.get("l")) ?? 1;
  const scene: Scene = {
    ...before,
    ...placeAt(point, readSettings(keys), loop),
    swing: readNumber(keys.get("w"), MIN_SWING * 100, MAX_SWING * 100, before.swing * 100) / 100,
    fill_every: FILLS_EVERY.find((each) => String(each) === keys.get("f")) ?? 0,
    kit: readKit(keys, before.kit),
    anchors: [],
    path: null,
  };
  const tempo = readNumber(keys.get("t"), MIN_TEMPO_BPM, MAX_TEMPO_BPM, tempoOf(before));
  const quantum = QUANTA.find((each) => each === keys.get("q")) ?? defaults.quantum;
  return { ...defaults, quantum, scene: withTempo(withJourney(scene, keys), tempo) };
}

/** What is at its default is left out of a link. */
function readSettings(keys: URLSearchParams): GenerationSettings {
  const plain = DEFAULT_SETTINGS;
  return {
    style: keys.has("s") ? readStyle(keys.getAll("s")) : plain.style,
    section: keys.get("n") ?? plain.section,
    meter: readMeter((keys.get("m") ?? "").split("-")) ?? plain.meter,
    shift: keys.has("x") ? readShift(keys.get("x")) : plain.shift,
    density: keys.has("d") ? readNumber(keys.get("d"), 0, 1, 0.5) : plain.density,
    variation: readNumber(keys.get("v"), 0, 1, plain.variation),
    seed: Math.round(readNumber(keys.get("r"), 0, MAX_SEED, plain.seed)),
  };
}

/** The kit of the link, or the one before; older links name a kit only. */
function readKit(keys: URLSearchParams, before: Scene["kit"]): Scene["kit"] {
  const name = keys.get("k");
  const sounds = keys.get("o");
  if (name === null && sounds === null) return before;
  const own = name ?? before.name;
  return { ...before, name: own, voices: sounds === null ? voicesOfKit(own, VOICE_COUNT) : readSounds(sounds, own) };
}

function withJourney(scene: Scene, keys: URLSearchParams): Scene {
  const [, bars, way, travelling] = /^(\d+)([lp])(t?)$/.exec(keys.get("j") ?? "") ?? [];
  const kind = { bars: JOURNEY_BARS.find((each) => each === Number(bars)) ?? NEW_JOURNEY.bars, way: way === "p" ? "ping-pong" : "loop" } as const;
  const pinned = (["A", "B"] as const).reduce((now, pin) => {
    const point = readPoint(keys.get(pin.toLowerCase()));
    return point ? withPin(now, pin, point, kind) : now;
  }, scene);
  return pinned.path ? { ...pinned, path: { ...pinned.path, travelling: travelling === "t" } } : pinned;
}
