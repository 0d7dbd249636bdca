/** The tempo and phase behind the pulses of a MIDI clock that comes in: the twin of `clave/play/live/pulse_line.py`, which says how and why. */

import { clamp } from "../rules/units";
import { PULSES_PER_QUARTER } from "./midiMessages";

const SHORTEST_SECONDS = 60 / PULSES_PER_QUARTER / 420; // between two pulses
const LONGEST_SECONDS = 60 / PULSES_PER_QUARTER / 19;
const MEMORY_SECONDS = 4;
const QUICK_PULSES = 14; // the memory after the line was found to bend
const RELOCK_PULSES = 4; // so many in a row that do not fit begin a new line
const LOCKED_PULSES = 12;
const YOUNG_PULSES = 8; // fewer say nothing about the jitter yet
const LEAST_TOLERANCE_SECONDS = 0.002;
const WIDEST_TOLERANCE = 0.45; // of an interval
const TOLERANCE_SIGMAS = 3.5;
const LEAST_SIGMA_SECONDS = 0.0003;
const LOST_COST = 4; // natural logarithms of how rare a lost pulse and a change of tempo are
const CHANGE_COST = 10;
const SURE = 4; // natural logarithm of how much likelier one has to be
const MOST_PENDING = 12;
const BEND_SECONDS = 0.0005; // the mean of residuals, above which the line bends
const BEND_SIGMAS = 1.3;
const MEAN_SHARE = 1 / 8;
const NOISE_SHARE = 1 / 16;
const MEAN_CHANGE_PER_SIGMA = 2 / Math.sqrt(Math.PI);

export class PulseLine {
  /** Of the latest pulse on the line, counted from 0. */
  index = 0;
  /** When that one was, by the line. */
  seconds = 0;
  /** From pulse to pulse; 0 before the second pulse. */
  interval = 0;
  private count = 0; // pulses that the line rests on
  private pending: number[] = []; // times of pulses since that did not fit
  private mean = 0; // of the residuals, in seconds
  private noise = 0;
  private last = 0;

  /** It knows the tempo well enough to be followed. */
  get locked(): boolean {
    return this.count >= LOCKED_PULSES;
  }

  get tempoBpm(): number | null {
    return this.interval > 0 ? 60 / PULSES_PER_QUARTER / this.interval : null;
  }

  indexAt(seconds: number): number {
    return this.interval > 0 ? this.index + (seconds - this.seconds) / this.interval : this.index;
  }

  /** Pulses come again after a pause, and this is the first: keep the tempo, and begin the line here. */
  forgetTime(seconds: number, index: number): void {
    this.index = index;
    this.seconds = seconds;
    this.pending = [];
    this.count = Math.min(this.count, 2);
    this.mean = 0;
  }

  pulse(seconds: number): void {
    if (this.count === 0) {
      this.seconds = seconds;
      this.count = 1;
      return;
    }
    const gap = seconds - this.seconds;
    if (this.count === 1) {
      if (gap >= SHORTEST_SECONDS && gap <= LONGEST_SECONDS) {
        this.index += 1;
        this.interval = gap;
        this.count = 2;
        this.seconds = seconds;
      } else if (gap > LONGEST_SECONDS) this.seconds = seconds;
      return;
    }
    const slots = this.pending.length + 1;
    if (Math.abs(gap - slots * this.interval) <= this.tolerance()) {
      this.pending = [];
      this.fit(seconds, slots);
      return;
    }
    this.pending.push(seconds);
    if (this.pending.length >= RELOCK_PULSES) this.decide();
  }

  private tolerance(): number {
    const widest = WIDEST_TOLERANCE * this.interval;
    return this.count < YOUNG_PULSES ? widest : Math.min(widest, Math.max(LEAST_TOLERANCE_SECONDS, TOLERANCE_SIGMAS * this.sigma()));
  }

  private sigma(): number {
    return this.noise / MEAN_CHANGE_PER_SIGMA;
  }

  /** Move the line towards this pulse, so many pulses after the latest. */
  private fit(seconds: number, slots: number): void {
    this.seconds += slots * this.interval;
    this.index += slots;
    const residual = seconds - this.seconds;
    this.count = Math.min(this.count + 1, Math.max(QUICK_PULSES, Math.floor(MEMORY_SECONDS / this.interval)));
    const n = this.count - 1;
    this.seconds += (residual * 2 * (2 * n + 1)) / ((n + 1) * (n + 2));
    this.interval = clamp(this.interval + (residual * 6) / ((n + 1) * (n + 2)) / slots, SHORTEST_SECONDS, LONGEST_SECONDS);
    this.noise += (Math.abs(residual - this.last) - this.noise) * Math.max(NOISE_SHARE, 1 / this.count);
    this.last = residual;
    this.mean += (residual - this.mean) * MEAN_SHARE;
    if (Math.abs(this.mean) > Math.max(BEND_SECONDS, BEND_SIGMAS * this.sigma()) && this.count > QUICK_PULSES) {
      this.count = QUICK_PULSES;
      this.mean = 0;
    }
  }

  /** Whether the pending pulses lie on the old line, some lost between them, or on a new one. */
  private decide(): void {
    const gaps = this.pending.map((seconds) => seconds - this.seconds);
    const slots: number[] = [];
    for (const gap of gaps) slots.push(Math.max((slots.at(-1) ?? 0) + 1, Math.floor(gap / this.interval + 0.5)));
    const variance = 2 * Math.max(this.sigma(), LEAST_SIGMA_SECONDS) ** 2;
    const off = gaps.reduce((sum, gap, n) => sum + (gap - slots[n]! * this.interval) ** 2, 0);
    const same = off / variance + LOST_COST * (slots.at(-1)! - slots.length);
    const other = squaresOffLine([0, ...gaps]) / variance + CHANGE_COST;
    if (Math.abs(same - other) < SURE && gaps.length < MOST_PENDING) return;
    if (other < same) return this.relock();
    const { pending } = this;
    this.pending = [];
    pending.forEach((seconds, n) => this.fit(seconds, slots[n]! - (slots[n - 1] ?? 0)));
  }

  /** Begin a new line with the pending pulses; each of them counts as one pulse. */
  private relock(): void {
    const { pending } = this;
    this.pending = [];
    this.mean = 0;
    const start = this.seconds;
    this.interval = clamp(slope([0, ...pending.map((seconds) => seconds - start)]), SHORTEST_SECONDS, LONGEST_SECONDS);
    const middle = pending.reduce((sum, seconds) => sum + seconds, start) / (pending.length + 1);
    this.index += pending.length;
    this.seconds = middle + (this.interval * pending.length) / 2;
    this.count = pending.length + 1;
  }
}

/** Of the least-squares line through times that are one pulse apart. */
function slope(times: readonly number[]): number {
  const middle = (times.length - 1) / 2;
  const spread = times.reduce((sum, _, n) => sum + (n - middle) ** 2, 0);
  return times.reduce((sum, time, n) => sum + (n - middle) * time, 0) / spread;
}

/** The sum of squared distances from that line. */
function squaresOffLine(times: readonly number[]): number {
  const rise = slope(times);
  const middle = (times.length - 1) / 2;
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
  return times.reduce((sum, time, n) => sum + (time - mean - rise * (n - middle)) ** 2, 0);
}
