/** What versions until 0.2 stored: the strokes of bars, without how they were made, and a link beside them. */

import { everyCell } from "../rules/barChanges";
import { barKey, edited, givenBar } from "../rules/bars";
import { NO_CLICKS } from "../rules/clickHistory";
import { keptKitId } from "../rules/kitNames";
import { readLink, readMeter } from "../rules/link";
import { onMap } from "../rules/mapPoint";
import { readMessage } from "../rules/messageChecks";
import { fillOf } from "../rules/plan";
import { type Bar, type GenerationSettings, NEW_SCENE, PLAIN_MIX, type PathEdit, type Project, type Scene, type VoiceMix } from "../rules/project";
import { type BarPattern, type KitVoice, MAX_SEED, MAX_SHIFT, type RhythmDirection, type StyleChoice, VOICE_COUNT } from "../rules/protocol";
import { generatedBars, LOOP_BARS, NEW_PAGE_PROJECT, type Place, roundPoints, SLOT_COUNT } from "../rules/scene";
import { MAX_LEVEL } from "../rules/sequencer";
import { styleOf } from "../rules/styleBlend";
import { DEFAULT_SOUND } from "../rules/voiceSound";
import { asRecord, finite } from "../rules/anyValue";
import type { Remembered } from "./storedValues";

const readPattern = (value: unknown): BarPattern => readMessage("BarPattern", value);
const readPatterns = (value: unknown): BarPattern[] => (Array.isArray(value) ? value.map(readPattern) : []);

/** A name, or a blend of shares; anything else is any style. */
function readStyle(value: unknown): StyleChoice {
  if (typeof value === "string") return value;
  return styleOf(Object.entries(asRecord(value)).filter((each): each is [string, number] => finite(each[1], 0, 1, 0) > 0));
}

function readSettings(value: unknown): GenerationSettings {
  const stored = asRecord(value);
  const shifted = (name: RhythmDirection) => finite(asRecord(stored["shift"])[name], -MAX_SHIFT, MAX_SHIFT, 0);
  return {
    style: readStyle(stored["style"]),
    section: typeof stored["section"] === "string" ? stored["section"] : "beat",
    meter: readMeter(Array.isArray(stored["meter"]) ? stored["meter"] : []) ?? [4, 4],
    shift: { density: shifted("density"), syncopation: shifted("syncopation"), swing: shifted("swing"), loudness: shifted("loudness") },
    density: stored["density"] === null ? null : finite(stored["density"], 0, 1, 0.5),
    variation: finite(stored["variation"], 0, 1, 0),
    seed: Math.round(finite(stored["seed"], 0, MAX_SEED, 0)),
  };
}

/** A place; its strokes are added to those known. An error if it holds no pattern. */
function readPlace(value: unknown, known: Map<string, BarPattern>): Place {
  const { point, settings, shape, pattern, edited: byHand, phrase, fill } = asRecord(value);
  const [x, y] = Array.isArray(point) ? point : [];
  const read = readSettings(settings ?? shape); // `shape` until version 0.1
  const loop = readPatterns(phrase);
  const strokes = loop.length > 0 ? loop : [readPattern(pattern)];
  const count = LOOP_BARS.find((each) => each === strokes.length) ?? 1;
  const bars = generatedBars(onMap([finite(x, -9, 9, 0), finite(y, -9, 9, 0)]), read, count);
  const own = fill ? readPattern(fill) : null;
  if (byHand === true) return { settings: read, bars: strokes.map((each) => givenBar(each)), fill: own && givenBar(own) };
  bars.forEach((bar, index) => known.set(barKey(bar), strokes[index]!));
  if (own) known.set(barKey(fillOf(bars[0]!)), own);
  return { settings: read, bars, fill: null };
}

function readMix(value: unknown): VoiceMix {
  const { mute, solo, level, pan } = asRecord(value);
  return { ...PLAIN_MIX, mute: mute === true, solo: solo === true, level: finite(level, 0, MAX_LEVEL, PLAIN_MIX.level), pan: finite(pan, -1, 1, PLAIN_MIX.pan) };
}

/** A sound, or as the kit of this name has it where there is none: older versions stored no sounds. */
function readSound(value: unknown, ofAll: string): KitVoice {
  const { from, point, detail, variation, seed, shift, kit, file, twin, levelled, gain, tune, decay, locked, ...more } = asRecord(value);
  try {
    const name = more["file_name"] ?? more["called"]; // as older versions say it
    const file_name = typeof name === "string" ? name : null;
    const own = from === "factory" ? (kit ?? ofAll) : kit;
    return readMessage("KitVoice", { from, point, detail, variation, seed, shift, kit: own, file, file_name, twin, levelled: levelled !== false, gain, tune, decay, velocity_layers: false, locked: locked === true });
  } catch {
    return { ...DEFAULT_SOUND, kit: ofAll };
  }
}

/** What was done to the bars of a journey is not known: every cell of them is written. */
function readEdits(value: unknown, scene: Scene, known: Map<string, BarPattern>): Scene {
  const { patterns, fills, edited: byHand } = asRecord(value);
  if (!scene.path) return scene;
  const points = roundPoints(scene);
  const edits = [readPatterns(patterns), readPatterns(fills)].flatMap((strokes, which) =>
    strokes.slice(0, points.length).flatMap((pattern, bar): PathEdit[] => {
      const own: Bar = { kind: "generated", point: points[bar]!, settings: scene.settings, phrase: null, leg: null, hears: null };
      const made = which === 1 ? fillOf(own) : own;
      if (byHand !== true) known.set(barKey(edited(made, [])), pattern);
      return byHand === true ? [{ bar, fill: which === 1, operations: [{ kind: "cells", cells: everyCell(pattern) }] }] : [];
    }),
  );
  return { ...scene, path: { ...scene.path, edits } };
}

/** As a project, or null for anything that is not one of ours. */
export function readOldStorage(text: string): Remembered | null {
  try {
    const { link, groove } = asRecord(JSON.parse(text));
    const stored = asRecord(groove);
    const known = new Map<string, BarPattern>();
    const places = (value: unknown) => (Array.isArray(value) ? value : []).map((each) => (each === null ? null : readPlace(each, known)));
    const name = typeof stored["kit"] === "string" ? stored["kit"] : "";
    const [sounds, mixes] = [stored["sounds"], stored["mix"]].map((each) => (Array.isArray(each) ? each : []));
    const scenes = places(stored["slots"]).slice(0, SLOT_COUNT).map((place): Scene | null => place && { ...NEW_SCENE, ...place }); // prettier-ignore
    while (scenes.at(-1) === null) scenes.pop();
    const base: Project = { ...NEW_PAGE_PROJECT, volume: finite(stored["volume"], 0, 1, NEW_PAGE_PROJECT.volume), scenes };
    const linked = readLink(typeof link === "string" ? link : "", base) ?? base;
    const kit = keptKitId(name) === null ? linked.scene.kit.name || name : name; // the link does not know what is kept
    const voices = Array.from({ length: VOICE_COUNT }, (_, voice) => readSound(sounds![voice], kit));
    const mix = Array.from({ length: VOICE_COUNT }, (_, voice) => readMix(mixes![voice]));
    const scene = { ...linked.scene, ...readPlace(stored["place"], known), mix, kit: { ...linked.scene.kit, name: kit, voices } };
    const visits = places(stored["visits"]).filter((each) => each !== null);
    const at = visits.length > 0 ? Math.round(finite(stored["visit"], -1, visits.length - 1, visits.length - 1)) : NO_CLICKS.at;
    const project = { ...linked, scene: readEdits(stored["journey"], scene, known) };
    return { project, clicks: { places: visits, at }, strokes: [...known], link: typeof link === "string" ? link : "" };
  } catch {
    return null;
  }
}
