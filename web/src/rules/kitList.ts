/** A folder's own list of its sounds, `manifest.csv`: the twin of `clave/files/tables.py`, with the columns path and voice. */

import Papa from "papaparse";
import type { VoiceInfo } from "./protocol";

export const MANIFEST = "manifest.csv";

export interface ListedSound {
  readonly path: string; // below the folder, as the list writes it
  readonly voice: string; // "" where the list leaves it open
}

/** The text of a table in whichever encoding programs write: UTF-8 or UTF-16, else Latin-1. */
export function textOf(content: ArrayBuffer): string {
  const [first, second] = new Uint8Array(content);
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return new TextDecoder(first === 0xff ? "utf-16le" : "utf-16be").decode(content);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(content);
  } catch {
    return new TextDecoder("latin1").decode(content);
  }
}

/** Its rows; commas, semicolons, tabs or bars between columns. Throws an Error in words where a column is missing. */
export function listedSounds(text: string): readonly ListedSound[] {
  const said = /^sep=(.)\r?\n/i.exec(text); // what Excel is told the sign by
  const { data, meta } = Papa.parse<Record<string, string>>(said ? text.slice(said[0].length) : text, {
    header: true,
    skipEmptyLines: "greedy",
    delimitersToGuess: [",", ";", "\t", "|"],
    ...(said ? { delimiter: said[1]! } : {}),
    transformHeader: (name) => name.trim().toLowerCase(),
  });
  const missing = ["path", "voice"].filter((column) => !meta.fields?.includes(column));
  if (missing.length > 0) throw new Error(`${MANIFEST} lacks the column ${missing.join(", ")}; it has ${meta.fields?.join(", ") || "none"}, and needs path and voice`);
  return data.map(({ path, voice }) => ({ path: (path ?? "").trim(), voice: (voice ?? "").trim() }));
}

const keyOf = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");

/** The voice of that name or alias, as the list writes it; null: there is none. */
export function voiceCalled(word: string, voices: readonly VoiceInfo[]): number | null {
  const found = voices.findIndex(({ name, aliases }) => [name, ...aliases].some((each) => keyOf(each) === keyOf(word)));
  return found < 0 ? null : found;
}

/** Finds files as lists write them: composed or decomposed, with backslashes, in other capitals where one alone is so called. */
export function finderIn(paths: readonly string[]): (name: string) => string | null {
  const plain = (name: string) => name.normalize("NFC").replaceAll("\\", "/").replace(/^\.\//, "");
  return (name) => {
    const exact = paths.find((path) => path === name || plain(path) === plain(name));
    const alike = paths.filter((path) => plain(path).toLowerCase() === plain(name).toLowerCase());
    return exact ?? (alike.length === 1 ? alike[0]! : null);
  };
}
