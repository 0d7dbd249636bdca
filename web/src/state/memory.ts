/** Remembers the bars that were heard last, as they sounded: an output of the clock beside the mixer. */

import { signal } from "@preact/signals";
import { type HeardBar, type HeardStroke, REMEMBERED_BARS } from "../rules/memory";
import type { PlannedBar } from "../rules/plan";
import type { Output, OwnSound, QueuedStep } from "../audio/output";
import type { Store } from "./store";

const MARGIN = 4; // bars that are queued, but not heard yet

/** A bar that is being queued, step by step. */
interface Open {
  readonly start: number; // seconds of the clock
  readonly planned: PlannedBar;
  readonly strokes: HeardStroke[];
  end: number; // of its latest step
  steps: number;
}

export class Memory implements Output {
  private bars: Open[] = [];
  private now = 0;
  /** How many whole bars can be kept. */
  readonly count = signal(0);

  constructor(private readonly store: Store) {}

  step({ step, time, seconds, planned }: QueuedStep): void {
    if (step === 0 || this.bars.length === 0) {
      this.bars.push({ start: time - (step === 0 ? 0 : step * seconds), planned, strokes: [], end: time, steps: step });
      if (this.bars.length > REMEMBERED_BARS + MARGIN) this.bars.shift();
    }
    const bar = this.bars.at(-1)!;
    bar.end = time + seconds;
    bar.steps += 1;
  }

  strike(voice: number, velocity: number, time: number, { level, pan, sound, otherMix }: OwnSound): void {
    const { scene, heardVoices } = this.store;
    const { mix, kit } = scene.peek();
    if (level === null ? !heardVoices.peek()[voice] : !otherMix && !heardVoices.peek()[voice]) return; // a muted voice is not heard
    this.bars.at(-1)?.strokes.push({ time, voice, velocity, level: level ?? mix[voice]!.level, pan: level === null ? mix[voice]!.pan : pan, sound: sound ?? kit.voices[voice]! });
  }

  release(now: number): void {
    this.now = now;
    const count = Math.min(REMEMBERED_BARS, this.whole().length);
    if (count !== this.count.peek()) this.count.value = count;
  }

  /** What was queued and is not heard any more is forgotten; a bar that was cut short goes on in silence if it is all there is. */
  silence(now: number): void {
    this.now = now;
    this.bars = this.bars.filter(({ start }) => start < now);
    for (const bar of this.bars) bar.strokes.splice(0, bar.strokes.length, ...bar.strokes.filter(({ time }) => time <= now));
    const whole = this.whole();
    this.bars = whole.length > 0 || this.bars.length === 0 ? whole : this.bars.map(asWhole);
    this.now = Infinity; // all that is left was heard
    this.release(this.now);
  }

  private whole(): Open[] {
    return this.bars.filter(({ end, steps, planned }) => steps === planned.steps && end <= this.now + 1e-6);
  }

  /** The last whole bars that were heard, so many at most. */
  last(count: number): HeardBar[] {
    return this.whole()
      .slice(-count)
      .map(({ start, end, planned, strokes }) => ({
        start,
        seconds: end - start,
        meter: planned.meter,
        plannedBpm: planned.tempo.startBpm,
        voices: planned.voices,
        mix: planned.mix,
        strokes,
      }));
  }
}

/** A bar that was stopped within, as long as it was to be. */
function asWhole(bar: Open): Open {
  const missing = bar.planned.steps - bar.steps;
  return missing <= 0 ? bar : { ...bar, steps: bar.planned.steps, end: bar.end + (missing * (bar.end - bar.start)) / Math.max(1, bar.steps) };
}
