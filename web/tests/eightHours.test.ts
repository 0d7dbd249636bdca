/** Eight hours of play in a second or two: every stroke of the plan is queued once, in order and at its time, and nothing piles up. */

import { expect, test } from "vitest";
import { arrange } from "../src/rules/arrange";
import type { BarPattern } from "../src/rules/protocol";
import { Clock } from "../src/audio/clock";
import type { QueuedStep } from "../src/audio/output";
import { Transport } from "../src/audio/transport";
import { Memory } from "../src/state/memory";
import { Store } from "../src/state/store";
import { projectOf, scoreOf } from "./givenBars";

const HOURS = Number(process.env["CLAVE_HOURS"] ?? 8);
const TEMPO_BPM = 30;
const TICK_SECONDS = 1; // as a hidden page gets it at best
const TOLERANCE_SECONDS = 1e-6;
const MOST_MARKS = 200; // steps of the seconds that are queued or kept

const loop: readonly BarPattern[] = [
  { meter: [4, 4], strokes: [[0, 0, 1, 0], [2, 12, 0.5, -1.5], [2, 20, 0.75, 0.25], [1, 32, 0.9, 0], [2, 63, 0.3, 1.9]] }, // prettier-ignore
  { meter: [3, 4], strokes: [[0, 0, 1, -0.5], [3, 24, 0.6, 0], [1, 47, 0.4, -1.25]] }, // prettier-ignore
];

test(`no stroke of ${HOURS} hours is lost, doubled or late, and no queue grows`, () => {
  const swing = { swing: 0.6 };
  const performance = arrange(projectOf(loop, swing), new Map(), 2);
  const tempo = { bars: scoreOf(loop, swing, TEMPO_BPM), quantum: "bar" as const };
  const slower = 120 / TEMPO_BPM; // than the project of the plan
  const plan = [...performance.strikes].sort((one, another) => one.bar - another.bar || one.step - another.step); // as steps are queued
  const round = performance.tempo.seconds * slower;

  const store = new Store();
  const memory = new Memory(store);
  let [now, struck, steps, wrong, late, gaps, most] = [0, 0, 0, 0, 0, 0, 0];
  let end: number | null = null;
  const checked = {
    step({ time, seconds }: QueuedStep) {
      if (end !== null && Math.abs(time - end) > TOLERANCE_SECONDS) gaps += 1;
      end = time + seconds;
      steps += 1;
    },
    strike(voice: number, velocity: number, time: number) {
      const due = plan[struck % plan.length]!;
      const wanted = Math.max(0.06, 0.06 + due.seconds * slower + Math.floor(struck / plan.length) * round);
      if (due.voice !== voice || due.velocity !== velocity || Math.abs(time - wanted) > TOLERANCE_SECONDS) wrong += 1;
      if (time < now - TOLERANCE_SECONDS) late += 1;
      struck += 1;
    },
    release() {},
    silence() {},
  };
  let tick = () => {};
  const clock = new Clock(new Transport({ now: () => now }), () => tempo, [checked, memory], (_, each) => {
    tick = each;
    return () => {};
  });
  clock.hidden = true;
  clock.start();
  for (; now < HOURS * 3600; now += TICK_SECONDS) {
    tick();
    most = Math.max(most, clock["marks"].length);
  }
  const rounds = Math.floor((HOURS * 3600) / round);
  expect([wrong, late, gaps]).toEqual([0, 0, 0]);
  expect(struck).toBeGreaterThanOrEqual(rounds * plan.length);
  expect(struck).toBeLessThanOrEqual((rounds + 2) * plan.length);
  expect(steps).toBeGreaterThan(rounds * 112);
  expect(most).toBeLessThan(MOST_MARKS);
  expect(memory.count.value).toBeLessThanOrEqual(64);
}, 60_000 + 60_000 * HOURS);
