/** A folder of WAVs as a kit: its own list says which voice a file is, or else the file name does. */

import { finderIn, type ListedSound, listedSounds, MANIFEST, textOf, voiceCalled } from "./kitList";
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
  readonly listed: boolean; // by the folder's own list
  readonly notFound: readonly string[]; // what the list names and the folder lacks
}

/** Where a file is inside the folder that was chosen, whose own name does not count. */
const inside = (path: string): string => path.slice(path.indexOf("/") + 1);

/** Files in the folder itself before those in folders inside, then by name. */
function byPlace(one: string, other: string): number {
  const depth = (path: string) => path.split("/").length;
  const plain = (path: string) => path.normalize("NFC").replace(/\.[^./]*$/, "").toLowerCase();
  return depth(one) - depth(other) || (plain(one) < plain(other) ? -1 : 1);
}

/** The first file of each voice; everything else is accounted for. A folder's own list goes before the names of files. */
export function sortFiles(paths: readonly string[], voices: readonly VoiceInfo[], list: readonly ListedSound[] | null = null): Sorted {
  const taken: (string | null)[] = voices.map(() => null);
  const [spare, unknown, notFound]: [string[], string[], string[]] = [[], [], []];
  const material = paths.filter((path) => !isBeside(inside(path)) && !(list && inside(path) === MANIFEST));
  const sounds = material.filter((path) => SOUND_FILE.test(path)).sort(byPlace);
  const put = (path: string, voice: number | null) => {
    if (voice === null) unknown.push(path);
    else if (taken[voice]) spare.push(path);
    else taken[voice] = path;
  };
  if (list) {
    const find = finderIn(sounds.map(inside));
    for (const { path, voice } of list) {
      const found = find(path);
      if (found === null) notFound.push(path);
      else put(sounds.find((each) => inside(each) === found)!, voiceCalled(voice, voices));
    }
  } else for (const path of sounds) put(path, voiceOfFile(inside(path), voices));
  const missing = voices.filter((_, voice) => taken[voice] === null).map(({ name }) => name);
  return { taken, missing, spare, unknown, beside: paths.length - material.length - (list ? 1 : 0), other: material.length - sounds.length, listed: list !== null, notFound };
}

/** The same of files as the browser gives them, whose list is read. Rejects with an Error in words for a list that is none. */
export async function sortFolder(files: readonly File[], pathOf: (file: File) => string, voices: readonly VoiceInfo[]): Promise<Sorted> {
  const manifest = files.find((file) => inside(pathOf(file)) === MANIFEST);
  const list = manifest ? listedSounds(textOf(await manifest.arrayBuffer())) : null;
  return sortFiles(files.map(pathOf), voices, list);
}

const some = (names: readonly string[]): string => names.slice(0, 3).join(", ") + (names.length > 3 ? ` and ${names.length - 3} more` : "");
const nameOf = (path: string): string => path.split("/").at(-1) ?? path;

/** What was taken and what not, in sentences. */
export function describeSorted({ taken, missing, spare, unknown, beside, other, listed, notFound }: Sorted): string {
  const count = taken.filter(Boolean).length;
  const parts = [`${count} of ${taken.length} voices taken from the folder${listed ? `, as its ${MANIFEST} says` : ""}`];
  if (missing.length > 0 && count > 0) parts.push(`the kit before keeps ${missing.join(", ")}`);
  if (spare.length > 0) parts.push(`not needed: ${some(spare.map(nameOf))}`);
  if (unknown.length > 0) parts.push(`no voice in the ${listed ? "list" : "name"}: ${some(unknown.map(nameOf))}`);
  if (notFound.length > 0) parts.push(`listed and not there: ${some(notFound)}`);
  if (beside > 0) parts.push(`${beside} hidden or of the system`);
  if (other > 0) parts.push(`${other} ${other === 1 ? "file is" : "files are"} not sound`);
  return `${parts.join("; ")}.`;
}
