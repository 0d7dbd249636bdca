import { expect, test, vi } from "vitest";
import { AudibleMoment, audibleTime, type AudioTimes } from "./audioTime";

/** Audio second 0 is heard at 5000 ms; 30 ms lie between rendering and loudspeaker. */
function context(jitterMs = () => 0): AudioTimes & { reads: boolean } {
  return {
    reads: true,
    outputLatency: 0.03,
    get currentTime() {
      return (performance.now() - 5000) / 1000 + 0.03;
    },
    getOutputTimestamp() {
      const now = performance.now();
      return this.reads ? { contextTime: (now - 5000 + jitterMs()) / 1000, performanceTime: now } : { contextTime: 0, performanceTime: 0 };
    },
  };
}

test("what is heard now and when a time is heard are two sides of one thing", () => {
  vi.spyOn(performance, "now").mockReturnValue(7500);
  for (const reads of [true, false]) {
    const clock = { ...Object.create(null), ...context(), currentTime: 2.53, reads } as AudioTimes;
    expect(audibleTime(clock)).toBeCloseTo(2.5, 9);
    const moment = new AudibleMoment(clock);
    moment.follow();
    expect(moment.of(audibleTime(clock))).toBeCloseTo(7500, 6);
    expect(moment.of(3)).toBeCloseTo(8000, 6);
    expect(moment.at(8000)).toBeCloseTo(3, 9);
  }
});

test("readings that jitter by 3 ms move the beat by less than half of one", () => {
  let now = 6000;
  vi.spyOn(performance, "now").mockImplementation(() => now);
  let side = 1;
  const moment = new AudibleMoment(context(() => 3 * (side = -side)));
  const found: number[] = [];
  for (let n = 0; n < 400; n++, now += 25) {
    moment.follow();
    if (n > 150) found.push(moment.of(100));
  }
  found.forEach((time) => expect(Math.abs(time - 105_000)).toBeLessThan(0.5));
});

test("a context that has just begun is waited for, one that never says is not", () => {
  let now = 5000;
  vi.spyOn(performance, "now").mockImplementation(() => now);
  const young = { ...context(), reads: false, outputLatency: 0.01, currentTime: 0.005 } as AudioTimes & { reads: boolean; currentTime: number };
  const moment = new AudibleMoment(young);
  expect(moment.follow()).toBe(false);
  young.currentTime = 0.03;
  expect(moment.follow()).toBe(false);
  const early = new AudibleMoment({ ...young, getOutputTimestamp: () => ({ contextTime: 0.00003, performanceTime: 5000 }) });
  expect(early.follow()).toBe(false);
  young.currentTime = 0.2;
  now = 5200;
  expect([moment.follow(), moment.of(0.2)]).toEqual([true, 5210]);
  young.reads = true;
  expect([moment.follow(), moment.of(0.2)]).toEqual([true, 5200]);
});

test("another output device is believed at once", () => {
  vi.spyOn(performance, "now").mockReturnValue(7500);
  let latencyMs = 0;
  const moment = new AudibleMoment(context(() => -latencyMs));
  moment.follow();
  expect(moment.of(0)).toBeCloseTo(5000, 6);
  latencyMs = 180;
  moment.follow();
  expect(moment.of(0)).toBeCloseTo(5180, 6);
});
