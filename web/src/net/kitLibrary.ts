/** The player's own kits, as the server keeps them: the twin of `clave/app/kit_library.py`. */

import { readMessage, readMessages } from "../rules/messageChecks";
import type { KeptInfo, KeptKit, KeptVersion, KitVoice } from "../rules/protocol";
import { answerTo, ask } from "./api";

export interface KitLibrary {
  kits(): Promise<readonly KeptInfo[]>;
  /** Under a name that is taken: as its next version. Gives the number of the kit. */
  keep(name: string, voices: readonly KitVoice[]): Promise<number>;
  /** As it is, or as it was in this version. */
  kit(id: number, version?: number): Promise<KeptKit>;
  history(id: number): Promise<readonly KeptVersion[]>;
  rename(id: number, name: string): Promise<void>;
  remove(id: number): Promise<void>;
  restore(id: number): Promise<void>;
}

export const serverKitLibrary: KitLibrary = {
  kits: async () => readMessages("KeptInfo", await answerTo("kept")),
  keep: async (name, voices) => readMessage("KeptId", await answerTo("kept", { name, voices })).id,
  kit: async (id, version) => readMessage("KeptKit", await answerTo(version === undefined ? `kept/${id}` : `kept/${id}/history/${version}`)),
  history: async (id) => readMessages("KeptVersion", await answerTo(`kept/${id}/history`)),
  rename: async (id, name) => void (await ask(`kept/${id}`, { name }, "PATCH")),
  remove: async (id) => void (await ask(`kept/${id}`, undefined, "DELETE")),
  restore: async (id) => void (await ask(`kept/${id}/restore`, {})),
};
