import { expect, test } from "vitest";
import { folderOf, isBeside, saidChosen, toLearn } from "./pathFiles";

const files = (...paths: readonly string[]) => paths.map((path) => ({ path, file: new File([], path.split("/").at(-1)!) }));

test("what systems keep beside files is no material, as in Python", () => {
  expect(["a/._kick.wav", "__MACOSX/a/kick.wav", "Thumbs.db", ".git/x.mid"].every(isBeside)).toBe(true);
  expect(isBeside("drums/kick.wav")).toBe(false);
});

test("MIDI, sounds and tables are learned from, in one order; the rest is counted", () => {
  const chosen = toLearn(files("d/z.WAV", "d/info.csv", "d/a.RMI", "d/cover.jpg", "d/.DS_Store"));
  expect(chosen.taken.map(({ path }) => path)).toEqual(["d/a.RMI", "d/info.csv", "d/z.WAV"]);
  expect(saidChosen(chosen)).toBe("1 MIDI file and 1 sound file chosen; 1 of other kinds left out.");
  expect(saidChosen(toLearn(files("cover.jpg")))).toBe("No MIDI and no sound chosen; 1 of other kinds left out.");
});

test("the space is named after the one folder", () => {
  expect(folderOf(files("funk/a.mid", "funk/b/c.mid"))).toBe("funk");
  expect(folderOf(files("funk/a.mid", "rock/b.mid"))).toBeNull();
  expect(folderOf(files("a.mid"))).toBeNull();
});
