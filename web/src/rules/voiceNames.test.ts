import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { toyInstrument } from "../../dev/toyServer";
import { GLUED, MORE_WORDS, OPEN_WORDS, voiceOfFile } from "./voiceNames";

interface Names {
  readonly paths: readonly (readonly [string, string | null])[];
  readonly aliases: Readonly<Record<string, readonly string[]>>;
  readonly words: Readonly<Record<string, readonly string[]>>;
  readonly open: readonly string[];
  readonly glued: readonly string[];
}
const names = JSON.parse(readFileSync(new URL("../../../tests/fixtures/voice_names.json", import.meta.url), "utf8")) as Names;
const { voices } = toyInstrument;
const named = (path: string) => {
  const voice = voiceOfFile(path, voices);
  return voice === null ? null : voices[voice]!.name;
};

test.each(names.paths)("%s is %s", (path, voice) => expect(named(path)).toBe(voice));

test("the page knows the words that Python knows", () => {
  expect(Object.fromEntries(voices.map(({ name, aliases }) => [name, aliases]))).toEqual(names.aliases);
  expect(Object.fromEntries(Object.entries(MORE_WORDS).map(([voice, words]) => [voice, words.split(" ")]))).toEqual(names.words);
  expect(OPEN_WORDS).toEqual(names.open);
  expect(GLUED).toEqual(names.glued);
});

test.each(Object.entries(names.words))("each word of %s is found in a name", (voice, words) => {
  for (const word of words) {
    for (const name of [`${word}.wav`, `03_${word.toUpperCase()}.wav`, `${word.replaceAll("-", "")}2.wav`]) expect([name, named(name)]).toEqual([name, voice]);
  }
});
