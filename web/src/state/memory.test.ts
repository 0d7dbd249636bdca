import { beforeEach, expect, test } from "vitest";
import { projectOf, scoreOf } from "../../tests/givenBars";
import { Clock } from "../audio/clock";
import { Transport } from "../audio/transport";
import { heardEvents } from "../rules/memory";
import { Memory } from "./memory";
import { Store } from "./store";

const bar = { meter: [4, 4] as const, strokes: [[0, 0, 1, 0], [1, 32, 0.5, -0.5], [2, 60, 0.25, 0]] as const }; // prettier-ignore

const bars = scoreOf([bar]);

let store: Store;
let memory: Memory;
let clock: Clock;
let now = 0;
let tick = () => {};

beforeEach(() => {
  now = 10;
  store = new Store();
  store.amend(projectOf([bar]));
  memory = new Memory(store);
  clock = new Clock(
    new Transport({ now: () => now }),
    () => ({ bars, quantum: "bar" }),
    [memory],
    (_, call) => {
      tick = call;
      return () => {};
    },
  );
  clock.start();
});

/** Seconds of music at 120: a bar lasts two. */
function pass(seconds: number): void {
  for (const end = now + seconds; now < end; ) {
    now += 0.025;
    tick();
  }
}

test("it remembers whole bars as they sounded, the last 64", () => {
  pass(1.9);
  expect(memory.count.value).toBe(0);
  pass(0.3);
  expect(memory.count.value).toBe(1);
  pass(4);
  expect(memory.last(2)).toHaveLength(2);
  const { strokes, seconds } = heardEvents(memory.last(2));
  expect(seconds).toBeCloseTo(4);
  expect(strokes.map(({ voice, velocity, time }) => [voice, velocity, Math.round(time * 1000)])).toEqual([
    [0, 1, 0], [1, 0.5, 984], [2, 0.25, 1875], [0, 1, 2000], [1, 0.5, 2984], [2, 0.25, 3875],
  ]); // prettier-ignore
  pass(200);
  expect([memory.count.value, memory.last(100).length]).toEqual([64, 64]);
});

test("what is queued when the music stops was not heard", () => {
  pass(3.05); // into the second bar, its middle queued
  clock.stop();
  expect([memory.count.value, memory.last(9).map(({ strokes }) => strokes.length)]).toEqual([1, [3]]);
});

test("a bar that was stopped within is kept, in silence to its end, only as long as there is no other", () => {
  pass(1.5);
  clock.stop();
  expect([memory.count.value, memory.last(1)[0]!.strokes.length]).toEqual([1, 2]);
  expect(memory.last(1)[0]!.seconds).toBeCloseTo(2);
  clock.start();
  pass(2.2);
  expect([memory.count.value, memory.last(9).map(({ strokes }) => strokes.length)]).toEqual([1, [3]]);
});

test("a muted voice was not heard, and a stroke has the level that it had", () => {
  const { mix } = store.scene.value;
  store.changeScene("mix", { ...store.scene.value, mix: mix.map((each, voice) => ({ ...each, mute: voice === 1, level: 0.5 })) });
  pass(4.2);
  expect(memory.last(1)[0]!.strokes.map(({ voice, level }) => [voice, level])).toEqual([[0, 0.5], [2, 0.5]]); // prettier-ignore
});
