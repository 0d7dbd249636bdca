/** The MIDI messages that the page sends and reads: the twin of `clave/play/live/midi_messages.py`. */

export const NOTE_OFF = 0x80; // plus the channel, from 0, as the next three
export const NOTE_ON = 0x90;
export const CONTROL = 0xb0;
export const PROGRAM = 0xc0;
export const SYSEX = 0xf0;
export const SONG_POSITION = 0xf2;
export const CLOCK = 0xf8;
export const START = 0xfa;
export const CONTINUE = 0xfb;
export const STOP = 0xfc;
export const ALL_NOTES_OFF = 123; // a control number

export const PULSES_PER_QUARTER = 24;
export const PULSES_PER_SIXTEENTH = 6; // song position counts 16ths
export const STEPS_PER_PULSE = 16 / PULSES_PER_QUARTER;
export const LAST_SONG_POSITION = 2 ** 14 - 1;

export type Message = readonly number[];

/** The message that moves a follower to this 16th. */
export const songPosition = (sixteenths: number): number[] => [SONG_POSITION, sixteenths & 0x7f, sixteenths >> 7];

/** The inverse of `songPosition`. */
export const readSongPosition = (data: Message): number => data[1]! | (data[2]! << 7);

/** The channel of a message, 1 to 16; null for one that belongs to the whole port, as the clock's. */
export const channelOf = (data: Message): number | null => (data.length > 0 && data[0]! >= NOTE_OFF && data[0]! < SYSEX ? (data[0]! & 0x0f) + 1 : null);
