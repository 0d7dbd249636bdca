/** MIDI files to the server, and what it reads in them. */

import { readMessage } from "../rules/messageChecks";
import type { MaterialFile } from "../rules/project";
import { send } from "./api";

export interface MaterialSource {
  /** The bars of a MIDI file with their places on the map, and what was left out. */
  read(file: File): Promise<MaterialFile>;
}

const LONGEST_NAME = 200;

export const serverMaterial: MaterialSource = {
  read: async (file) => {
    const query = new URLSearchParams({ name: file.name.slice(-LONGEST_NAME) });
    return readMessage("MaterialFile", await (await send(`material?${query}`, { method: "POST", headers: { "content-type": "audio/midi" }, body: file })).json());
  },
};
