/** MIDI maps as files: the twin of the file of `clave/play/live/midi_map.py`, so that a map goes from the page to Python and back. */

import { VOICE_SLUGS } from "../rules/parameters";
import { type Binding, bindingOf, type Kind, KINDS, type MidiMap } from "./midiIn";

const FORMAT = "clave-midi-map";
const VERSION = 1;
const HIGHEST = 127;

/** Of General MIDI's drums, note by note, as `clave/files/midi/drum_maps/general-midi.toml` has the ones that controllers send. */
const USUAL_NOTES: Readonly<Record<number, number>> = {
  35: 0, 36: 0, 37: 7, 38: 1, 39: 6, 40: 1, 41: 4, 42: 2, 43: 4, 44: 2, 45: 4, 46: 3, 47: 4, 48: 4, 49: 5, 50: 4, 51: 5, 52: 5, 53: 5, 55: 5, 57: 5, 59: 5,
};

export const USUAL_MAP: MidiMap = { name: "General MIDI", notes: USUAL_NOTES, controls: [], channel: null, programs: true };

const NAMES = VOICE_SLUGS.map((slug) => slug.replace("closed-hi-hat", "closed hi-hat").replace("open-hi-hat", "open hi-hat"));

/** A map as the text of its file. */
export function writeMap(map: MidiMap): string {
  const notes = Object.fromEntries(Object.entries(map.notes).map(([note, voice]) => [note, NAMES[voice]]));
  return `${JSON.stringify({ format: FORMAT, version: VERSION, name: map.name, channel: map.channel, programs: map.programs, notes, controls: map.controls }, null, 1)}\n`;
}

/** The inverse of `writeMap`. Its error names the rule and the value that broke it. */
export function readMap(text: string): MidiMap {
  let table: Record<string, unknown>;
  try {
    table = JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw new Error("a MIDI map is JSON");
  }
  if (typeof table !== "object" || table === null || table["format"] !== FORMAT) throw new Error(`a MIDI map has "format": "${FORMAT}"`);
  if (table["version"] !== VERSION) throw new Error(`the version of a MIDI map is ${VERSION}, got ${JSON.stringify(table["version"])}`);
  const { name, notes, controls, channel, programs } = table;
  if (typeof name !== "string") throw new Error(`"name" is a text, got ${JSON.stringify(name)}`);
  if (typeof programs !== "boolean") throw new Error(`"programs" is true or false, got ${JSON.stringify(programs)}`);
  if (typeof notes !== "object" || notes === null || !Array.isArray(controls)) throw new Error('a MIDI map has a table "notes" and a list "controls"');
  return {
    name,
    programs,
    channel: channelIn(channel),
    notes: Object.fromEntries(Object.entries(notes as object).map(([note, voice]) => [whole(Number(note), HIGHEST, "a note"), voiceIn(voice)])),
    controls: controls.map(bindingIn),
  };
}

function voiceIn(name: unknown): number {
  const voice = NAMES.indexOf(String(name));
  if (voice < 0) throw new Error(`no voice ${JSON.stringify(name)}; the eight are: ${NAMES.join(", ")}`);
  return voice;
}

function whole(value: unknown, highest: number, what: string): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > highest) throw new Error(`${what} lies in 0..${highest}, got ${JSON.stringify(value)}`);
  return value;
}

function channelIn(value: unknown): number | null {
  if (value === null || value === undefined) return null;
  if (typeof value !== "number" || !Number.isInteger(value) || value < 1 || value > 16) throw new Error(`a channel is 1 to 16 or null, got ${JSON.stringify(value)}`);
  return value;
}

function bindingIn(row: unknown): Binding {
  const given = (typeof row === "object" && row !== null ? row : {}) as Partial<Record<keyof Binding, unknown>>;
  const { target, kind = "absolute" } = given;
  if (typeof target !== "string" || target === "") throw new Error(`a binding names what it moves, got ${JSON.stringify(target)}`);
  if (!KINDS.includes(kind as Kind)) throw new Error(`a kind is one of ${KINDS.join(", ")}, got ${JSON.stringify(kind)}`);
  const number = whole(given.number, kind === "absolute-14" ? 31 : HIGHEST, `a number of ${String(kind)}`);
  const usual = bindingOf(target, number, kind as Kind, channelIn(given.channel));
  const share = (name: "step" | "low" | "high"): number => {
    const value = given[name] ?? usual[name];
    if (typeof value !== "number" || !(value >= 0 && value <= 1)) throw new Error(`${name} lies in [0, 1], got ${JSON.stringify(value)}`);
    return value;
  };
  return { ...usual, takeover: given.takeover !== false, step: share("step"), low: share("low"), high: share("high") };
}
