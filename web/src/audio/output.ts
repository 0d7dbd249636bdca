/** What plays along with the clock: the mixer, a click, MIDI out. */

import type { BarSource, Tone } from "../rules/arrange";
import type { PlannedBar } from "../rules/plan";
import type { KitVoice } from "../rules/project";

/** A step as it is queued, straight: its step of the bar, when it begins and how long it lasts. */
export interface QueuedStep {
  readonly step: number;
  readonly time: number; // audio seconds
  readonly seconds: number;
  readonly planned: PlannedBar; // the bar that it belongs to
}

/** How a stroke differs from what the mix and the kit say: by automation, modulation, or another scene of a song. */
export interface OwnSound {
  readonly level: number | null; // linear; null: as the mix has it
  readonly pan: number; // -1 to 1, where there is a level
  readonly sound: KitVoice | null; // null: the kit's
  readonly tone: Tone | null; // where there is a level
  readonly source: BarSource | null; // the bar it is as loud as; null: none
  readonly otherMix: boolean; // of another scene: mute and solo of the present one do not touch it
}

export const AS_MIXED: OwnSound = { level: null, pan: 0, sound: null, tone: null, source: null, otherMix: false };

/** It is given everything ahead of its time. */
export interface Output {
  /** A stroke at an audio time. */
  strike(voice: number, velocity: number, time: number, own: OwnSound): void;
  /** A step of the bar: the next one begins when it ends. */
  step(queued: QueuedStep): void;
  /** The present audio time, at every tick: all that falls before the horizon has been given. */
  release(now: number): void;
  /** The music has stopped: what waits is dropped, what sounds is ended. */
  silence(now: number): void;
}
