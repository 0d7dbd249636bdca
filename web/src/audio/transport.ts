/** Where the music is: the next step, and when it is. Time comes from a source that can be replaced. */

import { type BarTempo, TempoCurve } from "../rules/tempo";

/** What time is read from: the audio clock, or one that leads from elsewhere. */
export interface PhaseSource {
  /** Seconds that never go back. */
  now(): number;
  /** How long a step lasts that would last so many seconds in the project's tempo; an own clock keeps the project's tempo. */
  stepSeconds?(planned: number): number;
}

/** The audio clock of a context. */
export const audioClock = (context: Pick<BaseAudioContext, "currentTime">): PhaseSource => ({ now: () => context.currentTime });

export class Transport {
  /** The next step, in its bar. */
  step = 0;
  /** Bars before that one. */
  turn = 0;
  /** When that step is, straight, in seconds of the source. */
  time = 0;
  /** When the music began, or went on after a seek. */
  startTime = 0;
  /** Steps since then, up to the next one. */
  passed = 0;

  constructor(readonly source: PhaseSource) {}

  now(): number {
    return this.source.now();
  }

  /** Goes on from the start of this bar, so many seconds from now. */
  seek(turn: number, delaySeconds: number): void {
    this.turn = turn;
    this.step = this.passed = 0;
    this.time = this.startTime = this.now() + delaySeconds;
  }

  /** To the next step, which is so many seconds later. */
  advance(barSteps: number, seconds: number): void {
    this.time += seconds;
    this.step += 1;
    this.passed += 1;
    if (this.step < barSteps) return;
    this.step = 0;
    this.turn += 1;
  }

  /** Leaves out steps that have passed, each of them as long as this one: the computer was asleep. */
  skipTo(now: number, barSteps: number, seconds: number): void {
    const missed = Math.ceil((now - this.time) / seconds);
    this.turn += Math.floor((this.step + missed) / barSteps);
    this.step = (this.step + missed) % barSteps;
    this.time += missed * seconds;
    this.passed += missed;
  }
}

/** Times within a bar whose tempo may change, also where a stroke reaches over one of its bar lines. */
export class BarTimes {
  private readonly curve: TempoCurve;
  private readonly offset: number; // steps from the start of the curve to the bar

  constructor(
    before: BarTempo | null,
    bar: BarTempo,
    after: BarTempo,
    private readonly source: PhaseSource,
  ) {
    this.curve = new TempoCurve([...(before ? [before] : []), bar, after]);
    this.offset = before?.steps ?? 0;
  }

  /** Seconds from one position of the bar to another, in steps. */
  between(from: number, to: number): number {
    const planned = this.curve.secondsAt(this.offset + to) - this.curve.secondsAt(this.offset + from);
    const led = this.source.stepSeconds?.(planned) ?? planned;
    return Number.isFinite(led) ? led : planned; // a leader that has lost its way is not followed
  }
}
