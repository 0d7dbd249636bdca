import { beforeEach, expect, test } from "vitest";
import { ServerError } from "../net/api";
import { ServerWatch } from "./serverWatch";
import { Store } from "./store";

const away = new ServerError("the server does not answer");

let store: Store;
let watch: ServerWatch;
let timers: { ms: number; call: () => void; off: boolean }[];
let isBack: boolean;

beforeEach(() => {
  store = new Store();
  timers = [];
  isBack = false;
  watch = new ServerWatch(
    store,
    () => (isBack ? Promise.resolve() : Promise.reject(away)),
    (ms, call) => {
      const timer = { ms, call, off: false };
      timers.push(timer);
      return () => (timer.off = true);
    },
  );
});

const pending = () => timers.filter(({ off }) => !off);
const passTime = () => {
  const [next] = pending();
  timers = timers.filter((each) => each !== next);
  next?.call();
};

test("a refusal is no absence", () => {
  expect(watch.waits("the bars", new ServerError("no style 'polka'", true), () => undefined)).toBe(false);
  expect(watch.waits("the bars", new Error("broken"), () => undefined)).toBe(false);
  expect([store.away.value, pending()]).toEqual([[], []]);
});

test("a request is tried again, each time after a longer pause, until it is answered; then nothing is left", () => {
  let tries = 0;
  const request = (): void => void (++tries < 4 ? watch.waits("the bars", away, request) : watch.answered("the bars"));
  watch.waits("the bars", away, request);
  expect(store.away.value).toEqual(["the bars"]);
  const pauses: number[] = [];
  while (pending().length > 0 && pauses.length < 20) {
    pauses.push(pending()[0]!.ms);
    expect(pending()).toHaveLength(1);
    passTime();
  }
  expect([tries, pauses]).toEqual([4, [1000, 2000, 4000, 8000]]);
  expect([store.away.value, pending()]).toEqual([[], []]);
  watch.waits("the bars", away, request);
  expect(pending()[0]!.ms).toBe(1000); // the next absence begins anew
});

test("pauses are at most 15 seconds, and a player need not wait for their end", () => {
  let tries = 0;
  watch.waits("the kit", away, () => void tries++);
  for (let n = 0; n < 8; n++) passTime();
  expect([tries, pending()[0]!.ms]).toEqual([8, 15_000]);
  watch.tryNow();
  expect([tries, pending()]).toEqual([9, [expect.objectContaining({ ms: 15_000 })]]);
});

test("several requests wait together, and the notice names those that are left", () => {
  watch.waits("the kit", away, () => undefined);
  watch.waits("the bars", away, () => undefined);
  watch.waits("the kit", away, () => undefined);
  expect([store.away.value, pending().length]).toEqual([["the kit", "the bars"], 1]);
  watch.answered("the kit");
  expect([store.away.value, pending().length]).toEqual([["the bars"], 1]);
  watch.answered("what nobody asked for");
  expect(store.away.value).toEqual(["the bars"]);
});

test("an act that failed for want of an answer is not done by itself, but its notice goes when the server is back", async () => {
  store.reportError(away);
  expect([store.notice.value?.unanswered, store.away.value]).toEqual([true, ["an answer"]]);
  passTime();
  await Promise.resolve();
  expect(store.notice.value).not.toBeNull();
  isBack = true;
  watch.tryNow();
  await Promise.resolve();
  expect([store.notice.value, store.away.value, pending()]).toEqual([null, [], []]);
});

test("another notice is not put away by it", async () => {
  store.reportError(away);
  store.reportError(new Error("groove.wav is not written"));
  isBack = true;
  watch.tryNow();
  await Promise.resolve();
  expect([store.notice.value?.text, store.away.value]).toEqual(["groove.wav is not written", []]);
});
