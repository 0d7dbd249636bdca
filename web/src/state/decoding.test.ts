import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { toyInstrument } from "../../dev/toyServer";
import { HeldRhythm } from "../../tests/heldRhythm";
import { pointOf } from "../rules/scene";
import { Actions } from "./actions";
import { Decoding } from "./decoding";
import { Store } from "./store";

const FRAME = 1000 / 60;

let store: Store;
let actions: Actions;
let rhythm: HeldRhythm;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  rhythm = new HeldRhythm();
  store = new Store();
  store.instrument.value = toyInstrument;
  store.stage.value = { width: 1200, height: 800 };
  new Decoding(store, rhythm);
  actions = new Actions(store);
  await rhythm.settle();
});
afterEach(() => void vi.useRealTimers());

/** The next move of a drag, so many pixels to the right of the middle. */
function move(pixels: number): void {
  vi.advanceTimersByTime(FRAME);
  actions.goTo([pixels / store.projection.value.scale, 0.5], true);
}

const soundingPx = () => Math.round(pointOf(store.score.value.project.scene)[0] * store.projection.value.scale);

test("a drag that goes on finds its bars there, and asks for none", async () => {
  for (const pixels of [0, 6, 12]) {
    move(pixels);
    await rhythm.settle();
  }
  const many = rhythm.requests.length;
  move(18);
  expect([store.waiting.value, rhythm.requests.length]).toEqual([false, many]);
});

test("a drag that turns away waits for its bar", async () => {
  for (const pixels of [0, 6, 12]) {
    move(pixels);
    await rhythm.settle();
  }
  move(60);
  expect(store.waiting.value).toBe(true);
  await rhythm.settle();
  expect(store.waiting.value).toBe(false);
});

test("the hand has moved on before a bar has come: it sounds until the next has", async () => {
  move(0);
  await rhythm.settle();
  move(100); // requested
  move(-80); // waits
  const [answer] = rhythm.answers.splice(0);
  answer!();
  await new Promise((resolve) => setTimeout(resolve, 0));
  expect(Math.abs(soundingPx() - 100)).toBeLessThan(3);
  expect(store.waiting.value).toBe(true);
  await rhythm.settle();
  expect(Math.abs(soundingPx() + 80)).toBeLessThan(3);
});

test("a click asks for the bars of the click only", async () => {
  const many = rhythm.requests.length;
  actions.goTo([1, 1]);
  actions.goTo([1.1, 1]);
  actions.settle();
  await rhythm.settle();
  expect(rhythm.requests.slice(many).flatMap((bars) => bars.map((bar) => bar.kind === "generated" && bar.point))).toEqual([[1, 1], [1.1, 1]]); // prettier-ignore
});
