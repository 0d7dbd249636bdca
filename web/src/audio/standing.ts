/** Time that stood still: a computer that was asleep, and an audio clock without a device. */

import type { Output } from "./output";

const STALLED_MS = 4000; // an audio clock that stands still for so long has no device
const LONGEST_LOOK_MS = 250; // between two looks, as far as they count: a page that was asleep has seen nothing
const MISSED_SECONDS = 5; // of music: more than a hidden page has queued
const ASLEEP_MS = 30_000; // without a tick: no hidden page waits so long
const MINUTE = 60;

/** How long an audio clock has stood still while it was looked at, picture by picture. */
export class Standstill {
  private seconds = -1;
  private stoodMs = 0;
  private lookedAt: number | null = null;

  /** A device that was pulled out may leave a context that says it runs, and whose clock stands still. */
  stalled({ currentTime, state }: Pick<AudioContext, "currentTime" | "state">, nowMs: number): boolean {
    const passed = this.lookedAt === null ? 0 : nowMs - this.lookedAt;
    this.lookedAt = nowMs;
    if (currentTime !== this.seconds || state !== "running") {
      this.seconds = currentTime;
      this.stoodMs = 0;
    } else this.stoodMs += Math.min(passed, LONGEST_LOOK_MS);
    return this.stoodMs > STALLED_MS;
  }
}

/** An output that hears when nothing was queued for long, and says so. */
export class Asleep implements Output {
  private last: { readonly audio: number; readonly ms: number } | null = null;

  /** `momentMs` is `performance.now()`. */
  constructor(
    private readonly say: (sentence: string) => void,
    private readonly momentMs: () => number,
  ) {}

  strike(): void {}

  step(): void {}

  release(now: number): void {
    const before = this.last;
    this.last = { audio: now, ms: this.momentMs() };
    if (before === null) return;
    const missed = now - before.audio;
    const awayMs = this.last.ms - before.ms;
    if (missed > MISSED_SECONDS) this.say(`${inWords(missed)} of music were left out, as the computer was asleep or the page stood still. It goes on in time.`);
    else if (awayMs > ASLEEP_MS) this.say(`The computer was asleep, or the page stood still, for ${inWords(awayMs / 1000)}. The music goes on where it was.`);
  }

  silence(): void {
    this.last = null;
  }
}

/** 42 seconds, 7 minutes, 2 hours 5 minutes. */
function inWords(seconds: number): string {
  const minutes = Math.round(seconds / MINUTE);
  if (minutes < 2) return `${Math.round(seconds)} seconds`;
  const hours = Math.floor(minutes / MINUTE);
  if (hours === 0) return `${minutes} minutes`;
  return `${hours} ${hours === 1 ? "hour" : "hours"} ${minutes % MINUTE} minutes`;
}
