/** A folder of WAVs as a kit: the file name says which voice a file is. */

import type { VoiceInfo } from "./protocol";
import { isBeside } from "./pathFiles";
import { voiceOfFile } from "./voiceNames";

const SOUND_FILE = /\.(wav|wave|flac|aif|aiff|aifc|ogg|oga|mp3)$/i;
export interface Sorted {
  readonly taken: readonly (string | null)[]; // path for each voice
  readonly missing: readonly string[]; // voices without a file
  readonly spare: readonly string[]; // a second file for a voice that already has one
  readonly unknown: readonly string[]; // sounds whose name names no voice
  readonly beside: number; // hidden files, and what systems keep beside them
  readonly other: number; // files that are not sounds
}

/** Where a file is inside the folder that was chosen, whose own name does not count. */
const inside = (path: string): string => path.slice(path.indexOf("/") + 1);

/** Files in the folder itself before those in folders inside, then by name. */
function byPlace(one: string, other: string): number {
  const depth = (path: string) => path.split("/").length;
  const plain = (path: string) => path.normalize("NFC").replace(/\.[^./]*$/, "").toLowerCase();
  return depth(one) - depth(other) || (plain(one) < plain(other) ? -1 : 1);
}

/** The first file of each voice; everything else is accounted for. */
export function sortFiles(paths: readonly string[], voices: readonly VoiceInfo[]): Sorted {
  const taken: (string | null)[] = voices.map(() => null);
  const spare: string[] = [];
  const unknown: string[] = [];
  const material = paths.filter((path) => !isBeside(inside(path)));
  const sounds = material.filter((path) => SOUND_FILE.test(path)).sort(byPlace);
  for (const path of sounds) {
    const voice = voiceOfFile(inside(path), voices);
    if (voice === null) unknown.push(path);
    else if (taken[voice]) spare.push(path);
    else taken[voice] = path;
  }
  const missing = voices.filter((_, voice) => taken[voice] === null).map(({ name }) => name);
  return { taken, missing, spare, unknown, beside: paths.length - material.length, other: material.length - sounds.length };
}

const some = (names: readonly string[]): string => names.slice(0, 3).join(", ") + (names.length > 3 ? ` and ${names.length - 3} more` : "");
const nameOf = (path: string): string => path.split("/").at(-1) ?? path;

/** What was taken and what not, in sentences. */
export function describeSorted({ taken, missing, spare, unknown, beside, other }: Sorted): string {
  const count = taken.filter(Boolean).length;
  const parts = [`${count} of ${taken.length} voices taken from the folder`];
  if (missing.length > 0 && count > 0) parts.push(`the kit before keeps ${missing.join(", ")}`);
  if (spare.length > 0) parts.push(`not needed: ${some(spare.map(nameOf))}`);
  if (unknown.length > 0) parts.push(`no voice in the name: ${some(unknown.map(nameOf))}`);
  if (beside > 0) parts.push(`${beside} hidden or of the system`);
  if (other > 0) parts.push(`${other} ${other === 1 ? "file is" : "files are"} not sound`);
  return `${parts.join("; ")}.`;
}
