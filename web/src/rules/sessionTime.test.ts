import { expect, test } from "vitest";
import { beatAt, moved, nextBarLine, type Session } from "./sessionTime";

const SESSION: Session = { seconds: 100, beat: 8, tempo_bpm: 120, peers: 1, playing: true, quantum: 4, start: null };

test("beats go on with the tempo", () => expect(beatAt(SESSION, 101.5)).toBe(11));

test("a bar begins at the next line, or at one that has just passed", () => {
  expect(nextBarLine(SESSION, 100.5, 4)).toBe(12);
  expect(nextBarLine(SESSION, 102.04, 4)).toBe(12);
  expect(nextBarLine(SESSION, 102.06, 4)).toBe(16);
  expect(nextBarLine({ ...SESSION, beat: -6.5 }, 100, 3)).toBe(-6);
});

test("renumbered beats change nothing; a jump of more than a quarter of a beat is entered anew", () => {
  const later = { ...SESSION, seconds: 101, beat: 10 };
  expect(moved(SESSION, later, 4)).toEqual({ by: 0, jumped: false });
  expect(moved(SESSION, { ...later, beat: -2 }, 4)).toEqual({ by: -12, jumped: false });
  expect(moved(SESSION, { ...later, beat: 10.02 }, 4)).toEqual({ by: 0, jumped: false });
  expect(moved(SESSION, { ...later, beat: 11.5 }, 4)).toEqual({ by: 0, jumped: true });
  expect(moved(SESSION, { ...later, beat: 10.5, tempo_bpm: 180 }, 4).jumped).toBe(false);
});
