/** What the browser remembers between visits: the whole groove, edited strokes included. */

import { styleOf } from "../rules/styleBlend";
import { readLink, readMeter } from "../rules/link";
import { type Groove, LOOP_BARS, NEW_GROOVE, type Place, PLAIN_VOICE, type Shape, SLOT_COUNT, type VoiceMix } from "../rules/groove";
import { onMap } from "../rules/mapPoint";
import { keptKitId } from "../rules/kitNames";
import { CHANNELS, HIGHEST_NOTE, type MidiSettings, NEW_MIDI } from "../midi/midiSettings";
import { MAX_SHIFT, readKitVoice, readPattern, type RhythmDirection, type StyleAsked, VOICE_COUNT } from "../rules/protocol";
import { MAX_LEVEL } from "../rules/sequencer";
import { PLAIN_SOUND, type VoiceSound } from "../rules/voiceSound";
import { clamp } from "../rules/units";
import type { Theme } from "./store";

const KEY = "clave.groove.1";
const MIDI_KEY = "clave.midi.1";
const THEME_KEY = "clave.theme";

type Loose = Record<string, unknown>;
const loose = (value: unknown): Loose => (typeof value === "object" && value !== null ? (value as Loose) : {});
const finite = (value: unknown, low: number, high: number, otherwise: number): number =>
  typeof value === "number" && Number.isFinite(value) ? clamp(value, low, high) : otherwise;

const readPatterns = (value: unknown) => (Array.isArray(value) ? value.map(readPattern) : []);

/** A name, or a blend of shares; anything else is any style. */
function readStyle(value: unknown): StyleAsked {
  if (typeof value === "string") return value;
  return styleOf(Object.entries(loose(value)).filter((each): each is [string, number] => finite(each[1], 0, 1, 0) > 0));
}

/** A place, or an error if it holds no pattern. */
function readPlace(value: unknown): Place {
  const { point, shape, pattern, edited, phrase, fill } = loose(value);
  const [x, y] = Array.isArray(point) ? point : [];
  const said = loose(shape);
  const shifted = (name: RhythmDirection) => finite(loose(said["shift"])[name], -MAX_SHIFT, MAX_SHIFT, 0);
  const bars = readPatterns(phrase);
  const read: Shape = {
    style: readStyle(said["style"]),
    section: typeof said["section"] === "string" ? said["section"] : "beat",
    meter: readMeter(Array.isArray(said["meter"]) ? said["meter"] : []) ?? [4, 4],
    shift: { density: shifted("density"), syncopation: shifted("syncopation"), swing: shifted("swing"), loudness: shifted("loudness") },
    bars: LOOP_BARS.find((each) => each === said["bars"]) ?? 1,
    density: said["density"] === null ? null : finite(said["density"], 0, 1, 0.5),
    variation: finite(said["variation"], 0, 1, 0),
    seed: Math.round(finite(said["seed"], 0, 2 ** 32 - 1, 0)),
  };
  return { point: onMap([finite(x, -9, 9, 0), finite(y, -9, 9, 0)]), shape: read, pattern: bars[0] ?? readPattern(pattern), phrase: bars, fill: fill ? readPattern(fill) : null, edited: edited === true };
}

function readPlaces(value: unknown): (Place | null)[] {
  return (Array.isArray(value) ? value : []).map((each) => (each === null ? null : readPlace(each)));
}

function readMix(value: unknown): VoiceMix {
  const { mute, solo, level, pan } = loose(value);
  return {
    mute: mute === true,
    solo: solo === true,
    level: finite(level, 0, MAX_LEVEL, PLAIN_VOICE.level),
    pan: finite(pan, -1, 1, PLAIN_VOICE.pan),
  };
}

/** A sound, or as the kit has it where there is none: older memories know no sounds. */
function readSound(value: unknown): VoiceSound {
  const sound = loose(value);
  const { locked, called, kit } = sound;
  try {
    const read = readKitVoice({ ...sound, kit: kit ?? "the groove's" });
    return { ...read, kit: typeof kit === "string" ? kit : null, locked: locked === true, called: typeof called === "string" ? called : null };
  } catch {
    return PLAIN_SOUND;
  }
}

export const writeMemory = (groove: Groove, link: string): string => JSON.stringify({ link, groove });

/** The groove and the link it had, or null for anything that is not one of ours. */
export function readMemory(text: string): { groove: Groove; link: string } | null {
  try {
    const { link, groove } = loose(JSON.parse(text));
    const { visits, slots, mix, journey, place, visit, volume, sounds, kit } = loose(groove);
    const voices = Array.isArray(sounds) ? sounds : [];
    const mixes = Array.isArray(mix) ? mix : [];
    const rememberedSlots = readPlaces(slots);
    const rememberedVisits = readPlaces(visits).filter((each) => each !== null);
    const { patterns, fills, edited } = loose(journey);
    return {
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
        journey: { ...NEW_GROOVE.journey, patterns: readPatterns(patterns), fills: readPatterns(fills), edited: edited === true },
      },
    };
  } catch {
    return null;
  }
}

/**
 * Each tab has a memory of its own, so that two of them do not empty each other's slots; a new tab begins with what was
 * last remembered anywhere. Storage may be full or forbidden: then the page plays on without memory, and says so.
 */
export function remember(groove: Groove, link: string): boolean {
  const text = writeMemory(groove, link);
  try {
    sessionStorage.setItem(KEY, text);
    localStorage.setItem(KEY, text);
    return true;
  } catch {
    return false;
  }
}

export function recall(): { groove: Groove; link: string } | null {
  try {
    return readMemory(sessionStorage.getItem(KEY) ?? localStorage.getItem(KEY) ?? "");
  } catch {
    return null;
  }
}

/** What is known when the page opens: nothing yet, where to be (a link, an older memory), or the very bars as well. */
export type Known = "nothing" | "place" | "bars";

/** The groove to begin with: what the link says, on top of what was remembered. */
export function restore(link: string, remembered: { groove: Groove; link: string } | null): { groove: Groove; known: Known } {
  const base = remembered?.groove ?? NEW_GROOVE;
  const wanted = link.length > 1 ? link : (remembered?.link ?? "");
  const linked = readLink(wanted, base);
  if (!linked) return { groove: base, known: remembered ? "bars" : "nothing" };
  if (wanted !== remembered?.link) return { groove: linked, known: "place" };
  const { patterns, fills, edited } = base.journey;
  const kit = keptKitId(base.kit) === null ? linked.kit : base.kit; // the link does not know what is kept
  return { groove: { ...linked, kit, place: base.place, sounds: base.sounds, journey: { ...linked.journey, patterns, fills, edited } }, known: "bars" };
}

/** Settings of MIDI out; whatever is not one of ours stands at its default. */
export function readMidi(text: string): MidiSettings {
  let said: Loose = {};
  try {
    said = loose(JSON.parse(text));
  } catch {
    // nothing was remembered
  }
  const { on, port, channel, notes, soundHere, clock } = said;
  const { id, name } = loose(port);
  const kept = Array.isArray(notes) ? (notes as unknown[]) : [];
  const isNote = (note: unknown): note is number => Number.isInteger(note) && (note as number) >= 0 && (note as number) <= HIGHEST_NOTE;
  return {
    on: on === true,
    port: typeof id === "string" && typeof name === "string" ? { id, name } : null,
    channel: CHANNELS.find((each) => each === channel) ?? NEW_MIDI.channel,
    notes: NEW_MIDI.notes.map((_, voice) => (isNote(kept[voice]) ? kept[voice] : null)),
    soundHere: soundHere !== false,
    clock: clock === true,
  };
}

/** The gear stands where it stands: all tabs share one memory of it. */
export function rememberMidi(settings: MidiSettings): void {
  try {
    localStorage.setItem(MIDI_KEY, JSON.stringify(settings));
  } catch {
    // full or forbidden: as good as new next time
  }
}

export function recallMidi(): MidiSettings {
  try {
    return readMidi(localStorage.getItem(MIDI_KEY) ?? "");
  } catch {
    return NEW_MIDI;
  }
}

export function rememberTheme(theme: Theme): void {
  try {
    if (theme !== "auto") localStorage.setItem(THEME_KEY, theme);
  } catch {
    // no storage: the choice holds until the page is closed
  }
}

export function recallTheme(): Theme {
  try {
    const kept = localStorage.getItem(THEME_KEY);
    return kept === "dark" || kept === "light" ? kept : "auto";
  } catch {
    return "auto";
  }
}
