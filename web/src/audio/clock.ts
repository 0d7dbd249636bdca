/** The scheduler, the only file that knows audio time: it queues strokes a little ahead and knows where the playhead is. */

import { nextPart, type Part, type Plan } from "../rules/conductor";
import { strokePosition } from "../rules/sequencer";
import { secondsPerStep, stepsPerBar, swingSteps } from "../rules/units";
import type { Output } from "./output";

export const AHEAD_SECONDS = 0.1;
export const AHEAD_HIDDEN_SECONDS = 3; // a hidden tab gets timers once a second, at best
const TICK_MS = 25;
const START_DELAY_SECONDS = 0.06;
const EARLIEST_OFFSET_STEPS = 2; // a stroke may sound this long before its step
const LATEST_SECONDS = 0.05; // a stroke that is later than this is left out: a gap sounds better than many strokes at once
const KEPT_SECONDS = 4; // marks older than this are forgotten

/** What the clock reads at every tick. */
export interface Score extends Plan {
  readonly tempoBpm: number;
  readonly swing: number;
}

/** A queued step: when it is, and what sounds there. */
export interface Mark {
  readonly time: number; // audio seconds
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
  private step = 0; // next to be queued, in its bar
  private turn = 0; // of that bar
  private stepTime = 0; // of that step, straight
  private startTime = 0;
  private stopTicks: (() => void) | null = null; // null while stopped
  hidden = false;

  constructor(
    private readonly now: () => number,
    private readonly score: () => Score,
    private readonly outputs: readonly Output[],
    private readonly every: Every = onTimer,
  ) {}

  get running(): boolean {
    return this.stopTicks !== null;
  }

  start(): void {
    if (this.running) return;
    this.restart();
    this.stopTicks = this.every(TICK_MS, () => this.tick());
    this.tick();
  }

  /** Outputs fall silent as well. */
  stop(): void {
    this.stopTicks?.();
    this.stopTicks = null;
    this.marks = [];
    this.part = null;
    for (const output of this.outputs) output.silence(this.now());
  }

  /** Queue whatever falls before the horizon. Called by the timer; call it too when something urgent changes. */
  tick(): void {
    const now = this.now();
    if (this.stepTime < now - 1) this.skipTo(now); // the computer was asleep: go on from here, in time
    const horizon = now + (this.hidden ? AHEAD_HIDDEN_SECONDS : AHEAD_SECONDS);
    for (;;) {
      const score = this.score();
      const stepSeconds = secondsPerStep(score.tempoBpm);
      if (this.stepTime - EARLIEST_OFFSET_STEPS * stepSeconds > horizon) break;
      this.queueStep(score, stepSeconds, now);
    }
    for (const output of this.outputs) output.release(now);
    const forgotten = this.marks.findIndex(({ time }) => time > now - KEPT_SECONDS);
    if (forgotten > 0) this.marks.splice(0, forgotten);
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

  private restart(): void {
    this.marks = [];
    this.part = null;
    this.step = 0;
    this.turn = 0;
    this.startTime = this.now() + START_DELAY_SECONDS;
    this.stepTime = this.startTime;
  }

  private queueStep(score: Score, stepSeconds: number, now: number): void {
    const { step, turn, stepTime } = this;
    this.part = nextPart(this.part, score, step, turn);
    const { pattern } = this.part;
    for (const output of this.outputs) output.step({ step, time: stepTime, seconds: stepSeconds });
    this.marks.push({ time: stepTime + (swingSteps(step, score.swing) - step) * stepSeconds, step, turn, part: this.part });
    for (const [voice, at, velocity, offset] of pattern.strokes) {
      if (at !== step) continue;
      const due = Math.max(this.startTime, stepTime + (strokePosition(step, offset, score.swing) - step) * stepSeconds);
      if (due < now - LATEST_SECONDS) continue;
      for (const output of this.outputs) output.strike(voice, velocity, Math.max(due, now));
    }
    this.step = (step + 1) % stepsPerBar(pattern.meter);
    if (this.step === 0) this.turn += 1;
    this.stepTime = stepTime + stepSeconds;
  }

  private skipTo(now: number): void {
    const score = this.score();
    const stepSeconds = secondsPerStep(score.tempoBpm);
    const missed = Math.ceil((now - this.stepTime) / stepSeconds);
    const steps = stepsPerBar((this.part?.pattern ?? score.bars[0]!).meter);
    this.turn += Math.floor((this.step + missed) / steps);
    this.step = (this.step + missed) % steps;
    this.stepTime += missed * stepSeconds;
  }
}
