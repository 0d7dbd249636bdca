/** Tabs of one browser tell each other which of them plays. */

import { effect } from "@preact/signals";
import type { Store } from "./store";

type Said = "who plays?" | "I play" | "play no more";

interface Message {
  readonly from: string; // a tab
  readonly said: Said;
}

/** What all tabs hear but the one that says it. */
export interface Channel {
  postMessage(message: Message): void;
  onmessage: ((event: MessageEvent<Message>) => void) | null;
}

/** While a tab plays it holds a lock under its name: the lock is free when it stops, and when it is closed or crashes. */
export interface Locks {
  request(name: string, held: () => Promise<void>): Promise<unknown>;
}

const lockOf = (tab: string): string => `clave plays ${tab}`;

export class OtherTabs {
  private readonly playing = new Set<string>(); // other tabs
  private release: (() => void) | null = null; // of the own lock, while this tab plays

  /** `stop` stops what plays here. */
  constructor(
    private readonly store: Store,
    private readonly stop: () => void,
    private readonly channel: Channel,
    private readonly locks: Locks,
    private readonly tab: string,
  ) {
    channel.onmessage = ({ data }) => this.hear(data);
    effect(() => (store.playing.value ? this.begin() : this.end()));
    this.say("who plays?");
  }

  /** Stop the others. */
  playHere(): void {
    this.say("play no more");
  }

  private say(said: Said): void {
    this.channel.postMessage({ from: this.tab, said });
  }

  private hear({ from, said }: Message): void {
    if (said === "who plays?" && this.release) this.say("I play");
    if (said === "play no more" && this.release) this.stop();
    if (said === "I play" && !this.playing.has(from)) {
      this.playing.add(from);
      this.publish();
      void this.locks.request(lockOf(from), () => {
        this.playing.delete(from);
        this.publish();
        return Promise.resolve();
      });
    }
  }

  private begin(): void {
    if (this.release) return;
    const held = new Promise<void>((release) => (this.release = release));
    void this.locks.request(lockOf(this.tab), () => {
      this.say("I play");
      return held;
    });
  }

  private end(): void {
    this.release?.();
    this.release = null;
  }

  private publish(): void {
    this.store.playsElsewhere.value = this.playing.size > 0;
  }
}

/** The tabs of this browser; null where it has no way to tell them anything. */
export function otherTabs(store: Store, stop: () => void): OtherTabs | null {
  if (!("BroadcastChannel" in globalThis) || !("locks" in navigator)) return null;
  return new OtherTabs(store, stop, new BroadcastChannel("clave"), navigator.locks, crypto.randomUUID());
}
