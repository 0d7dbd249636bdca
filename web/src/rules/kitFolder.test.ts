import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { toyInstrument } from "../../dev/toyServer";
import { describeSorted, sortFiles, sortFolder } from "./kitFolder";
import { listedSounds, textOf } from "./kitList";

const { voices } = toyInstrument;
test("each voice takes one file, and everything is accounted for", () => {
  const sorted = sortFiles(["my/kick2.wav", "my/kick1.wav", "my/snare.wav", "my/vocal.wav", "my/readme.txt"], voices);
  expect(sorted.taken.slice(0, 3)).toEqual(["my/kick1.wav", "my/snare.wav", null]);
  expect(sorted).toMatchObject({ spare: ["my/kick2.wav"], unknown: ["my/vocal.wav"], other: 1 });
  expect(sorted.missing).toHaveLength(6);
  expect(describeSorted(sorted)).toBe(
    "2 of 8 voices taken from the folder; the kit before keeps closed hi-hat, open hi-hat, tom, cymbal, clap, other; not needed: kick2.wav; no voice in the name: vocal.wav; 1 file is not sound.",
  );
});

test("the chosen folder's own name says no voice, and its own files go before those in folders inside", () => {
  const sorted = sortFiles(["Snares/deep/kick.wav", "Snares/x.wav", "Snares/kick 3.wav", "Snares/Kick.wav", "Snares/toms/1.wav"], voices);
  expect(sorted.taken.slice(0, 5)).toEqual(["Snares/Kick.wav", null, null, null, "Snares/toms/1.wav"]);
  expect(sorted).toMatchObject({ spare: ["Snares/kick 3.wav", "Snares/deep/kick.wav"], unknown: ["Snares/x.wav"] });
});

const folders = JSON.parse(readFileSync(new URL("../../../tests/fixtures/kit_folders.json", import.meta.url), "utf8")) as {
  readonly folders: readonly { readonly files: readonly string[]; readonly taken: Readonly<Record<string, string>>; readonly manifest?: string }[];
};
test.each(folders.folders)("the page takes of $files what Python takes", ({ files, taken, manifest }) => {
  const sorted = sortFiles(files.map((file) => `kit/${file}`), voices, manifest === undefined ? null : listedSounds(manifest));
  const found = voices.flatMap(({ name }, voice) => (sorted.taken[voice] ? [[name, sorted.taken[voice].slice(4)]] : []));
  expect(Object.fromEntries(found)).toEqual(taken);
});

test("a folder's own list is read in whichever encoding, and what it names in vain is said", async () => {
  const list = 'Voice;Path\nkick;"bäss.wav"\nsnare;gone.wav\n;hum.wav\n';
  const utf16 = new Uint8Array([0xff, 0xfe, ...[...list].flatMap((letter) => [letter.charCodeAt(0) & 255, letter.charCodeAt(0) >> 8])]);
  const latin1 = Uint8Array.from(list, (letter) => letter.charCodeAt(0));
  expect([textOf(utf16.buffer), textOf(latin1.buffer), textOf(new TextEncoder().encode(list).buffer)]).toEqual([list, list, list]);
  const files = [new File([latin1], "manifest.csv"), ...["bäss.wav", "hum.wav", "snare.wav"].map((name) => new File(["x"], name))];
  const sorted = await sortFolder(files, ({ name }) => `kit/${name}`, voices);
  expect(sorted.taken.slice(0, 2)).toEqual(["kit/bäss.wav", null]);
  expect(describeSorted(sorted)).toMatch(/^1 of 8 voices taken from the folder, as its manifest.csv says; .*no voice in the list: hum.wav; listed and not there: gone.wav\.$/);
  const broken = [new File(["path\nkick.wav\n"], "manifest.csv")];
  await expect(sortFolder(broken, ({ name }) => `kit/${name}`, voices)).rejects.toThrow("manifest.csv lacks the column voice; it has path, and needs path and voice");
});
