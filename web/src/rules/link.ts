/** A groove as a link, and back: places are two numbers and a seed, so the whole fits under 200 characters, and eight sounds under 500. */

import { DEFAULT_SETTINGS, FILLS_EVERY, type GenerationSettings, type Groove, JOURNEY_BARS, LOOP_BARS, NEW_GROOVE, unedited } from "./groove";
import { keptKitId, SPACE_KIT } from "./kitNames";
import { onMap } from "./mapPoint";
import { MAX_SEED, MAX_SHIFT, type Point, RHYTHM_DIRECTIONS, type RhythmShift, type StyleChoice } from "./protocol";
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
export function writeLink({ place, journey, tempoBpm, swing, quantum, fillEvery, kit, sounds }: Groove): string {
  const { settings, point } = place;
  const keys = new URLSearchParams({ p: writePoint(point), t: short(tempoBpm, 1) });
  if (swing !== 0.5) keys.set("w", short(swing * 100, 1));
  for (const style of writeStyle(settings.style)) keys.append("s", style);
  if (settings.section !== "beat") keys.set("n", settings.section.slice(0, LONGEST_NAME));
  if (String(settings.meter) !== "4,4") keys.set("m", settings.meter.join("-"));
  const shift = writeShift(settings.shift);
  if (shift) keys.set("x", shift);
  if (settings.bars !== 1) keys.set("l", String(settings.bars));
  if (fillEvery !== 0) keys.set("f", String(fillEvery));
  if (settings.density !== null) keys.set("d", short(settings.density, 2));
  if (settings.variation > 0) keys.set("v", short(settings.variation, 2));
  if (settings.seed !== 0) keys.set("r", String(settings.seed));
  if (quantum !== "bar") keys.set("q", quantum);
  const played = keptKitId(kit) === null ? kit : SPACE_KIT; // it is kept on this computer only; its sounds stand in the link
  if (played) keys.set("k", played.slice(0, LONGEST_NAME));
  const written = writeSounds(sounds);
  if (written) keys.set("o", written);
  if (journey.a) keys.set("a", writePoint(journey.a));
  if (journey.b) keys.set("b", writePoint(journey.b));
  if (journey.a && journey.b)
    keys.set("j", `${journey.bars}${journey.mode === "ping-pong" ? "p" : "l"}${journey.travelling ? "t" : ""}`);
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

/** The groove with the values of the link; what it lacks or garbles stands at its default. Null: not a link of ours. */
export function readLink(link: string, defaults: Groove): Groove | null {
  const keys = new URLSearchParams(link.replace(/^#/, ""));
  const point = readPoint(keys.get("p"));
  if (!point) return null;
  const plain = DEFAULT_SETTINGS; // what is at its default is left out of a link
  const settings: GenerationSettings = {
    style: keys.has("s") ? readStyle(keys.getAll("s")) : plain.style,
    section: keys.get("n") ?? plain.section,
    meter: readMeter((keys.get("m") ?? "").split("-")) ?? plain.meter,
    shift: keys.has("x") ? readShift(keys.get("x")) : plain.shift,
    bars: LOOP_BARS.find((each) => String(each) === keys.get("l")) ?? plain.bars,
    density: keys.has("d") ? readNumber(keys.get("d"), 0, 1, 0.5) : plain.density,
    variation: readNumber(keys.get("v"), 0, 1, plain.variation),
    seed: Math.round(readNumber(keys.get("r"), 0, MAX_SEED, plain.seed)),
  };
  const [, bars, mode, travelling] = /^(\d+)([lp])(t?)$/.exec(keys.get("j") ?? "") ?? [];
  const a = readPoint(keys.get("a"));
  const b = readPoint(keys.get("b"));
  const kit = keys.get("k");
  const sounds = keys.get("o");
  const quantum = QUANTA.find((each) => each === keys.get("q")) ?? defaults.quantum;
  return {
    ...defaults,
    place: unedited({ ...defaults.place, point, settings, phrase: [] }),
    journey: {
      a,
      b,
      bars: JOURNEY_BARS.find((each) => each === Number(bars)) ?? defaults.journey.bars,
      mode: mode === "p" ? "ping-pong" : "loop",
      travelling: travelling === "t" && a !== null && b !== null,
      patterns: [],
      fills: [],
      edited: false,
      edits: null,
    },
    tempoBpm: readNumber(keys.get("t"), MIN_TEMPO_BPM, MAX_TEMPO_BPM, defaults.tempoBpm),
    swing: readNumber(keys.get("w"), MIN_SWING * 100, MAX_SWING * 100, defaults.swing * 100) / 100,
    quantum,
    fillEvery: FILLS_EVERY.find((each) => String(each) === keys.get("f")) ?? NEW_GROOVE.fillEvery,
    kit: kit ?? defaults.kit,
    sounds: sounds !== null ? readSounds(sounds) : kit !== null ? NEW_GROOVE.sounds : defaults.sounds, // older links name a kit only
    opened: null,
  };
}
