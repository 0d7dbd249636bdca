/** What the browser remembers between visits: the whole project, and the strokes of its bars. */

import type { ClickHistory } from "../rules/clickHistory";
import { completed, completedScene } from "../rules/completed";
import { readLink } from "../rules/link";
import { readMessage } from "../rules/messageChecks";
import type { Project } from "../rules/project";
import { NEW_PAGE_PROJECT, type Place } from "../rules/scene";
import { CHANNELS, DEFAULT_MIDI, HIGHEST_NOTE, type MidiSettings } from "../midi/midiSettings";
import { asRecord, finite, type StoredRecord } from "../rules/anyValue";
import type { Remembered, Strokes } from "./storedValues";
import type { Theme } from "./store";

const KEY = "clave.project.1";
const OLD_KEY = "clave.groove.1"; // until version 0.2
const MIDI_KEY = "clave.midi.1";
const PROMPTS_KEY = "clave.prompts.1";
const THEME_KEY = "clave.theme";

const readPattern = (value: unknown) => readMessage("BarPattern", value);

/** A bar that an earlier version stored as given has no place on the map yet. */
const withPlace = (_: string, value: unknown): unknown => (asRecord(value)["kind"] === "given" ? { point: null, ...asRecord(value) } : value);

/** A project and the strokes of its bars; the click history beside it. */
export function serialise(project: Project, { places, at }: ClickHistory, link: string, strokes: Strokes): string {
  return JSON.stringify({ link, project, strokes, visits: places.map(({ settings, bars, fill }) => ({ settings, bars, fill })), visit: at });
}

/** The pair of `serialise`, or null for anything that is not one of ours. */
export function parse(text: string): Remembered | null {
  try {
    const { link, project, strokes, visits, visit } = asRecord(JSON.parse(text, withPlace));
    const known = (strokes as [string, unknown][]).map(([key, pattern]) => [key, readPattern(pattern)] as const);
    const places = (visits as Place[]).map((each) => readMessage("Scene", completedScene(each)));
    const at = places.length > 0 ? Math.round(finite(visit, -1, places.length - 1, places.length - 1)) : -1;
    return { project: readMessage("Project", completed(project)), clicks: { places, at }, strokes: known, link: typeof link === "string" ? link : "" };
  } catch {
    return null;
  }
}

/**
 * Each tab stores its own project, so that two of them do not overwrite each other; a new tab begins with what was
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

/** How older versions stored is read by a file of its own: few have any. */
async function storedIn(storage: Storage): Promise<Remembered | null> {
  const found = parse(storage.getItem(KEY) ?? "");
  const old = storage.getItem(OLD_KEY);
  return found ?? (old === null ? null : (await import("./oldStorage")).readOldStorage(old));
}

export async function stored(): Promise<Remembered | null> {
  try {
    for (const storage of [sessionStorage, localStorage]) {
      const found = await storedIn(storage);
      if (found) return found;
    }
  } catch {
    // no storage
  }
  return null;
}

/** What is known when the page opens: nothing yet, where to be (from a link), or the bars as well. */
export type Known = "nothing" | "place" | "bars";

/** The project to begin with: what the link says, on top of what was remembered. */
export function restore(link: string, remembered: Remembered | null): { project: Project; known: Known } {
  const base = remembered?.project ?? NEW_PAGE_PROJECT;
  const wanted = link.length > 1 ? link : (remembered?.link ?? "");
  const linked = readLink(wanted, base);
  if (!linked) return { project: base, known: remembered ? "bars" : "nothing" };
  return wanted === remembered?.link ? { project: base, known: "bars" } : { project: linked, known: "place" };
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
    localStorage.setItem(THEME_KEY, theme);
  } catch {
    // no storage: the choice holds until the page is closed
  }
}

export function storedTheme(): Theme {
  try {
    const kept = localStorage.getItem(THEME_KEY);
    return kept === "auto" || kept === "light" ? kept : "dark";
  } catch {
    return "dark";
  }
}

/** How many of the first prompts were followed. */
export function storedPrompts(): number {
  try {
    return finite(Number(localStorage.getItem(PROMPTS_KEY) ?? 0), 0, 99, 0);
  } catch {
    return 0;
  }
}

export function storePrompts(done: number): void {
  try {
    localStorage.setItem(PROMPTS_KEY, String(done));
  } catch {
    // no storage: they come again with the next visit
  }
}
