/** A folder of WAVs as a kit: which file is which voice, told by its name. */

import type { VoiceInfo } from "./protocol";

const SOUND_FILE = /\.(wav|wave|flac|ogg|mp3|aif|aiff)$/i;

/** Letters and digits in words: "BD_808-A.wav" is bd, 808, a. */
const words = (name: string): string[] => name.toLowerCase().split(/[^a-z0-9]+|(?<=[a-z])(?=\d)|(?<=\d)(?=[a-z])/).filter(Boolean);

function holds(name: readonly string[], alias: readonly string[]): boolean {
  const joined = alias.join("");
  return name.some((_, from) => {
    let run = "";
    for (let to = from; to < name.length && run.length < joined.length; to++) run += name[to];
    return run === joined || run === `${joined}s`;
  });
}

/** The voice that a path names: its file name first, then its folders from the inside out; the longest alias wins. */
export function voiceOfFile(path: string, voices: readonly VoiceInfo[]): number | null {
  for (const part of path.replace(/\.[^./]*$/, "").split("/").reverse()) {
    const name = words(part.replace(/([a-z])([A-Z])/g, "$1 $2"));
    let best: { voice: number; length: number } | null = null;
    voices.forEach((voice, index) => {
      for (const alias of [voice.name, ...voice.aliases]) {
        const inWords = words(alias);
        const length = inWords.join("").length;
        if (holds(name, inWords) && length > (best?.length ?? 0)) best = { voice: index, length };
      }
    });
    const found = best as { voice: number; length: number } | null; // TypeScript does not see the assignment in forEach
    if (found) return found.voice;
  }
  return null;
}

export interface Sorted {
  readonly taken: readonly (string | null)[]; // path for each voice
  readonly missing: readonly string[]; // voices without a file
  readonly spare: readonly string[]; // a second file for a voice that already has one
  readonly unknown: readonly string[]; // sounds whose name tells no voice
  readonly other: number; // files that are not sounds
}

/** The first file by name of each voice; everything else is accounted for. */
export function sortFiles(paths: readonly string[], voices: readonly VoiceInfo[]): Sorted {
  const taken: (string | null)[] = voices.map(() => null);
  const spare: string[] = [];
  const unknown: string[] = [];
  const sounds = paths.filter((path) => SOUND_FILE.test(path)).sort();
  for (const path of sounds) {
    const voice = voiceOfFile(path, voices);
    if (voice === null) unknown.push(path);
    else if (taken[voice]) spare.push(path);
    else taken[voice] = path;
  }
  const missing = voices.filter((_, voice) => taken[voice] === null).map(({ name }) => name);
  return { taken, missing, spare, unknown, other: paths.length - sounds.length };
}

const some = (names: readonly string[]): string => names.slice(0, 3).join(", ") + (names.length > 3 ? ` and ${names.length - 3} more` : "");
const nameOf = (path: string): string => path.split("/").at(-1) ?? path;

/** What was taken and what not, in sentences. */
export function describeSorted({ taken, missing, spare, unknown, other }: Sorted): string {
  const count = taken.filter(Boolean).length;
  const parts = [`${count} of ${taken.length} voices taken from the folder`];
  if (missing.length > 0 && count > 0) parts.push(`the kit before keeps ${missing.join(", ")}`);
  if (spare.length > 0) parts.push(`not needed: ${some(spare.map(nameOf))}`);
  if (unknown.length > 0) parts.push(`no voice in the name: ${some(unknown.map(nameOf))}`);
  if (other > 0) parts.push(`${other} ${other === 1 ? "file is" : "files are"} not sound`);
  return `${parts.join("; ")}.`;
}
