/** Drum loops to the server, and what it hears in them: the twin of `clave/app/server/loop_routes.py`. */

import { readMessage } from "../rules/messageChecks";
import type { LoopCorrection, LoopFile } from "../rules/protocol";
import { answerTo, send } from "./api";

const LONGEST_NAME = 200;

export interface LoopSource {
  /** What the drum loop in a sound file holds. */
  take(file: File): Promise<LoopFile>;
  /** The same loop, as a person has corrected it. */
  correct(loop: string, correction: LoopCorrection): Promise<LoopFile>;
}

export const serverLoops: LoopSource = {
  take: async (file) => {
    const query = new URLSearchParams({ name: file.name.slice(-LONGEST_NAME) });
    return readMessage("LoopFile", await (await send(`loops?${query}`, { method: "POST", headers: { "content-type": "application/octet-stream" }, body: file })).json());
  },
  correct: async (loop, correction) => readMessage("LoopFile", await answerTo(`loops/${loop}`, correction)),
};
