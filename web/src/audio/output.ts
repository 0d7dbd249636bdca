/** What plays along with the clock: the mixer, a click, MIDI out. */

/** A step as it is queued, straight: its step of the bar, when it begins and how long it lasts. */
export interface QueuedStep {
  readonly step: number;
  readonly time: number; // audio seconds
  readonly seconds: number;
}

/** It is given everything ahead of its time. */
export interface Output {
  /** A stroke at an audio time. */
  strike(voice: number, velocity: number, time: number): void;
  /** A step of the bar: the next one begins when it ends. */
  step(queued: QueuedStep): void;
  /** The present audio time, at every tick: all that falls before the horizon has been given. */
  release(now: number): void;
  /** The music has stopped: what waits is dropped, what sounds is ended. */
  silence(now: number): void;
}
