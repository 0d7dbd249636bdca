/** Is the server there? Requests that it did not answer wait, and are tried again until it does; what is decoded plays on. */

import { effect } from "@preact/signals";
import { ServerError } from "../net/api";
import type { Store } from "./store";

const FIRST_MS = 1000;
const LONGEST_MS = 15_000;
const AN_ANSWER = "an answer";

/** Calls once after so many milliseconds; what it returns prevents that. */
export type After = (ms: number, call: () => void) => () => void;

const afterTimer: After = (ms, call) => {
  const timer = setTimeout(call, ms);
  return () => clearTimeout(timer);
};

export class ServerWatch {
  private readonly requests = new Map<string, () => void>(); // by what they are, in words
  private tries = 0;
  private cancel: (() => void) | null = null;

  /** `ping` asks the server for anything, after an act that is not repeated by itself. */
  constructor(
    private readonly store: Store,
    private readonly ping: () => Promise<unknown> = () => Promise.resolve(),
    private readonly after: After = afterTimer,
  ) {
    effect(() => {
      const { notice } = store;
      if (notice.value?.unanswered) this.wait(AN_ANSWER, () => this.pinged());
    });
  }

  /** Did a request fail for want of an answer? Then it waits, and `again` is called until it is `answered`. */
  waits(what: string, error: unknown, again: () => void): boolean {
    if (!isUnanswered(error)) return false;
    this.wait(what, again);
    return true;
  }

  /** The request was answered, or nobody needs it any more. */
  answered(what: string): void {
    if (!this.requests.delete(what)) return;
    this.publish();
    if (this.requests.size > 0) return;
    this.cancel?.();
    this.cancel = null;
    this.tries = 0;
  }

  /** Try all requests again at once: the player asks for it, or the network or the page is back. */
  tryNow(): void {
    this.cancel?.();
    this.cancel = null;
    if (this.requests.size === 0) return;
    this.schedule();
    const requests = [...this.requests.values()]; // as they are now: one may fail again at once
    for (const again of requests) again();
  }

  private wait(what: string, again: () => void): void {
    this.requests.set(what, again);
    this.publish();
    if (!this.cancel) this.schedule();
  }

  private schedule(): void {
    const wait = Math.min(FIRST_MS * 2 ** this.tries++, LONGEST_MS);
    this.cancel = this.after(wait, () => {
      this.cancel = null;
      this.tryNow();
    });
  }

  private publish(): void {
    const away = [...this.requests.keys()];
    if (String(away) !== String(this.store.away.peek())) this.store.away.value = away;
  }

  private pinged(): void {
    this.ping().then(
      () => {
        const { notice } = this.store;
        if (notice.value?.unanswered) notice.value = null;
        this.answered(AN_ANSWER);
      },
      () => undefined, // it is tried again
    );
  }
}

/** It may be answered later: nothing was wrong with what was sent. */
export const isUnanswered = (error: unknown): boolean => error instanceof ServerError && !error.refused;
