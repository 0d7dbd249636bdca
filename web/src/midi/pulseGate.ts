/**
 * Keeps a burst of late pulses from a follower, which would count on too fast: they are dropped, and at the next 16th
 * whose pulse is in time it is stopped, told the song position, and continued. The twin of `PulseGate` in
 * `clave/play/live/midi_clock.py`.
 */

import { CLOCK, CONTINUE, LAST_SONG_POSITION, type Message, PULSES_PER_SIXTEENTH, readSongPosition, SONG_POSITION, songPosition, START, STOP } from "./midiMessages";

export const LATEST_PULSE_SECONDS = 0.02;

export class PulseGate {
  running = false; // the follower was started
  dropped = 0;
  private pulses = 0; // of the next pulse, from the start of the song
  private lost = false; // the follower has missed pulses

  /** What to send in place of this clock message, which is due since so many seconds. */
  take(data: Message, lateSeconds: number): readonly Message[] {
    const [status] = data;
    const late = lateSeconds > LATEST_PULSE_SECONDS;
    if (status === CLOCK) return this.pulse(data, late);
    if (status === SONG_POSITION) this.pulses = PULSES_PER_SIXTEENTH * readSongPosition(data);
    else if (status === START || status === CONTINUE) {
      if (status === START) this.pulses = 0;
      this.running = true;
      this.lost = late;
    } else if (status === STOP) this.running = this.lost = false;
    return this.lost ? [] : [data];
  }

  private pulse(data: Message, late: boolean): readonly Message[] {
    const sixteenth = Math.floor(this.pulses / PULSES_PER_SIXTEENTH);
    const within = this.pulses % PULSES_PER_SIXTEENTH;
    this.pulses += 1;
    this.lost ||= late;
    if (!this.lost) return [data];
    if (late || within !== 0 || sixteenth > LAST_SONG_POSITION) {
      this.dropped += 1;
      return [];
    }
    this.lost = false;
    return [[STOP], songPosition(sixteenth), [CONTINUE], data];
  }
}
