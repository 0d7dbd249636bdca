/** Notices that our own MIDI out is heard by our MIDI in, and cuts it: the twin of `clave/play/live/loop_guard.py`. */

import { CLOCK, type Message, NOTE_ON } from "./midiMessages";

export const ECHO_SECONDS = 0.08; // a message that comes back within this is an echo
export const SURE_NOTES = 8; // so many more echoes than other notes
export const SURE_PULSES = 48; // two quarters of pulses that all come a constant time after ours
const STEADY_SECONDS = 0.002;
const KEPT = 512;

export class LoopGuard {
  cut = false;
  private notes: (readonly [seconds: number, data: string])[] = [];
  private pulses: number[] = []; // when ours leave; they are sent ahead of their time
  private echoes = 0;
  private delays: number[] = [];

  /** A message leaves at this time. */
  sent(seconds: number, data: Message): void {
    if (data[0] === CLOCK) this.pulses = [...this.pulses, seconds].slice(-KEPT);
    else if ((data[0]! & 0xf0) === NOTE_ON && data[2]! > 0) this.notes = [...this.notes, [seconds, String(data)] as const].slice(-KEPT);
  }

  /** A message has come in; whether it may be listened to. `leading`: no clock is followed. */
  heard(seconds: number, data: Message, leading: boolean): boolean {
    const ours = this.pulses.findLast((at) => at <= seconds);
    if (data[0] === CLOCK && leading && ours !== undefined) {
      this.delays = [...this.delays, seconds - ours].slice(-SURE_PULSES);
      this.cut ||= this.delays.length === SURE_PULSES && Math.max(...this.delays) - Math.min(...this.delays) <= STEADY_SECONDS;
    } else if ((data[0]! & 0xf0) === NOTE_ON && data[2]! > 0) {
      const echo = this.notes.findIndex(([at, sent]) => sent === String(data) && seconds >= at && seconds - at <= ECHO_SECONDS);
      if (echo >= 0) this.notes.splice(echo, 1);
      this.echoes = Math.max(0, this.echoes + (echo >= 0 ? 1 : -2));
      this.cut ||= this.echoes >= SURE_NOTES;
    }
    return !this.cut;
  }
}
