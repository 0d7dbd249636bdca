/** The scheduler: it queues strokes a little ahead of their time, and knows where the playhead is. */

import { barsAfter, nextPart, type Part, type Wanted } from "../rules/conductor";
import { type ArrangedBar, positionOf } from "../rules/score";
import { clamp, stepsPerBar, swingSteps } from "../rules/units";
import type { Output } from "./output";
import { BarTimes, type Transport } from "./transport";

export const AHEAD_SECONDS = 0.1;
export const AHEAD_HIDDEN_SECONDS = 3; // a hidden tab gets timers once a second, at best
const TICK_MS = 10;
const START_DELAY_SECONDS = 0.06;
const LEAST_AHEAD_SECONDS = 0.02; // under the hand: what is queued can no longer follow it
const TICK_GAPS = 1.5; // under the hand, so many of the longest gaps between ticks lately
const NEAR_END_STEPS = 16; // of a bar: no stroke of the next one sounds sooner
const GAP_FADE = 0.99; // of the longest gap, a tick: half of it after 0.7 seconds
const LATEST_SECONDS = 0.05; // a stroke that is later than this is left out: a gap sounds better than many strokes at once
const KEPT_SECONDS = 4; // marks older than this are forgotten
const LEAST_STEP_SECONDS = 0.001; // whatever a leader says: time goes on

/** A queued step: when it is, and what sounds there. */
export interface Mark {
  readonly time: number; // of the transport
  readonly step: number; // in its bar
  readonly turn: number; // bars that were played before this one
  readonly part: Part;
}

export interface Playhead {
  readonly position: number; // steps in the bar, fractional
  readonly turn: number; // bars that were played before this one
  readonly part: Part;
}

/** Calls back every so many milliseconds until the function it returns is called. */
export type Every = (ms: number, call: () => void) => () => void;

export const onTimer: Every = (ms, call) => {
  const timer = setInterval(call, ms);
  return () => clearInterval(timer);
};

export class Clock {
  private marks: Mark[] = [];
  private part: Part | null = null;
  private stopTicks: (() => void) | null = null; // null while stopped
  hidden = false;
  /** What plays is under the hand: strokes are queued as late as the page's own delays allow. */
  underHand = false;
  private lastTick: number | null = null;
  private longestGap = 0; // seconds between two ticks, lately

  /** `wanted` is read at every step: what is to be heard now. `failed` hears of an output that fails; the others, and the music, go on. */
  constructor(
    private readonly transport: Transport,
    private readonly wanted: () => Wanted,
    private readonly outputs: readonly Output[],
    private readonly every: Every = onTimer,
    private readonly failed: (error: unknown) => void = () => {},
  ) {}

  get running(): boolean {
    return this.stopTicks !== null;
  }

  start(): void {
    if (this.running) return;
    this.seek(0);
    this.stopTicks = this.every(TICK_MS, () => this.tick());
    this.tick();
  }

  /** Outputs fall silent as well. */
  stop(): void {
    this.stopTicks?.();
    this.stopTicks = null;
    this.forget();
    this.tell((output) => output.silence(this.transport.now()));
  }

  /** Goes on from the start of this bar, counted from 0, so many seconds from now; below 0, what has passed of it is left out. */
  seek(turn: number, delaySeconds = START_DELAY_SECONDS): void {
    if (this.running) this.tell((output) => output.silence(this.transport.now()));
    this.forget();
    this.transport.seek(turn, delaySeconds);
  }

  /** What one of them throws keeps neither the others nor the next step from being played. */
  private tell(act: (output: Output) => void): void {
    for (const output of this.outputs) {
      try {
        act(output);
      } catch (error) {
        this.failed(error);
      }
    }
  }

  private forget(): void {
    this.marks = [];
    this.part = null;
    this.lastTick = null;
  }

  /** Queue whatever falls before the horizon. Called by the timer; call it too when something urgent changes. */
  tick(): void {
    const { transport } = this;
    const now = transport.now();
    if (transport.time < now - 1) this.skipTo(now); // the computer was asleep: go on from here, in time
    const horizon = now + this.ahead(now);
    for (;;) {
      const wanted = this.wanted();
      this.part = nextPart(this.part, wanted, transport.step, transport.turn);
      const times = this.timesOf(this.part, wanted);
      if (transport.time - this.earliness(this.part, wanted, times) > horizon) break;
      this.queueStep(this.part, wanted, times, now);
    }
    this.tell((output) => output.release(now));
    const forgotten = this.marks.findIndex(({ time }) => time > now - KEPT_SECONDS);
    if (forgotten > 0) this.marks.splice(0, forgotten);
  }

  /** How far ahead to queue, in seconds. */
  private ahead(now: number): number {
    this.longestGap = Math.max(now - (this.lastTick ?? now), GAP_FADE * this.longestGap);
    this.lastTick = now;
    if (this.hidden) return AHEAD_HIDDEN_SECONDS;
    return this.underHand ? clamp(TICK_GAPS * this.longestGap, LEAST_AHEAD_SECONDS, AHEAD_SECONDS) : AHEAD_SECONDS;
  }

  /** How long before its step a stroke may sound from here on, in seconds: steps are queued that much sooner. */
  private earliness(part: Part, wanted: Wanted, times: BarTimes): number {
    const { bar, index } = part;
    const bars = barsAfter(part, wanted);
    const own = earlinessOf(bar);
    const atEnd = this.transport.step > bar.planned.steps - NEAR_END_STEPS;
    const next = atEnd ? earlinessOf(bars.bar(index + 1)) : own;
    return times.between(0, Math.max(own.steps, next.steps)) + Math.max(own.seconds, next.seconds);
  }

  /** Where the music is at this audio time, or null before its first step. */
  playhead(time: number): Playhead | null {
    const next = this.marks.findIndex((mark) => mark.time > time);
    const here = next < 0 ? this.marks.at(-1) : this.marks[next - 1];
    if (!here) return null;
    const after = next < 0 ? undefined : this.marks[next];
    const fraction = after ? (time - here.time) / (after.time - here.time) : 0;
    return { position: here.step + fraction, turn: here.turn, part: here.part };
  }

  /** The tempo is that of what is wanted now, also while the bar of before sounds on; that of a launch comes with it. */
  private timesOf(part: Part, wanted: Wanted): BarTimes {
    const { index } = part;
    const bars = barsAfter(part, wanted);
    return new BarTimes(index > 0 ? bars.tempo(index - 1) : null, bars.tempo(index), bars.tempo(index + 1), this.transport.source);
  }

  private queueStep(part: Part, wanted: Wanted, times: BarTimes, now: number): void {
    const { step, turn, time, startTime } = this.transport;
    const { planned, strokes } = part.bar;
    const seconds = Math.max(LEAST_STEP_SECONDS, times.between(step, step + 1));
    const { swing } = barsAfter(part, wanted).bar(part.index).planned;
    this.tell((output) => output.step({ step, time, seconds, planned }));
    this.marks.push({ time: time + times.between(step, swingSteps(step, swing)), step, turn, part });
    for (const stroke of strokes) {
      if (stroke.step !== step) continue;
      const due = Math.max(startTime, time + times.between(step, positionOf(stroke, swing)) + stroke.nudge);
      if (due < now - LATEST_SECONDS) continue;
      this.tell((output) => output.strike(stroke.voice, stroke.velocity, Math.max(due, now), stroke));
    }
    this.transport.advance(stepsPerBar(planned.meter), seconds);
  }

  private skipTo(now: number): void {
    const wanted = this.wanted();
    const part = nextPart(this.part, wanted, this.transport.step, this.transport.turn);
    const { step } = this.transport;
    this.transport.skipTo(now, stepsPerBar(part.bar.planned.meter), this.timesOf(part, wanted).between(step, step + 1));
  }
}

interface Earliness {
  readonly steps: number; // by the offsets of strokes
  readonly seconds: number; // by their nudges
}

const known = new WeakMap<ArrangedBar, Earliness>(); // bars never change

/** How long before its step a stroke of this bar may sound; 0 if none does. */
function earlinessOf(bar: ArrangedBar): Earliness {
  const found = known.get(bar) ?? {
    steps: bar.strokes.reduce((most, stroke) => Math.max(most, stroke.step - positionOf(stroke, bar.planned.swing)), 0),
    seconds: bar.strokes.reduce((most, { nudge }) => Math.max(most, -nudge), 0),
  };
  known.set(bar, found);
  return found;
}
