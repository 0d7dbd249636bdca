/** What the browser remembers between visits: the whole groove, edited strokes included. */

import { DEFAULT_MIX, type GenerationSettings, type Groove, LOOP_BARS, type MapPlace, NEW_GROOVE, SLOT_COUNT, type VoiceMix } from "../rules/groove";
import { keptKitId } from "../rules/kitNames";
import { readLink, readMeter } from "../rules/link";
import { NEW_SCENE } from "../rules/project";
import { fromProject, placeOfScene, type StoredPlace, storedPlace, type Strokes, toProject } from "../rules/projectOfGroove";
import { onMap } from "../rules/mapPoint";
import { readMessage } from "../rules/messageChecks";
import { MAX_SEED, MAX_SHIFT, type RhythmDirection, type StyleChoice, VOICE_COUNT } from "../rules/protocol";
import { MAX_LEVEL } from "../rules/sequencer";
import { styleOf } from "../rules/styleBlend";
import { clamp } from "../rules/units";
import { DEFAULT_SOUND, type VoiceSound } from "../rules/voiceSound";
import { CHANNELS, DEFAULT_MIDI, HIGHEST_NOTE, type MidiSettings } from "../midi/midiSettings";
import type { Theme } from "./store";

const KEY = "clave.project.1";
const OLD_KEY = "clave.groove.1"; // until version 0.2: strokes without how they were made
const MIDI_KEY = "clave.midi.1";
const THEME_KEY = "clave.theme";

type StoredRecord = Record<string, unknown>;
const asRecord = (value: unknown): StoredRecord => (typeof value === "object" && value !== null ? (value as StoredRecord) : {});
const finite = (value: unknown, low: number, high: number, otherwise: number): number =>
  typeof value === "number" && Number.isFinite(value) ? clamp(value, low, high) : otherwise;

const readPattern = (value: unknown) => readMessage("BarPattern", value);
const readPatterns = (value: unknown) => (Array.isArray(value) ? value.map(readPattern) : []);

/** A name, or a blend of shares; anything else is any style. */
function readStyle(value: unknown): StyleChoice {
  if (typeof value === "string") return value;
  return styleOf(Object.entries(asRecord(value)).filter((each): each is [string, number] => finite(each[1], 0, 1, 0) > 0));
}

/** A place, or an error if it holds no pattern. */
function readPlace(value: unknown): MapPlace {
  const { point, settings, shape, pattern, edited, phrase, fill } = asRecord(value);
  const [x, y] = Array.isArray(point) ? point : [];
  const stored = asRecord(settings ?? shape); // `shape` until version 0.1: what a browser stored then still opens
  const shifted = (name: RhythmDirection) => finite(asRecord(stored["shift"])[name], -MAX_SHIFT, MAX_SHIFT, 0);
  const bars = readPatterns(phrase);
  const read: GenerationSettings = {
    style: readStyle(stored["style"]),
    section: typeof stored["section"] === "string" ? stored["section"] : "beat",
    meter: readMeter(Array.isArray(stored["meter"]) ? stored["meter"] : []) ?? [4, 4],
    shift: { density: shifted("density"), syncopation: shifted("syncopation"), swing: shifted("swing"), loudness: shifted("loudness") },
    bars: LOOP_BARS.find((each) => each === stored["bars"]) ?? 1,
    density: stored["density"] === null ? null : finite(stored["density"], 0, 1, 0.5),
    variation: finite(stored["variation"], 0, 1, 0),
    seed: Math.round(finite(stored["seed"], 0, MAX_SEED, 0)),
  };
  return { point: onMap([finite(x, -9, 9, 0), finite(y, -9, 9, 0)]), settings: read, pattern: bars[0] ?? readPattern(pattern), phrase: bars, fill: fill ? readPattern(fill) : null, edited: edited === true, bars: null, fillBar: null };
}

function readPlaces(value: unknown): (MapPlace | null)[] {
  return (Array.isArray(value) ? value : []).map((each) => (each === null ? null : readPlace(each)));
}

function readMix(value: unknown): VoiceMix {
  const { mute, solo, level, pan } = asRecord(value);
  return {
    mute: mute === true,
    solo: solo === true,
    level: finite(level, 0, MAX_LEVEL, DEFAULT_MIX.level),
    pan: finite(pan, -1, 1, DEFAULT_MIX.pan),
  };
}

/** A sound, or as the kit has it where there is none: older versions stored no sounds. */
function readSound(value: unknown): VoiceSound {
  const { from, point, detail, variation, seed, shift, kit, file, twin, levelled, gain, tune, decay, locked, ...more } = asRecord(value);
  try {
    const name = more["file_name"] ?? more["called"]; // as older versions say it
    const file_name = typeof name === "string" ? name : null;
    const sound = { from, point, detail, variation, seed, shift, kit: kit ?? "the groove's", file, file_name, twin, levelled: levelled !== false, gain, tune, decay, locked: locked === true };
    return { ...readMessage("KitVoice", sound), kit: typeof kit === "string" ? kit : null };
  } catch {
    return DEFAULT_SOUND;
  }
}

/** What was stored, and the link it had. */
export interface Remembered {
  readonly groove: Groove;
  readonly link: string;
  readonly whole: boolean; // a project, with everything; else what older versions stored beside the link
  readonly strokes: Strokes;
}

/** A project and the strokes of its bars; the click history beside it. */
export function serialise(groove: Groove, link: string, strokes: Strokes): string {
  const { visits, visit } = groove;
  return JSON.stringify({ link, project: toProject(groove), strokes: [...strokes], visits: visits.map(storedPlace), visit });
}

/** The pair of `serialise`, or null for anything that is not one of ours. */
export function parse(text: string): Remembered | null {
  try {
    const { link, project, strokes, visits, visit } = asRecord(JSON.parse(text));
    const known = new Map((strokes as [string, unknown][]).map(([key, pattern]) => [key, readPattern(pattern)]));
    const groove = fromProject(readMessage("Project", project), known);
    const places = (visits as StoredPlace[]).map((each) => placeOfScene({ ...NEW_SCENE, ...readMessage("Scene", { ...NEW_SCENE, ...each }) }, known));
    const here = places.length > 0 ? Math.round(finite(visit, -1, places.length - 1, places.length - 1)) : -1;
    return { link: typeof link === "string" ? link : "", groove: { ...groove, visits: places, visit: here }, whole: true, strokes: known };
  } catch {
    return null;
  }
}

/** What a version until 0.2 stored, or null for anything that is not one of ours. */
export function parseOld(text: string): Remembered | null {
  try {
    const { link, groove } = asRecord(JSON.parse(text));
    const { visits, slots, mix, journey, place, visit, volume, sounds, kit } = asRecord(groove);
    const voices = Array.isArray(sounds) ? sounds : [];
    const mixes = Array.isArray(mix) ? mix : [];
    const rememberedSlots = readPlaces(slots);
    const rememberedVisits = readPlaces(visits).filter((each) => each !== null);
    const { patterns, fills, edited } = asRecord(journey);
    return {
      whole: false,
      strokes: new Map(),
      link: typeof link === "string" ? link : "",
      groove: {
        ...NEW_GROOVE,
        place: readPlace(place),
        visits: rememberedVisits,
        visit: Math.round(finite(visit, -1, rememberedVisits.length - 1, rememberedVisits.length - 1)),
        slots: Array.from({ length: SLOT_COUNT }, (_, slot) => rememberedSlots[slot] ?? null),
        mix: Array.from({ length: VOICE_COUNT }, (_, voice) => readMix(mixes[voice])),
        sounds: Array.from({ length: VOICE_COUNT }, (_, voice) => readSound(voices[voice])),
        volume: finite(volume, 0, 1, NEW_GROOVE.volume),
        kit: typeof kit === "string" ? kit : NEW_GROOVE.kit,
        journey: { ...NEW_GROOVE.journey, patterns: readPatterns(patterns), fills: readPatterns(fills), edited: edited === true, edits: null },
      },
    };
  } catch {
    return null;
  }
}

/**
 * Each tab stores its own groove, so that two of them do not overwrite each other; a new tab begins with what was
 * stored last by any. Storage may be full or forbidden: then the page plays on, and nothing is stored.
 */
export function store(text: string): boolean {
  try {
    sessionStorage.setItem(KEY, text);
    localStorage.setItem(KEY, text);
    return true;
  } catch {
    return false;
  }
}

export function stored(): Remembered | null {
  try {
    for (const storage of [sessionStorage, localStorage]) {
      const found = parse(storage.getItem(KEY) ?? "") ?? parseOld(storage.getItem(OLD_KEY) ?? "");
      if (found) return found;
    }
  } catch {
    // no storage
  }
  return null;
}

/** What is known when the page opens: nothing yet, where to be (from a link), or the bars as well. */
export type Known = "nothing" | "place" | "bars";

/** The groove to begin with: what the link says, on top of what was remembered. */
export function restore(link: string, remembered: Remembered | null): { groove: Groove; known: Known } {
  const base = remembered?.groove ?? NEW_GROOVE;
  const wanted = link.length > 1 ? link : (remembered?.link ?? "");
  const linked = readLink(wanted, base);
  if (!linked) return { groove: base, known: remembered ? "bars" : "nothing" };
  if (wanted !== remembered?.link) return { groove: linked, known: "place" };
  if (remembered.whole) return { groove: base, known: "bars" };
  const { patterns, fills, edited } = base.journey;
  const kit = keptKitId(base.kit) === null ? linked.kit : base.kit; // the link does not know what is kept
  return { groove: { ...linked, kit, place: base.place, sounds: base.sounds, journey: { ...linked.journey, patterns, fills, edited } }, known: "bars" };
}

/** Settings of MIDI out; whatever is not one of ours stands at its default. */
export function parseMidi(text: string): MidiSettings {
  let stored: StoredRecord = {};
  try {
    stored = asRecord(JSON.parse(text));
  } catch {
    // nothing was remembered
  }
  const { on, port, channel, notes, soundHere, clock } = stored;
  const { id, name } = asRecord(port);
  const kept = Array.isArray(notes) ? (notes as unknown[]) : [];
  const isNote = (note: unknown): note is number => Number.isInteger(note) && (note as number) >= 0 && (note as number) <= HIGHEST_NOTE;
  return {
    on: on === true,
    port: typeof id === "string" && typeof name === "string" ? { id, name } : null,
    channel: CHANNELS.find((each) => each === channel) ?? DEFAULT_MIDI.channel,
    notes: DEFAULT_MIDI.notes.map((_, voice) => (isNote(kept[voice]) ? kept[voice] : null)),
    soundHere: soundHere !== false,
    clock: clock === true,
  };
}

/** One setting for all tabs: they share the ports of the computer. */
export function storeMidi(settings: MidiSettings): void {
  try {
    localStorage.setItem(MIDI_KEY, JSON.stringify(settings));
  } catch {
    // full or forbidden: as good as new next time
  }
}

export function storedMidi(): MidiSettings {
  try {
    return parseMidi(localStorage.getItem(MIDI_KEY) ?? "");
  } catch {
    return DEFAULT_MIDI;
  }
}

export function storeTheme(theme: Theme): void {
  try {
    if (theme !== "auto") localStorage.setItem(THEME_KEY, theme);
  } catch {
    // no storage: the choice holds until the page is closed
  }
}

export function storedTheme(): Theme {
  try {
    const kept = localStorage.getItem(THEME_KEY);
    return kept === "dark" || kept === "light" ? kept : "auto";
  } catch {
    return "auto";
  }
}
