import { expect, test } from "vitest";
import { toyInstrument } from "../dev/toyServer";
import { describeSorted, sortFiles, voiceOfFile } from "./kitfolder";

const { voices } = toyInstrument;
const named = (path: string) => {
  const voice = voiceOfFile(path, voices);
  return voice === null ? null : voices[voice]!.name;
};

test.each([
  ["Kick.wav", "kick"],
  ["BD_808-A.wav", "kick"],
  ["808 BassDrum.wav", "kick"],
  ["sd01.flac", "snare"],
  ["ClosedHat_2.wav", "closed hi-hat"],
  ["CHH.wav", "closed hi-hat"],
  ["hihat.wav", "closed hi-hat"],
  ["HiHat Open.wav", "open hi-hat"],
  ["open_hihat.wav", "open hi-hat"],
  ["OH.wav", "open hi-hat"],
  ["tom-tom lo.wav", "tom"],
  ["Crash16.wav", "cymbal"],
  ["cp.wav", "clap"],
  ["rim shot.wav", "other"],
  ["kits/Snares/one.wav", "snare"],
  ["OH/808s.wav", "open hi-hat"],
  ["kits/snare/one.wav", "snare"],
  ["kick/snare.wav", "snare"],
  ["bdsm.wav", null],
  ["chimes.wav", null],
])("%s is %s", (path, voice) => expect(named(path)).toBe(voice));

test("each voice takes one file, and everything is accounted for", () => {
  const sorted = sortFiles(["my/kick2.wav", "my/kick1.wav", "my/snare.wav", "my/vocal.wav", "my/readme.txt"], voices);
  expect(sorted.taken.slice(0, 3)).toEqual(["my/kick1.wav", "my/snare.wav", null]);
  expect(sorted).toMatchObject({ spare: ["my/kick2.wav"], unknown: ["my/vocal.wav"], other: 1 });
  expect(sorted.missing).toHaveLength(6);
  expect(describeSorted(sorted)).toBe(
    "2 of 8 voices taken from the folder; the kit before keeps closed hi-hat, open hi-hat, tom, cymbal, clap, other; not needed: kick2.wav; no voice in the name: vocal.wav; 1 file is not sound.",
  );
});
