/** Remembers the bars that were heard last, as they sounded: an output of the clock beside the mixer. */

import { signal } from "@preact/signals";
import { stillTone } from "../rules/arrange";
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
  private cut: Open | null = null; // that was stopped within, and is kept only if there is no whole one
  private now = 0;
  /** How many bars can be kept. */
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

  strike(voice: number, velocity: number, time: number, { level, pan, sound, tone, source, otherMix }: OwnSound): void {
    const { scene, heardVoices } = this.store;
    const { mix, kit, room } = scene.peek();
    const own = mix[voice]!;
    if (level === null ? !heardVoices.peek()[voice] : !otherMix && !heardVoices.peek()[voice]) return; // a muted voice is not heard
    this.bars.at(-1)?.strokes.push({
      time,
      voice,
      velocity,
      level: level ?? own.level,
      pan: level === null ? own.pan : pan,
      sound: sound ?? kit.voices[voice]!,
      tone: (level === null ? null : tone) ?? stillTone(own, room.level),
      source,
    });
  }

  release(now: number): void {
    this.now = now;
    const count = Math.min(REMEMBERED_BARS, this.whole().length);
    if (count !== this.count.peek()) this.count.value = count;
  }

  /** What was queued and is not heard any more is forgotten. */
  silence(now: number): void {
    const begun = this.bars.filter(({ start }) => start < now).map((bar) => ({ ...bar, strokes: bar.strokes.filter(({ time }) => time <= now) }));
    this.bars = begun.filter((bar) => isWhole(bar, now));
    const last = begun.at(-1);
    this.cut = last && !isWhole(last, now) ? asWhole(last) : null;
    this.release(now);
  }

  /** The bars that were heard to their end; where there is none, the one that was stopped within. */
  private whole(): Open[] {
    const whole = this.bars.filter((bar) => isWhole(bar, this.now));
    return whole.length > 0 || this.cut === null ? whole : [this.cut];
  }

  /** The last bars that were heard, so many at most. */
  last(count: number): HeardBar[] {
    return this.whole()
      .slice(-Math.min(count, REMEMBERED_BARS))
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

const isWhole = ({ end, steps, planned }: Open, now: number): boolean => steps >= planned.steps && end <= now + 1e-6;

/** A bar that was stopped within, as long as it was to be. */
function asWhole(bar: Open): Open {
  const missing = bar.planned.steps - bar.steps;
  return missing <= 0 ? bar : { ...bar, steps: bar.planned.steps, end: bar.end + (missing * (bar.end - bar.start)) / Math.max(1, bar.steps) };
}
