/** Follows a MIDI clock that comes in: the twin of `ClockFollower` in `clave/play/live/midi_follow.py`, which says the rules. Times are seconds. */

import { clamp } from "../rules/units";
import { CLOCK, CONTINUE, type Message, PULSES_PER_SIXTEENTH, readSongPosition, SONG_POSITION, START, STEPS_PER_PULSE, STOP } from "./midiMessages";
import { PulseLine } from "./pulseLine";

const MISSED_PULSES = 12; // the clock has stopped
const RESUME_SECONDS = 2; // pulses that come back sooner are taken up in time
const GENTLE_SECONDS = 0.12; // time constants of phase correction: within 10 ms, and beyond
const STRONG_SECONDS = 0.08;
const GENTLE_WITHIN_SECONDS = 0.01;
const UNKNOWN_INTERVAL_SECONDS = 60 / 24 / 120; // before the second pulse
const SLOWEST = 0.25; // how far correction may change the pace
const FASTEST = 4;

/** What the transport is to do. */
export interface ClockCommand {
  readonly kind: "start" | "jump" | "stop";
  readonly positionSteps: number; // where the music is at that moment
  readonly seconds: number; // when: a little ago
}

export class ClockFollower {
  playing = false;
  lost = false; // it was playing, and pulses have stopped coming
  nudgeSeconds = 0; // play so much earlier
  private line = new PulseLine();
  private waiting: number | null = null; // position at which the next pulse starts or moves the music
  private stoppedAt = 0; // position in steps, while nothing plays
  private zero = 0; // the pulse at which position 0 is or would have been
  private shown = 0; // position in pulses, and when it was shown
  private shownAt = 0;
  private last: number | null = null; // time of the last pulse
  private commands: ClockCommand[] = [];

  get tempoBpm(): number | null {
    return this.line.locked && this.last !== null ? this.line.tempoBpm : null;
  }

  /** A message, with the time at which it came in; those that do not belong to the clock are left alone. */
  hear(seconds: number, data: Message): void {
    const [status] = data;
    if (status === CLOCK) this.pulse(seconds);
    else if (status === START) this.waiting = 0;
    else if (status === CONTINUE) {
      if (!this.playing && this.waiting === null) this.waiting = this.stoppedAt;
    } else if (status === SONG_POSITION && data.length === 3) {
      const position = readSongPosition(data) * PULSES_PER_SIXTEENTH * STEPS_PER_PULSE;
      if (this.playing) this.waiting = position;
      else {
        this.stoppedAt = position;
        this.waiting = null;
      }
    } else if (status === STOP) {
      this.waiting = null;
      this.lost = false;
      this.stop(seconds);
    }
  }

  /** What has happened since the last call. */
  update(now: number): readonly ClockCommand[] {
    const silentAfter = this.line.interval > 0 ? MISSED_PULSES * this.line.interval : Infinity;
    if (this.last !== null && now - this.last > silentAfter) {
      this.lost = this.playing;
      this.stop(now);
      this.last = null;
    }
    const { commands } = this;
    this.commands = [];
    return commands;
  }

  /** Where the music is now, in steps; it stands while nothing plays. Times may not go back. */
  position(now: number): number {
    if (!this.playing) return this.stoppedAt;
    const interval = this.line.interval || UNKNOWN_INTERVAL_SECONDS;
    const passed = Math.max(0, now - this.shownAt);
    this.shownAt += passed;
    const error = this.line.indexAt(now) - this.zero + this.nudgeSeconds / interval - (this.shown + passed / interval);
    const constant = Math.abs(error) * interval <= GENTLE_WITHIN_SECONDS ? GENTLE_SECONDS : STRONG_SECONDS;
    const moved = passed / interval - error * Math.expm1(-passed / constant);
    this.shown += clamp(moved, (SLOWEST * passed) / interval, (FASTEST * passed) / interval);
    return this.shown * STEPS_PER_PULSE;
  }

  /** The pace of the other program. */
  stepsPerSecond(): number {
    return STEPS_PER_PULSE / (this.line.interval || UNKNOWN_INTERVAL_SECONDS);
  }

  /** Stop, and know nothing more of the clock that was followed; the nudge stays. */
  forget(now: number): void {
    this.stop(now);
    this.line = new PulseLine();
    this.waiting = this.last = null;
    this.stoppedAt = 0;
    this.lost = false;
  }

  private pulse(seconds: number): void {
    const away = this.last === null && this.line.interval > 0;
    if (away) {
      const missed = Math.max(1, roundEven((seconds - this.line.seconds) / this.line.interval));
      this.line.forgetTime(seconds, this.line.index + missed);
    } else this.line.pulse(seconds);
    this.last = seconds;
    if (this.waiting !== null) this.begin(this.waiting, seconds);
    else if (away && this.lost) {
      if (seconds - this.shownAt <= RESUME_SECONDS) this.begin((this.line.index - this.zero) * STEPS_PER_PULSE, seconds);
      this.lost = false;
    }
  }

  /** The music is at this position with the pulse that has come. */
  private begin(positionSteps: number, seconds: number): void {
    const kind = this.playing ? "jump" : "start";
    this.waiting = null;
    this.playing = true;
    this.lost = false;
    this.zero = roundEven(this.line.indexAt(seconds)) - positionSteps / STEPS_PER_PULSE;
    this.shown = positionSteps / STEPS_PER_PULSE;
    this.shownAt = seconds;
    this.commands.push({ kind, positionSteps, seconds });
  }

  private stop(seconds: number): void {
    if (!this.playing) return;
    this.stoppedAt = this.position(Math.max(seconds, this.shownAt));
    this.playing = false;
    this.commands.push({ kind: "stop", positionSteps: this.stoppedAt, seconds });
  }
}

/** As Python rounds: halves to the even neighbour. */
function roundEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.floor(value + 0.5);
  return floor % 2 === 0 ? floor : floor + 1;
}
