/** Kits kept as long as the toy server runs, in the manner of clave/app/kit_library.py. */

import type { KeptInfo, KitVoice } from "../src/rules/protocol.ts";

interface ToyKit {
  readonly id: number;
  name: string;
  deleted: boolean;
  readonly versions: { readonly changed: string; readonly voices: readonly KitVoice[] }[];
}

interface ToyAnswer {
  readonly status: number;
  readonly value: unknown;
}

const library: ToyKit[] = [];

const info = ({ id, name, versions }: ToyKit): KeptInfo => ({ id, name, changed: versions.at(-1)!.changed, versions: versions.length });
const ok = (value: unknown): ToyAnswer => ({ status: 200, value });
const refuse = (error: string): ToyAnswer => ({ status: 422, value: { error, kind: "kit" } });

/** The answer to a question under /api/kept, or null for any other. */
export function answerKept(method: string, path: string, message: string): ToyAnswer | null {
  const [, number, part, which] = /^\/api\/kept(?:\/(\d+))?(?:\/(history|restore))?(?:\/(\d+))?$/.exec(path) ?? [];
  if (!path.startsWith("/api/kept")) return null;
  const named = (name: string) => library.find((kit) => kit.name === name && !kit.deleted);
  if (number === undefined) {
    if (method !== "POST") return ok(library.filter(({ deleted }) => !deleted).map(info));
    const { name, voices } = JSON.parse(message) as { name: string; voices: KitVoice[] };
    let kit = named(name);
    if (!kit) library.unshift((kit = { id: library.length + 1, name, deleted: false, versions: [] }));
    kit.versions.push({ changed: new Date().toISOString(), voices });
    return ok({ id: kit.id });
  }
  const kit = library.find(({ id }) => id === Number(number));
  if (!kit) return refuse(`no kit is kept under the number ${number}`);
  const versions = kit.versions.map(({ changed }, index) => ({ version: index + 1, changed })).reverse();
  if (part === "history" && which === undefined) return ok(versions);
  if (part === "restore") {
    if (named(kit.name)) return refuse(`another kit is called '${kit.name}'`);
    kit.deleted = false;
  } else if (method === "PATCH") {
    const { name } = JSON.parse(message) as { name: string };
    if (named(name)) return refuse(`another kit is called '${name}'`);
    kit.name = name;
  } else if (method === "DELETE") kit.deleted = true;
  const version = which === undefined ? kit.versions.length : Number(which);
  const found = kit.versions[version - 1];
  return found ? ok({ ...info(kit), ...found, version }) : refuse(`the kit '${kit.name}' has versions 1 to ${kit.versions.length}, got ${version}`);
}
