/** What the server says of the answer, the player and the Link session, and what the page tells it of them. */

import { signal } from "@preact/signals";
import type { Session } from "../rules/sessionTime";

/** The server's time, in answer to a message. */
export interface TimeHeard {
  readonly sent: number; // milliseconds of `performance.now()`
  readonly cameMs: number;
  readonly seconds: number; // of the server's clock
}

type Told =
  | { readonly kind: "said"; readonly values: Readonly<Record<string, readonly unknown[]>> }
  | { readonly kind: "session"; readonly session: Session | null }
  | { readonly kind: "time"; readonly sent: number; readonly seconds: number };

export class Together {
  readonly said = signal<Readonly<Record<string, readonly unknown[]>>>({}); // by address
  readonly session = signal<Session | null>(null);
  readonly time = signal<TimeHeard | null>(null);

  constructor(readonly send: (message: unknown) => void) {}

  /** A message of the server, if it is one of these. */
  take(message: unknown): void {
    const told = message as Told;
    if (told.kind === "said") this.said.value = { ...this.said.value, ...told.values };
    else if (told.kind === "session") this.session.value = told.session;
    else if (told.kind === "time") this.time.value = { sent: told.sent, seconds: told.seconds, cameMs: performance.now() };
  }

  /** The connection is lost: nothing is known any more. */
  lost(): void {
    this.said.value = {};
    this.session.value = this.time.value = null;
  }

  /** Move a control, as other programs do. */
  control(address: string, ...given: readonly (number | string | boolean)[]): void {
    this.send({ kind: "control", address, arguments: given });
  }

  /** What was said under an address, or this. */
  value<T>(address: string, otherwise: T): T {
    return (this.said.value[address]?.[0] as T | undefined) ?? otherwise;
  }
}
