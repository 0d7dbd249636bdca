/** The player's own kits, as the server keeps them: the twin of `clave/app/kit_library.py`. */

import { ask } from "./api";
import { type KeptInfo, type KeptKit, type KeptVersion, type KitVoice, readKept, readKeptId, readKeptKit, readKeptVersions } from "../rules/protocol";

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
  kits: async () => readKept(await (await ask("kept")).json()),
  keep: async (name, voices) => readKeptId(await (await ask("kept", { name, voices })).json()),
  kit: async (id, version) => readKeptKit(await (await ask(version === undefined ? `kept/${id}` : `kept/${id}/history/${version}`)).json()),
  history: async (id) => readKeptVersions(await (await ask(`kept/${id}/history`)).json()),
  rename: async (id, name) => void (await ask(`kept/${id}`, { name }, "PATCH")),
  remove: async (id) => void (await ask(`kept/${id}`, undefined, "DELETE")),
  restore: async (id) => void (await ask(`kept/${id}/restore`, {})),
};
