/** How long steps last, so that the page stays in phase with a program that is followed: by its MIDI clock, or in a Link session. */

import { clamp } from "../rules/units";
import type { ClockFollower } from "./clockFollower";

const SLOWEST = 0.5; // how far a step may be shortened or lengthened to catch up
const FASTEST = 2;

/** What it reads of the page. */
export interface FollowedTimes {
  readonly momentMs: () => number; // `performance.now()`
  readonly audibleAt: (momentMs: number) => number; // the audio time that leaves the loudspeakers then
}

export class FollowedPhase {
  constructor(
    private readonly follower: Pick<ClockFollower, "position" | "stepsPerSecond">,
    private readonly times: FollowedTimes,
  ) {}

  /** How long this share of the next step lasts, which is at this position of the song and this audio time: until the other program comes to its end. */
  stepSeconds(share: number, { position, time }: { readonly position: number; readonly time: number }): number {
    const theirs = 1 / this.follower.stepsPerSecond();
    return share * clamp(this.audioTimeOf(position + 1) - time, theirs * SLOWEST, theirs * FASTEST);
  }

  /** When the other program comes to this position, in audio seconds. */
  audioTimeOf(position: number): number {
    const ms = this.times.momentMs();
    return this.times.audibleAt(ms) + (position - this.follower.position(ms / 1000)) / this.follower.stepsPerSecond();
  }
}
