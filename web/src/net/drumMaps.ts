/** Drum maps on the server: the twin of `clave/app/server/drum_map_routes.py`. */

import { readMessage } from "../rules/messageChecks";
import type { DrumMapEdit, DrumMapLook, DrumMapState } from "../rules/protocol";
import { answerTo, send } from "./api";

const stateOf = (answer: unknown): DrumMapState => readMessage("DrumMapState", answer);
const posted = async (path: string, type: string, body: Blob): Promise<unknown> => (await send(path, { method: "POST", headers: { "content-type": type }, body })).json();

export const serverDrumMaps = {
  state: async (): Promise<DrumMapState> => stateOf(await answerTo("drum-map")),
  choose: async (name: string): Promise<DrumMapState> => stateOf(await answerTo("drum-map", { reads_with: name })),
  edit: async (edit: DrumMapEdit): Promise<DrumMapState> => stateOf(await answerTo("drum-map/own", edit)),
  take: async (file: Blob): Promise<DrumMapState> => stateOf(await posted("drum-map/own.toml", "application/toml", file)),
  /** The notes of a file in the map of this name. */
  look: async (file: File, name: string): Promise<DrumMapLook> => {
    const query = new URLSearchParams({ name: file.name.slice(-200), drum_map: name });
    return readMessage("DrumMapLook", await posted(`drum-map/look?${query}`, "audio/midi", file));
  },
};

export const OWN_MAP_FILE = "./api/drum-map/own.toml";
