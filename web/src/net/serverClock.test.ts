import { expect, test } from "vitest";
import { ServerClock } from "./serverClock";

const OFFSET = 1234.5; // seconds that the server is ahead

test("the quickest answer of the latest ones counts: the error is at most half of what it took", () => {
  const clock = new ServerClock();
  expect(clock.known).toBe(false);
  let now = 1000;
  for (const [there, back] of [[1, 30], [40, 2], [1, 1.4], [3, 90]] as const) {
    clock.heard(now, (now + there) / 1000 + OFFSET, now + there + back);
    now += 500;
  }
  expect(clock.known).toBe(true);
  expect(Math.abs(clock.at(now) - now / 1000 - OFFSET)).toBeLessThan(0.0003);
});

test("it follows a clock that drifts, as old answers are forgotten", () => {
  const clock = new ServerClock();
  const drift = 1 + 1e-4; // a hundred times what a quartz does
  for (let now = 0; now < 60_000; now += 500) clock.heard(now, ((now + 1) / 1000) * drift + OFFSET, now + 2);
  expect(Math.abs(clock.at(60_000) - 60 * drift - OFFSET)).toBeLessThan(0.002);
});

test("an answer that came before it was asked for, and another server, count for nothing", () => {
  const clock = new ServerClock();
  clock.heard(1000, 5, 900);
  expect(clock.known).toBe(false);
  clock.heard(1000, 5, 1001);
  clock.forget();
  expect(clock.known).toBe(false);
});
