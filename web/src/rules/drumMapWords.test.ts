import { expect, test } from "vitest";
import { givenNotes, saidFit, saidLook, saidMap, saidNote } from "./drumMapWords";

const KICK = { note: 36, strokes: 8, bars: 4, first_bar: 1, voice: "kick", guessed: false, why: "" };
const RIM = { note: 18, strokes: 1, bars: 1, first_bar: 3, voice: "snare", guessed: true, why: "as in bfd" };

test("a note is said with its strokes, its bars and what a guess goes by", () => {
  expect(saidNote(KICK)).toBe("8 strokes in 4 bars, from bar 1 on");
  expect(saidNote(RIM)).toBe("1 stroke in bar 3; a guess, as in bfd");
});

test("the fit is said, and never as more than it is", () => {
  expect(saidLook({ name: "general-midi", known: 0.999, notes: [KICK, RIM], fits: [{ name: "general-midi", known: 0.999, kit: 0.5 }] })).toBe("General midi lists 99 % of the strokes, 50 % as strokes of the kit. One note is left out of what plays, until you read it with the voices below.");
  expect(saidLook({ name: "own", known: 1, notes: [KICK], fits: [] })).toBe("My drum map lists 100 % of the strokes, 100 % as strokes of the kit.");
  expect(saidFit({ name: "bfd", known: 1, kit: 0.5 })).toBe("bfd: 100 %");
  expect(saidMap("fit")).toBe("the map that fits");
});

test("a guess is taken unless another voice is chosen, and a note may be left out", () => {
  expect(givenNotes([KICK, RIM], new Map([[36, null]]))).toEqual({ 36: null, 18: "snare" });
});
