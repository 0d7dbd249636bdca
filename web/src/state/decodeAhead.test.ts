import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { toyInstrument } from "../../dev/toyServer";
import { HeldRhythm } from "../../tests/heldRhythm";
import { barKey } from "../rules/bars";
import type { Bar } from "../rules/project";
import { atPoint, pointOf } from "../rules/scene";
import { ServerError } from "../net/api";
import { Actions } from "./actions";
import { DecodeAhead } from "./decodeAhead";
import { Decoding } from "./decoding";
import { Store } from "./store";

let store: Store;
let actions: Actions;
let wanted: HeldRhythm; // bars that are to be played now
let ahead: HeldRhythm;

beforeEach(() => {
  [wanted, ahead] = [new HeldRhythm(), new HeldRhythm()];
  store = new Store();
  store.instrument.value = toyInstrument;
  store.stage.value = { width: 1200, height: 800 };
  new Decoding(store, wanted);
  new DecodeAhead(store, ahead);
  actions = new Actions(store);
});
afterEach(() => void vi.useRealTimers());

/** Moves of 6 pixels to the right; each waits for its bar. */
async function drag(moves: number): Promise<void> {
  for (let n = 0; n < moves; n++) {
    actions.goTo([(n * 6) / store.projection.value.scale, 0.5], true);
    await wanted.settle();
  }
}

const isThere = (bar: Bar) => store.decoded.get(barKey(bar)) !== undefined;

test("a drag that goes on finds its bars there, and asks for none", async () => {
  await drag(3);
  expect(ahead.requests.length).toBeGreaterThan(0);
  await ahead.settle();
  const many = wanted.requests.length;
  actions.goTo([18 / store.projection.value.scale, 0.5], true);
  expect([store.waiting.value, wanted.requests.length]).toEqual([false, many]);
  expect(pointOf(store.scene.value)[0] * store.projection.value.scale).toBeCloseTo(18, -1);
});

test("a drag that turns finds its bars on all sides", async () => {
  await drag(3);
  await ahead.settle();
  const { value: spacing } = store.lattice;
  const [x, y] = pointOf(store.scene.value);
  const on = 2 * spacing; // 6 pixels
  for (const [dx, dy] of [[0, 0], [spacing, spacing], [-spacing, 0], [0, -spacing]] as const) // prettier-ignore
    expect(atPoint(store.scene.value, [x + on + dx, y + dy]).bars.every(isThere)).toBe(true);
});

test("a click asks for nothing ahead, nor does a drag that is over", async () => {
  actions.goTo([1, 1]);
  actions.goTo([1.1, 1]);
  actions.settle();
  await drag(2);
  const many = ahead.requests.length;
  actions.settle();
  await ahead.settle();
  actions.changeSettings("seed", { seed: 7 });
  await wanted.settle();
  expect(ahead.requests.length).toBe(many);
});

test("after a slow answer the server rests from what is only likely", async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  await drag(2);
  expect(ahead.requests).toHaveLength(1);
  vi.advanceTimersByTime(60);
  await ahead.settle();
  await drag(6);
  expect(ahead.requests).toHaveLength(1);
  vi.advanceTimersByTime(600);
  await drag(4);
  expect(ahead.requests).toHaveLength(2);
});

test("what lies where the pointer rests is there when it is pressed; nothing is asked on the way there", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  for (const x of [0.2, 0.4, 0.6]) {
    store.pointed.value = [x, 0];
    vi.advanceTimersByTime(16);
  }
  expect(ahead.requests).toHaveLength(0);
  vi.advanceTimersByTime(60);
  expect(ahead.requests.flat()).toHaveLength(1);
  vi.useRealTimers();
  await wanted.settle();
  await ahead.settle();
  actions.goTo([0.6, 0]);
  expect(store.waiting.value).toBe(false);
  actions.settle();
  store.pointed.value = null; // it has left the map
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(ahead.requests).toHaveLength(1);
});

test("a failure is not said: nothing that is wanted is missing", async () => {
  ahead.failure = new ServerError("the server does not answer; is clave still running?");
  await drag(3);
  await ahead.settle();
  expect(store.notice.value).toBeNull();
  expect(store.waiting.value).toBe(false);
});
