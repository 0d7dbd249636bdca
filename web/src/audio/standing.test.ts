import { expect, test } from "vitest";
import { Asleep, Standstill } from "./standing";

const still = { currentTime: 7, state: "running" as AudioContextState };

test("an audio clock that stands still for four seconds of looking has no device", () => {
  const standstill = new Standstill();
  let ms = 0;
  const look = (seconds: number, state: AudioContextState = "running") => {
    let found = false;
    for (const end = ms + 1000 * seconds; ms < end; ms += 16) found = standstill.stalled({ ...still, state }, ms);
    return found;
  };
  expect(look(3.9)).toBe(false);
  expect(look(0.3)).toBe(true);
  expect(look(60, "interrupted" as AudioContextState)).toBe(false); // it says so itself
  expect(standstill.stalled({ ...still, currentTime: 7.1 }, ms)).toBe(false);
});

test("a computer that was asleep for an hour has not lost its device", () => {
  const standstill = new Standstill();
  standstill.stalled(still, 0);
  expect(standstill.stalled(still, 3_600_000)).toBe(false); // the first picture after it woke: the clock is about to go on
  expect(standstill.stalled(still, 3_600_016)).toBe(false);
});

test("music that was left out in a sleep is said, and so is a sleep in which the audio clock stood still", () => {
  const said: string[] = [];
  let ms = 0;
  const asleep = new Asleep((sentence) => said.push(sentence), () => ms);
  const tick = (audio: number, seconds: number) => {
    ms += 1000 * seconds;
    asleep.release(audio);
  };
  tick(10, 1);
  tick(10.01, 0.01);
  tick(11.2, 1.2); // a hidden page
  expect(said).toEqual([]);
  tick(7511.2, 7500);
  expect(said).toEqual(["2 hours 5 minutes of music were left out, as the computer was asleep or the page stood still. It goes on in time."]);
  tick(7511.21, 420);
  expect(said[1]).toBe("The computer was asleep, or the page stood still, for 7 minutes. The music goes on where it was.");
  asleep.silence();
  tick(9000, 1500); // stopped meanwhile
  expect(said).toHaveLength(2);
});
