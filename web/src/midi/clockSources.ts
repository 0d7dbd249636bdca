/** One clock is followed, and the others are named: the twin of `ClockSources` in `clave/play/live/midi_follow.py`. */

import { ClockFollower } from "./clockFollower";
import { CLOCK, type Message } from "./midiMessages";

const SILENT_SECONDS = 2; // then another may be followed

export class ClockSources {
  readonly follower = new ClockFollower();
  followed: string | null = null;
  private readonly heard = new Map<string, number>(); // when each sent a pulse last

  hear(source: string, seconds: number, data: Message): void {
    const free = this.followed === null || (data[0] === CLOCK && seconds - (this.heard.get(this.followed) ?? -Infinity) > SILENT_SECONDS);
    if (free && source !== this.followed) {
      if (this.followed !== null) this.follower.forget(seconds);
      this.followed = source;
    }
    if (data[0] === CLOCK) this.heard.set(source, seconds);
    if (source === this.followed) this.follower.hear(seconds, data);
  }

  /** Sources that send a clock that is not followed. */
  others(now: number): readonly string[] {
    return [...this.heard].filter(([source, at]) => source !== this.followed && now - at < SILENT_SECONDS).map(([source]) => source);
  }

  /** Follow none of them. */
  forget(now: number): void {
    this.follower.forget(now);
    this.followed = null;
    this.heard.clear();
  }
}
