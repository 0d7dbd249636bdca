/**
 * Strokes as MIDI: each at the moment at which it leaves the loudspeakers. Its note off is sent together with its note on,
 * so that no note hangs whatever happens to the page. Most browsers cannot cancel a message once it is sent, so strokes
 * wait here until shortly before their time: stop and mute take effect at once.
 */

import type { VoiceInfo } from "../rules/protocol";
import { velocityToMidi } from "../rules/units";
import { AS_MIXED, type Output, type OwnSound, type QueuedStep } from "../audio/output";
import { ALL_NOTES_OFF, CLOCK, CONTROL, NOTE_OFF, NOTE_ON, START, STOP } from "./midiMessages";
import { type MidiSettings, noteOf } from "./midiSettings";
import { PulseGate } from "./pulseGate";

export const SEND_AHEAD_SECONDS = 0.06;
export const NOTE_SECONDS = 0.03; // drum machines listen to its start
const LATEST_SECONDS = 0.05; // as in clock.ts: a stroke that is later than this is left out
const LONGEST_AHEAD_SECONDS = 3;
const START_LEAD_SECONDS = 0.002; // from Start to the first clock: MIDI asks for 1 ms

/** As a MIDIOutput; `clear`, where the browser has it, cancels messages whose time has not come. */
export interface MidiPort {
  send(message: number[], timestampMs?: number): void;
  clear?(): void;
}

/** What MIDI out reads of the page. */
export interface MidiContext {
  readonly settings: () => MidiSettings;
  readonly voices: () => readonly VoiceInfo[];
  readonly heard: () => readonly boolean[]; // of each voice: neither muted nor behind a solo
  readonly moment: (audioSeconds: number) => number; // when that is heard, in ms of performance.now()
  readonly follow: () => boolean; // take a reading of both clocks; false while there is none
  readonly failed: (error: unknown) => void; // the port took no message
  readonly sent?: (atMs: number, message: readonly number[]) => void; // a message leaves then
}

type QueuedMessage =
  | { readonly kind: "stroke"; readonly time: number; readonly voice: number; readonly velocity: number; readonly otherMix: boolean }
  | { readonly kind: "start"; readonly time: number }
  | { readonly kind: "clock"; readonly time: number };

interface SentNote {
  readonly off: number[];
  readonly offMs: number;
}

export class MidiOut implements Output {
  private port: MidiPort | null = null;
  private queue: QueuedMessage[] = []; // in time order
  private sent: SentNote[] = []; // whose note off may still be to come
  private beat: { step: number; end: number } | null = null; // while the device follows our clock: steps since Start, end of the latest step
  private releasedAt = -Infinity;
  private held = false; // by the first reading of both clocks: what waited for it is not late
  private readonly gate = new PulseGate(); // drops pulses that are late, and moves the device to its place

  constructor(private readonly context: MidiContext) {}

  /** Play through this port, or through none; whatever sounds on the old one is ended. */
  connect(port: MidiPort | null): void {
    if (port === this.port) return;
    this.silence();
    this.port = port;
    this.allNotesOff(); // it may have been pulled out in the middle of a note
  }

  /** The port is gone: nothing can be sent to it any more. */
  disconnected(): void {
    this.port = null;
    this.silence();
  }

  /** A stroke at an audio time, ahead of it. */
  strike(voice: number, velocity: number, time: number, { otherMix }: OwnSound = AS_MIXED): void {
    if (this.port) this.enqueue({ kind: "stroke", time, voice, velocity, otherMix });
  }

  /** A stroke at once, such as an audition. */
  strikeNow(voice: number, velocity: number): void {
    if (this.context.heard()[voice]) this.note(voice, velocity, performance.now(), Infinity);
  }

  /** A control change at once. */
  controlNow(number: number, value: number): void {
    this.send([CONTROL | (this.context.settings().channel - 1), number, value]);
  }

  /** The clock has queued a step: 24 pulses a quarter note, straight whatever the swing; the device starts at a bar line. */
  step({ step, time, seconds }: QueuedStep): void {
    if (!this.port || !this.context.settings().clock) return this.halt();
    if (this.beat && Math.abs(this.beat.end - time) > 1e-3) this.halt(); // the computer was asleep: start again
    if (!this.beat) {
      if (step !== 0) return;
      this.beat = { step: 0, end: time };
      this.enqueue({ kind: "start", time: time - START_LEAD_SECONDS });
    }
    for (const share of this.beat.step % 2 === 0 ? [0, 2 / 3] : [1 / 3]) this.enqueue({ kind: "clock", time: time + share * seconds }); // 3 in 2 steps
    this.beat = { step: this.beat.step + 1, end: time + seconds };
  }

  /** Send what is due soon. Called at every tick, with the present audio time. */
  release(now: number): void {
    if (!this.context.follow()) {
      this.held = true;
      return;
    }
    const gap = now - this.releasedAt; // a hidden page may be called once a second only
    this.releasedAt = now;
    const ahead = Number.isFinite(gap) ? Math.min(LONGEST_AHEAD_SECONDS, Math.max(SEND_AHEAD_SECONDS, 2.5 * gap)) : SEND_AHEAD_SECONDS;
    const later = this.queue.findIndex(({ time }) => time > now + ahead);
    const due = this.queue.splice(0, later < 0 ? this.queue.length : later);
    due.forEach((each, index) => {
      const at = this.context.moment(each.time);
      if (each.kind !== "stroke") return this.sendClock(each.kind === "clock" ? CLOCK : START, at);
      if (each.time < now - LATEST_SECONDS || (!each.otherMix && !this.context.heard()[each.voice])) return;
      this.note(each.voice, each.velocity, at, this.nextOfItsNote(each.voice, [...due.slice(index + 1), ...this.queue]));
    });
    this.held = false;
    const present = performance.now();
    this.sent = this.sent.filter(({ offMs }) => offMs > present);
  }

  /** The music has stopped: what waits is dropped, what sounds is ended, the device is stopped. */
  silence(): void {
    this.queue = [];
    this.releasedAt = -Infinity;
    if (this.port?.clear) {
      this.port.clear(); // cancels their note offs as well
      for (const { off } of this.sent) this.send(off);
    }
    this.sent = [];
    this.allNotesOff();
    this.halt();
  }

  private note(voice: number, velocity: number, onMs: number, nextMs: number): void {
    const settings = this.context.settings();
    const note = noteOf(settings, this.context.voices(), voice);
    if (note === null) return;
    const channel = settings.channel - 1;
    const off = [NOTE_OFF | channel, note, 0];
    // over before the same note is struck again
    const offMs = onMs + Math.min(NOTE_SECONDS * 1000, Math.max((nextMs - onMs) / 2, nextMs - onMs - 1));
    this.send([NOTE_ON | channel, note, velocityToMidi(velocity)], onMs);
    this.send(off, offMs);
    this.sent.push({ off, offMs });
  }

  /** When the note of this voice is struck next, in ms; a voice may share its note with another. */
  private nextOfItsNote(voice: number, coming: readonly QueuedMessage[]): number {
    const settings = this.context.settings();
    const voices = this.context.voices();
    const note = noteOf(settings, voices, voice);
    const next = coming.find((each) => each.kind === "stroke" && noteOf(settings, voices, each.voice) === note);
    return next ? this.context.moment(next.time) : Infinity;
  }

  private enqueue(message: QueuedMessage): void {
    let place = this.queue.length; // nearly always the end
    while (place > 0 && this.queue[place - 1]!.time > message.time) place--;
    this.queue.splice(place, 0, message);
  }

  private allNotesOff(): void {
    this.send([CONTROL | (this.context.settings().channel - 1), ALL_NOTES_OFF, 0]);
  }

  /** The device no longer follows our clock. */
  private halt(): void {
    if (!this.beat) return;
    this.beat = null;
    this.queue = this.queue.filter(({ kind }) => kind === "stroke");
    this.gate.take([STOP], 0);
    this.send([STOP]);
  }

  /** A clock message for this moment; a device that missed pulses is stopped, moved and continued just before. */
  private sendClock(status: number, atMs: number): void {
    const messages = this.gate.take([status], this.held ? 0 : (performance.now() - atMs) / 1000);
    messages.forEach((message, n) => this.send([...message], atMs - (messages.length - 1 - n) * START_LEAD_SECONDS * 1000));
  }

  private send(message: number[], atMs?: number): void {
    const { port } = this;
    if (!port) return;
    try {
      if (atMs === undefined) port.send(message);
      else port.send(message, atMs);
      this.context.sent?.(atMs ?? performance.now(), message);
    } catch (error) {
      this.port = null; // one report is enough
      this.context.failed(error);
    }
  }
}
