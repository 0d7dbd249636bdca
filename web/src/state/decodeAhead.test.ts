import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { toyInstrument } from "../../dev/toyServer";
import { HeldRhythm } from "../../tests/heldRhythm";
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
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  ahead.failure = new ServerError("the server does not answer; is clave still running?");
  store.pointed.value = [0.2, 0];
  vi.advanceTimersByTime(60);
  vi.useRealTimers();
  await ahead.settle();
  expect(ahead.requests).toHaveLength(1);
  expect(store.notice.value).toBeNull();
});
