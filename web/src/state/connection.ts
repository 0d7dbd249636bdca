/** The live connection was lost: where the server does not answer either, that is said until it does. */

import { effect } from "@preact/signals";
import { fetchInstrument } from "../net/api";
import type { LiveLink } from "./liveLink";
import type { ServerWatch } from "./serverWatch";

const CONNECTION = "its connection";

/** `ask` asks the server for anything. A connection that is made again at once is not worth a word. */
export function watchConnection(
  link: Pick<LiveLink, "state" | "reconnect">,
  server: Pick<ServerWatch, "waits" | "answered" | "tryNow">,
  ask: () => Promise<unknown> = fetchInstrument,
): void {
  let connected = false;
  effect(() => {
    const now = link.state.value.connected;
    if (now === connected) return;
    connected = now;
    if (now) {
      server.answered(CONNECTION);
      server.tryNow(); // whatever else waits for it
    } else ask().catch((error: unknown) => void (connected || server.waits(CONNECTION, error, () => link.reconnect())));
  });
}
