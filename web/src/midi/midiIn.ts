/** What comes in by MIDI, as what it means: strokes, moved controls, launched scenes. The twin of `clave/play/live/midi_in.py`. */

import { VOICE_SLUGS } from "../rules/parameters";
import { clamp } from "../rules/units";
import { channelOf, CONTROL, type Message, NOTE_OFF, NOTE_ON, PROGRAM } from "./midiMessages";

export const KINDS = ["absolute", "absolute-14", "relative-twos-complement", "relative-offset", "relative-sign", "note"] as const;
export type Kind = (typeof KINDS)[number];

const NEAR = 1.5 / 127; // a control that stands so near the present value has taken it over
export const FINE_NUMBERS_ABOVE = 32; // the fine control of a 14-bit pair
const LEARN_MESSAGES = 4;
export const STEP = 1 / 128; // of the range of what is moved, for a step of an endless encoder

/** A control of the controller, and what it moves; as in the file of a MIDI map. */
export interface Binding {
  readonly target: string;
  readonly number: number; // of the control or note
  readonly kind: Kind;
  readonly channel: number | null; // 1 to 16; null hears all of them
  readonly takeover: boolean; // a control that stands elsewhere moves nothing before it has passed the present value
  readonly step: number; // of a relative control
  readonly low: number; // what the lowest position means, in the range 0 to 1 of what is moved
  readonly high: number;
}

/** What a player's controller does. */
export interface MidiMap {
  readonly name: string;
  readonly notes: Readonly<Record<number, number>>; // note to voice
  readonly controls: readonly Binding[];
  readonly channel: number | null; // of the notes
  readonly programs: boolean; // program changes launch scenes
}

export const bindingOf = (target: string, number: number, kind: Kind, channel: number | null): Binding => ({ target, number, kind, channel, takeover: true, step: STEP, low: 0, high: 1 });

export type Heard =
  | { readonly kind: "struck"; readonly voice: number; readonly velocity: number }
  | { readonly kind: "moved"; readonly target: string; readonly value: number } // in [0, 1] of its range
  | { readonly kind: "launched"; readonly scene: number };

/** How many steps up (or down, below 0) the byte of an endless encoder means. */
export function relativeSteps(kind: Kind, value: number): number {
  if (kind === "relative-twos-complement") return value >= 64 ? value - 128 : value;
  if (kind === "relative-offset") return value - 64;
  return value >= 64 ? -(value & 63) : value;
}

/** Soft takeover: a control that stands elsewhere moves nothing, until it passes or meets the present value. */
class Takeover {
  private before: number | null = null; // where the control stood
  private set: number | null = null; // the value that it gave last

  take(value: number, present: number): boolean {
    const { before } = this;
    this.before = value;
    const holds = this.set !== null && Math.abs(this.set - present) <= NEAR; // nobody else has moved it since
    const passes = before !== null && (before - present) * (value - present) <= 0;
    const taken = holds || passes || Math.abs(value - present) <= NEAR;
    this.set = taken ? value : null;
    return taken;
  }
}

/** Reads messages by a map. `present` gives the present value of a target in [0, 1], or null if there is none. */
export class MidiInput {
  private readonly takeovers = new Map<Binding, Takeover>();
  private readonly coarse = new Map<string, number>(); // of 14-bit pairs
  private readonly fine = new Set<string>(); // pairs whose fine control was heard

  constructor(
    public map: MidiMap,
    private readonly present: (target: string) => number | null,
  ) {}

  /** What this message means; nothing if the map does not say. */
  hear(data: Message): Heard | null {
    const channel = channelOf(data);
    if (channel === null || data.length < 2) return null;
    const kind = data[0]! & 0xf0;
    if (kind === PROGRAM) return this.map.programs ? { kind: "launched", scene: data[1]! } : null;
    if (data.length < 3) return null;
    if (kind === NOTE_ON || kind === NOTE_OFF) return this.note(channel, data[1]!, kind === NOTE_ON ? data[2]! : 0);
    return kind === CONTROL ? this.control(channel, data[1]!, data[2]!) : null;
  }

  private note(channel: number, note: number, velocity: number): Heard | null {
    const pad = this.map.controls.find((each) => each.kind === "note" && each.number === note && hears(each, channel));
    if (pad) return { kind: "moved", target: pad.target, value: velocity > 0 ? pad.high : pad.low };
    const voice = this.map.notes[note];
    if (voice === undefined || velocity === 0 || (this.map.channel !== null && this.map.channel !== channel)) return null;
    return { kind: "struck", voice, velocity: velocity / 127 };
  }

  private control(channel: number, number: number, value: number): Heard | null {
    for (const each of this.map.controls) {
      if (each.kind === "note" || !hears(each, channel)) continue;
      if (each.kind === "absolute-14" && (number === each.number || number === each.number + FINE_NUMBERS_ABOVE)) {
        const share = this.pair(channel, each.number, number, value);
        return share === null ? null : this.absolute(each, share);
      }
      if (number === each.number) return each.kind.startsWith("relative") ? this.relative(each, value) : this.absolute(each, value / 127);
    }
    return null;
  }

  /** The position of a 14-bit control; null while its other half is still to come. */
  private pair(channel: number, coarseNumber: number, number: number, value: number): number | null {
    const key = `${channel}.${coarseNumber}`;
    if (number !== coarseNumber) {
      this.fine.add(key);
      return (((this.coarse.get(key) ?? 0) << 7) | value) / 16383;
    }
    this.coarse.set(key, value);
    return this.fine.has(key) ? null : (value << 7) / 16383;
  }

  private absolute(binding: Binding, share: number): Heard | null {
    const value = binding.low + share * (binding.high - binding.low);
    const present = this.present(binding.target);
    if (binding.takeover && present !== null) {
      const takeover = this.takeovers.get(binding) ?? new Takeover();
      this.takeovers.set(binding, takeover);
      if (!takeover.take(value, present)) return null;
    }
    return { kind: "moved", target: binding.target, value };
  }

  private relative(binding: Binding, byte: number): Heard | null {
    const present = this.present(binding.target);
    if (present === null) return null;
    const { low, high, step, kind, target } = binding;
    const value = present + (high > low ? 1 : -1) * relativeSteps(kind, byte) * step;
    return { kind: "moved", target, value: clamp(value, Math.min(low, high), Math.max(low, high)) };
  }
}

/** Finds the control that the player moves, and how it counts: give it each message until it answers. */
export class Learner {
  private readonly values = new Map<string, number[]>(); // of each channel and number

  constructor(readonly target: string) {}

  hear(data: Message): Binding | null {
    const channel = channelOf(data);
    if (channel === null || data.length < 3) return null;
    const [status, number, value] = data as [number, number, number];
    if ((status & 0xf0) === NOTE_ON && value > 0) return bindingOf(this.target, number, "note", channel);
    if ((status & 0xf0) !== CONTROL) return null;
    const of = (which: number): number[] => this.values.get(`${channel}.${which}`) ?? [];
    this.values.set(`${channel}.${number}`, [...of(number), value]);
    for (const pair of [number, number - FINE_NUMBERS_ABOVE]) {
      const [coarse, fine] = [of(pair), of(pair + FINE_NUMBERS_ABOVE)];
      const both = coarse.length > 0 && fine.length > 0 && coarse.length + fine.length >= LEARN_MESSAGES;
      if (pair >= 0 && pair < FINE_NUMBERS_ABOVE && both) return bindingOf(this.target, pair, "absolute-14", channel);
    }
    const values = of(number);
    return values.length < LEARN_MESSAGES ? null : bindingOf(this.target, number, kindOf(values), channel);
  }
}

/** What a pad is bound to that plays a voice: it becomes a note of the voice, with its velocity. */
export const STRIKES: readonly string[] = VOICE_SLUGS.map((slug) => `${slug}.strike`);

/** With this binding; what the same control moved, and what moved the same target, is let go. */
export function withBinding(map: MidiMap, binding: Binding): MidiMap {
  const voice = STRIKES.indexOf(binding.target);
  if (binding.kind === "note" && voice >= 0) return { ...map, notes: { ...map.notes, [binding.number]: voice } };
  const same = (each: Binding) => each.number === binding.number && (each.kind === "note") === (binding.kind === "note");
  const overlap = (each: Binding) => each.channel === null || binding.channel === null || each.channel === binding.channel;
  return { ...map, controls: [...map.controls.filter((each) => each.target !== binding.target && !(same(each) && overlap(each))), binding] };
}

const hears = (binding: Binding, channel: number): boolean => binding.channel === null || binding.channel === channel;

/** How a control counts, by its first values. */
function kindOf(values: readonly number[]): Kind {
  const all = (rule: (value: number) => boolean) => values.every(rule);
  if (new Set(values).size > 2) return "absolute";
  if (all((value) => Math.abs(value - 64) <= 3 && value !== 64)) return "relative-offset";
  if (all((value) => (value > 0 && value <= 3) || value >= 125)) return "relative-twos-complement";
  if (all((value) => (value > 0 && value <= 3) || (value >= 65 && value <= 67))) return "relative-sign";
  return "absolute";
}
