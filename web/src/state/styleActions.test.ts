import { beforeEach, expect, test, vi } from "vitest";
import { toyInstrument } from "../../dev/toyServer";
import { HeldRhythm } from "../../tests/heldRhythm";
import { pointOf, tempoOf } from "../rules/scene";
import { Actions } from "./actions";
import { Decoding } from "./decoding";
import { Store } from "./store";
import { StyleActions } from "./styleActions";

let store: Store;
let actions: Actions;
let styles: StyleActions;
const play = vi.fn(async () => {
  store.playing.value = true;
});

beforeEach(() => {
  store = new Store();
  store.instrument.value = toyInstrument;
  new Decoding(store, new HeldRhythm());
  actions = new Actions(store);
  styles = new StyleActions(store, actions, { play });
  play.mockClear();
});

const now = () => {
  const { settings, ...scene } = store.scene.value;
  return [pointOf(scene), tempoOf(store.scene.value), settings.meter, settings.style];
};

test("choosing a style goes there and plays, and one undo brings all back", () => {
  actions.goTo([2, 2]);
  const before = store.project.value;
  styles.goToStyle("jazz");
  expect([now(), play.mock.calls.length]).toEqual([[[1, 1], 160, [3, 4], "jazz"], 1]);
  styles.goToStyle("funk");
  expect(play.mock.calls.length).toBe(1); // it plays already
  actions.undo();
  expect(now()[3]).toBe("jazz");
  actions.undo();
  expect(store.project.value).toBe(before);
});

test("each style is a step of its own, the one that plays is none", () => {
  styles.goToStyle("jazz");
  styles.goToStyle("latin");
  styles.goToStyle("latin");
  expect(store.history.value.past).toHaveLength(2);
});

test("a blend that cannot be is said and changes nothing", () => {
  styles.goToStyle("jazz");
  const before = store.project.value;
  styles.goToStyle("jazz", { blend: true });
  expect([store.project.value, store.notice.value?.text]).toEqual([before, "jazz is in it already."]);
});

test("it can be gone back to among the places that were clicked", () => {
  styles.goToStyle("jazz");
  styles.goToStyle("funk");
  actions.visit(-1);
  expect(now()[0]).toEqual([1, 1]);
});
