/** The audio clock with steps as long as those of a program whose MIDI clock is followed, so that both stay in phase. */

import type { PhaseSource } from "../audio/transport";
import { clamp } from "../rules/units";
import type { ClockFollower } from "./clockFollower";

const SLOWEST = 0.5; // how far a step may be shortened or lengthened to catch up
const FASTEST = 2;

/** What it reads of the page. */
export interface FollowedTimes {
  readonly now: () => number; // audio seconds
  readonly momentMs: () => number; // `performance.now()`
  readonly audibleAt: (momentMs: number) => number; // the audio time that leaves the loudspeakers then
  readonly following: () => boolean;
  readonly stepSeconds: () => number; // in the project's tempo
  readonly place: () => { readonly position: number; readonly time: number }; // of the next step: steps of the song, audio seconds
}

export class FollowedPhase implements PhaseSource {
  constructor(
    private readonly follower: ClockFollower,
    private readonly times: FollowedTimes,
  ) {}

  now(): number {
    return this.times.now();
  }

  /** How long a step lasts that would last so many seconds in the project's tempo: until the other program comes to its end. */
  stepSeconds(planned: number): number {
    if (!this.times.following()) return planned;
    const { position, time } = this.times.place();
    const theirs = 1 / this.follower.stepsPerSecond();
    const ends = this.audioTimeOf(position + 1);
    return (planned / this.times.stepSeconds()) * clamp(ends - time, theirs * SLOWEST, theirs * FASTEST);
  }

  /** When the other program comes to this position, in audio seconds. */
  audioTimeOf(position: number): number {
    const ms = this.times.momentMs();
    return this.times.audibleAt(ms) + (position - this.follower.position(ms / 1000)) / this.follower.stepsPerSecond();
  }
}
