/** Two clocks: the audio context counts seconds, the page and Web MIDI count milliseconds of `performance.now()`. */

const STEADY_SHARE = 0.05; // of each new measurement: readings jitter by a millisecond or two, drums should not
const JUMP_MS = 20; // another device, or a machine that slept: believe it at once

/** What is read of an AudioContext. */
export interface AudioTimes {
  readonly currentTime: number;
  readonly outputLatency?: number;
  getOutputTimestamp(): AudioTimestamp;
}

/** `performance.now()` when audio second 0 left the loudspeakers, as just measured; null while the browser cannot say. */
function measuredOriginMs(context: AudioTimes): number | null {
  const { contextTime = 0, performanceTime = 0 } = context.getOutputTimestamp();
  return contextTime > 0 ? performanceTime - contextTime * 1000 : null;
}

/** The audio time that leaves the loudspeakers at this moment. */
export function audibleTime(context: AudioTimes): number {
  const origin = measuredOriginMs(context);
  if (origin !== null) return Math.min(context.currentTime, (performance.now() - origin) / 1000);
  return context.currentTime - (context.outputLatency || 0);
}

/** Tells at which `performance.now()` an audio time leaves the loudspeakers, steadily from one question to the next. */
export class AudibleMoment {
  private originMs: number | null = null;

  constructor(private readonly context: AudioTimes) {}

  /** Measure afresh; call it every now and then. */
  follow(): void {
    const measured = measuredOriginMs(this.context);
    if (measured === null) return;
    const off = this.originMs === null ? Infinity : measured - this.originMs;
    this.originMs = Math.abs(off) > JUMP_MS ? measured : this.originMs! + STEADY_SHARE * off;
  }

  /** Milliseconds of `performance.now()`. */
  of(audioSeconds: number): number {
    if (this.originMs !== null) return this.originMs + audioSeconds * 1000;
    const { currentTime, outputLatency } = this.context;
    return performance.now() + (audioSeconds - currentTime + (outputLatency || 0)) * 1000;
  }
}
