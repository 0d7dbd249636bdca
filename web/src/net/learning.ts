/** Learning on the server: the twin of `clave/app/server/learn_routes.py`. */

import { readMessage } from "../rules/messageChecks";
import type { LearnStart, LearnState } from "../rules/protocol";
import { answerTo, send } from "./api";

const stateOf = (answer: unknown): LearnState => readMessage("LearnState", answer);

export const serverLearning = {
  state: async (): Promise<LearnState> => stateOf(await answerTo("learn")),
  start: async (chosen: LearnStart): Promise<LearnState> => stateOf(await answerTo("learn/start", chosen)),
  stop: async (use: boolean): Promise<LearnState> => stateOf(await answerTo("learn/stop", { use })),
  use: async (name: string | null): Promise<LearnState> => stateOf(await answerTo("learn/use", { name })),
  /** Keep a file under this path, to learn from. */
  keep: async (name: string, path: string, file: Blob): Promise<void> => {
    const query = new URLSearchParams({ name, path });
    await send(`learn/files?${query}`, { method: "POST", headers: { "content-type": "application/octet-stream" }, body: file });
  },
};

/** Another address after each epoch, so that the browser fetches what was written since. */
export const previewOf = (what: string, name: string, epochs: number): string => `./api/learn/preview/${what}.wav?${new URLSearchParams({ of: name, after: String(epochs) })}`;
