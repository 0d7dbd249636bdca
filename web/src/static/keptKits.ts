/** The player's own kits, kept in the browser: answers in the manner of `clave/app/kit_library.py`. */

import type { KeptInfo, KeptKit, KeptVersion, KitVoice } from "../rules/protocol";
import { asRecord } from "../rules/anyValue";
import { Refused } from "./refused";

const KEY = "clave.kept.1";

interface Kept {
  readonly id: number;
  readonly name: string;
  readonly deleted: boolean;
  readonly versions: readonly { readonly changed: string; readonly voices: readonly KitVoice[] }[];
}

export type Shelf = Pick<Storage, "getItem" | "setItem">;

export class KeptInBrowser {
  constructor(private readonly shelf: Shelf) {}

  /** The answer to a request under /api/kept. */
  answer(method: string, path: string, message: unknown): unknown {
    const [, number, part, which] = /^kept(?:\/(\d+))?(?:\/(history|restore))?(?:\/(\d+))?$/.exec(path) ?? [];
    if (number === undefined) return method === "POST" ? this.keep(message as { name: string; voices: KitVoice[] }) : this.read().filter(({ deleted }) => !deleted).map(infoOf);
    const id = Number(number);
    const kit = this.read().find((each) => each.id === id);
    if (!kit) throw new Refused(`no kit is kept under the number ${number}`);
    if (part === "history" && which === undefined) return kit.versions.map(({ changed }, place): KeptVersion => ({ version: place + 1, changed })).reverse();
    if (part === "restore") return this.change({ ...kit, name: this.free(kit.name, id), deleted: false });
    if (method === "PATCH") return this.change({ ...kit, name: this.free((message as { name: string }).name, id) });
    if (method === "DELETE") return this.change({ ...kit, deleted: true });
    return keptKit(kit, which === undefined ? kit.versions.length : Number(which));
  }

  private keep({ name, voices }: { readonly name: string; readonly voices: readonly KitVoice[] }): { id: number } {
    const all = this.read();
    const known = all.find((kit) => kit.name === name && !kit.deleted);
    const version = { changed: new Date().toISOString(), voices };
    const kit: Kept = known ? { ...known, versions: [...known.versions, version] } : { id: Math.max(0, ...all.map(({ id }) => id)) + 1, name, deleted: false, versions: [version] };
    this.write([kit, ...all.filter(({ id }) => id !== kit.id)]);
    return { id: kit.id };
  }

  private change(kit: Kept): KeptKit {
    this.write(this.read().map((each) => (each.id === kit.id ? kit : each)));
    return keptKit(kit, kit.versions.length);
  }

  private free(name: string, id: number): string {
    if (this.read().some((kit) => kit.name === name && kit.id !== id && !kit.deleted)) throw new Refused(`another kit is called '${name}'`);
    return name;
  }

  private read(): Kept[] {
    try {
      const kept: unknown = JSON.parse(this.shelf.getItem(KEY) ?? "[]");
      return Array.isArray(kept) ? kept.filter(isKept) : [];
    } catch {
      return [];
    }
  }

  private write(kits: readonly Kept[]): void {
    try {
      this.shelf.setItem(KEY, JSON.stringify(kits));
    } catch {
      throw new Refused("this browser keeps nothing for this page, or has no room left: save the project as a file instead");
    }
  }
}

/** Whether this is a kit as it is kept; what its voices say is checked where they are played. */
function isKept(value: unknown): value is Kept {
  const { id, name, versions } = asRecord(value);
  const isVersion = (each: unknown): boolean => typeof asRecord(each)["changed"] === "string" && Array.isArray(asRecord(each)["voices"]);
  return Number.isSafeInteger(id) && typeof name === "string" && Array.isArray(versions) && versions.length > 0 && versions.every(isVersion);
}

const infoOf = ({ id, name, versions }: Kept): KeptInfo => ({ id, name, changed: versions.at(-1)!.changed, versions: versions.length });

function keptKit(kit: Kept, version: number): KeptKit {
  const found = kit.versions[version - 1];
  if (!found) throw new Refused(`the kit '${kit.name}' has versions 1 to ${kit.versions.length}, got ${version}`);
  return { ...infoOf(kit), changed: found.changed, voices: [...found.voices] as KeptKit["voices"], version };
}
