/** Two clocks: the audio context counts seconds, the page and Web MIDI count milliseconds of `performance.now()`. */

const SMOOTHING_SHARE = 0.05; // of each new measurement: readings jitter by a millisecond or two, drums should not
const JUMP_MS = 20; // another device, or a computer that was asleep: taken over at once
const FIRST_SECONDS = 0.01; // until something has left the loudspeakers, the reading stands near 0 whatever the time
const NO_READING_SECONDS = 0.1; // some browsers give no reading: then their stated latency is used

/** What is read of an AudioContext. */
export interface AudioTimes {
  readonly currentTime: number;
  readonly outputLatency?: number;
  getOutputTimestamp(): AudioTimestamp;
}

/** `performance.now()` when audio second 0 left the loudspeakers, as just measured; null while the browser gives no reading. */
function measuredOriginMs(context: AudioTimes): number | null {
  const { contextTime = 0, performanceTime = 0 } = context.getOutputTimestamp();
  return contextTime > FIRST_SECONDS ? performanceTime - contextTime * 1000 : null;
}

/** The audio time that leaves the loudspeakers at this moment. */
export function audibleTime(context: AudioTimes): number {
  const origin = measuredOriginMs(context);
  if (origin !== null) return Math.min(context.currentTime, (performance.now() - origin) / 1000);
  return context.currentTime - (context.outputLatency || 0);
}

/** At which `performance.now()` an audio time leaves the loudspeakers, smoothed over readings. */
export class AudibleMoment {
  private originMs: number | null = null;
  private since: number | null = null; // audio time of the first reading

  constructor(private readonly context: AudioTimes) {}

  /** Take a reading, every now and then. False where it is worth waiting: a context that has just started has none yet. */
  follow(): boolean {
    const measured = measuredOriginMs(this.context);
    this.since ??= this.context.currentTime;
    if (measured === null) return this.originMs !== null || this.context.currentTime - this.since > NO_READING_SECONDS;
    const off = this.originMs === null ? Infinity : measured - this.originMs;
    this.originMs = Math.abs(off) > JUMP_MS ? measured : this.originMs! + SMOOTHING_SHARE * off;
    return true;
  }

  /** Milliseconds of `performance.now()`. */
  of(audioSeconds: number): number {
    if (this.originMs !== null) return this.originMs + audioSeconds * 1000;
    const { currentTime, outputLatency } = this.context;
    return performance.now() + (audioSeconds - currentTime + (outputLatency || 0)) * 1000;
  }

  /** The inverse of `of`: the audio time that leaves the loudspeakers at this `performance.now()`. */
  at(momentMs: number): number {
    return (momentMs - this.of(0)) / 1000;
  }
}
