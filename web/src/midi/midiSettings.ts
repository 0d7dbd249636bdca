/** Settings of MIDI out, the state of its port, and both in words. */

import { VOICE_COUNT, type VoiceInfo } from "../rules/protocol";

const DRUM_CHANNEL = 10; // of General MIDI, counted from 1
export const CHANNELS = Array.from({ length: 16 }, (_, index) => index + 1);
export const HIGHEST_NOTE = 127;

export interface PortInfo {
  readonly id: string;
  readonly name: string;
}

export interface MidiSettings {
  readonly on: boolean; // the player has turned it on
  readonly port: PortInfo | null; // the chosen one, there or not; null is whichever comes first
  readonly channel: number; // 1 to 16
  readonly notes: readonly (number | null)[]; // one a voice, 0 to 127; null is the voice's own
  readonly soundHere: boolean; // the page sounds too
  readonly clock: boolean; // send clock, start and stop
}

export const DEFAULT_MIDI: MidiSettings = {
  on: false,
  port: null,
  channel: DRUM_CHANNEL,
  notes: Array.from({ length: VOICE_COUNT }, () => null),
  soundHere: true,
  clock: false,
};

/** State of the connection to a port. */
export type MidiLink =
  | { readonly state: "off" | "asking" | "unknown" | "refused" | "waiting" } // "unknown": the browser has no Web MIDI
  | { readonly state: "open" | "broken"; readonly port: PortInfo };

export const OFF: MidiLink = { state: "off" };

export const noteOf = (settings: MidiSettings, voices: readonly VoiceInfo[], voice: number): number | null =>
  settings.notes[voice] ?? voices[voice]?.note ?? null;

/** With this note for the voice; its own note is kept as null, so that it follows the table of voices. */
export const withNote = (settings: MidiSettings, voices: readonly VoiceInfo[], voice: number, note: number): MidiSettings => ({
  ...settings,
  notes: settings.notes.map((each, index) => (index !== voice ? each : note === voices[voice]?.note ? null : note)),
});

/** The page is silent only while a port is open. */
export const soundsHere = (settings: MidiSettings, link: MidiLink): boolean => settings.soundHere || link.state !== "open";

/** Which of these ports to play: the chosen one by its id, else by its name (ids change with the browser); any if none is chosen. */
export function choosePort(chosen: PortInfo | null, ports: readonly PortInfo[]): PortInfo | null {
  if (chosen === null) return ports[0] ?? null;
  return ports.find(({ id }) => id === chosen.id) ?? ports.find(({ name }) => name === chosen.name) ?? null;
}

/** After "MIDI out: ". */
export function describeLink(link: MidiLink, { channel, port }: MidiSettings): string {
  switch (link.state) {
    case "off":
      return "off";
    case "asking":
      return "asking the browser";
    case "unknown":
      return "this browser has no Web MIDI";
    case "refused":
      return "permission refused";
    case "waiting":
      return port ? `${port.name} is not connected` : "no port connected";
    case "broken":
      return `${link.port.name} cannot be opened`;
    case "open":
      return `${link.port.name}, channel ${channel}`;
  }
}

const PITCHES = ["C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B"];

/** 60 is C4, as Yamaha's C3 is elsewhere: 36 reads C2. */
export const formatNote = (note: number): string => `${PITCHES[note % 12]}${Math.floor(note / 12) - 1}`;
