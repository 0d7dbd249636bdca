import { beforeEach, expect, test } from "vitest";
import { toyComplete, toyFeel, toyFromTaps } from "../../dev/toyBars";
import { toyInstrument } from "../../dev/toyServer";
import { HeldServer } from "../../tests/heldServer";
import type { CompleteRequest, FeelRequest, TapsRequest, BarPattern } from "../rules/protocol";
import { Actions } from "./actions";
import { BarActions } from "./barActions";
import type { Player } from "./player";
import { Store } from "./store";

const MADE: Record<string, (request: never) => BarPattern> = {
  "./api/patterns/feel": toyFeel,
  "./api/patterns/complete": toyComplete,
  "./api/patterns/taps": toyFromTaps,
};
const BAR: BarPattern = {
  meter: [4, 4],
  strokes: [
    [0, 0, 0.8, 0],
    [1, 16, 0.8, 0],
    [2, 8, 0.8, 0],
    [2, 24, 0.8, 0],
  ],
};

let store: Store;
let actions: Actions;
let bar: BarActions;
let server: HeldServer<never>;
let clock: { now: number | null; starts: number };

/** A server whose server.answers the test releases, and a bar in the grid. */
beforeEach(() => {
  server = new HeldServer((request, path) => ({ pattern: MADE[path]!(request) }));
  store = new Store();
  store.instrument.value = toyInstrument;
  store.amend({ ...store.groove.value, place: { ...store.groove.value.place, pattern: BAR } });
  actions = new Actions(store);
  clock = { now: 0, starts: 0 };
  bar = new BarActions(store, actions, { play: () => Promise.resolve(void clock.starts++), positionAt: () => clock.now } as unknown as Player);
});

const settled = () => server.settle();
const shown = () => store.shown.value;
const requests = <T>() => server.requests.map(({ request }) => request as T);

test("humanising goes from the bar as it was, however far the slider was before, and 0 brings it back", async () => {
  for (const amount of [0.2, 0.5, 0.8]) bar.humaniseBy(amount);
  expect(bar.humanise.amount).toBe(0.8); // before any answer
  await settled();
  expect(requests<FeelRequest>().map(({ amount, pattern }) => [amount, pattern])).toEqual([
    [0.2, BAR],
    [0.8, BAR],
  ]);
  expect(shown()).toEqual(toyFeel({ pattern: BAR, style: null, amount: 0.8, like: null, seed: 0 }));
  expect(store.groove.value.place.edited).toBe(true);
  expect(store.history.value.past).toHaveLength(1); // one drag, one step
  bar.humaniseBy(0);
  await settled();
  expect(shown()).toEqual(BAR);
  expect(bar.humanise.amount).toBe(0);
});

test("another take is another seed and a step of its own; undo finds the amount again", async () => {
  bar.humaniseAgain();
  await settled();
  const first = shown();
  const { amount, seed } = bar.humanise;
  expect(amount).toBe(0.6);
  bar.humaniseAgain();
  await settled();
  expect(bar.humanise.seed).not.toBe(seed);
  expect(requests<FeelRequest>()[1]!.pattern).toEqual(BAR);
  actions.undo();
  expect(shown()).toBe(first);
  expect(bar.humanise).toMatchObject({ amount: 0.6, seed });
  actions.undo();
  expect(shown()).toBe(BAR);
  expect(clock.starts).toBe(2); // another take is heard
});

test("a slot lends its feel", async () => {
  const lent: BarPattern = { meter: [4, 4], strokes: [[5, 16, 0.3, -1.25]] };
  const { groove } = store;
  store.amend({ ...groove.value, slots: groove.value.slots.map((_, slot) => (slot === 2 ? { ...groove.value.place, pattern: lent } : null)) });
  bar.humaniseLike(2);
  await settled();
  expect(requests<FeelRequest>()[0]!.like).toEqual(lent);
  expect(bar.humanise.like).toBe(2);
  bar.humaniseLike(null);
  await settled();
  expect(requests<FeelRequest>()[1]!.like).toBeNull();
});

test("what comes for a bar that is gone changes nothing", async () => {
  bar.humaniseBy(0.7);
  actions.edit("stroke", () => ({ meter: [4, 4], strokes: [] }));
  await settled();
  expect(shown().strokes).toEqual([]);
  expect(bar.humanise.amount).toBe(0);
  bar.humaniseBy(0.5);
  expect(store.notice.value?.text).toContain("no stroke");
  expect(server.requests).toHaveLength(1);
});

test("the rest is filled in around what is held", async () => {
  await bar.fillRest();
  expect(store.notice.value?.text).toContain("Mark what stays");
  bar.toggleRow(2);
  bar.toggleColumns([0, 1, 2, 3]);
  void bar.fillRest();
  await settled();
  const [{ keep, pattern }] = requests<CompleteRequest>() as [CompleteRequest];
  expect(pattern).toEqual(BAR);
  expect(keep).toContainEqual([2, 0, 64]);
  expect(keep.filter(([voice]) => voice !== 2)).toEqual([0, 1, 3, 4, 5, 6, 7].map((voice) => [voice, 0, 16]));
  const kept = ([voice, step]: readonly number[]) => voice === 2 || step! < 16;
  expect(shown().strokes.filter(kept)).toEqual(BAR.strokes.filter(kept));
  expect(shown()).not.toEqual(BAR);
  expect(store.groove.value.place.edited).toBe(true);
  actions.undo();
  expect(shown()).toBe(BAR);
});

test("each time the rest has another seed; when all is held there is no rest", async () => {
  bar.toggleRow(0);
  for (let n = 0; n < 2; n++) {
    void bar.fillRest();
    await settled();
  }
  const [one, other] = requests<CompleteRequest>();
  expect(one!.seed).not.toBe(other!.seed);
  for (let voice = 1; voice < 8; voice++) bar.toggleRow(voice);
  await bar.fillRest();
  expect(store.notice.value?.text).toContain("Everything stays");
  expect(server.requests).toHaveLength(2);
});

test("a drag marks from its corner, and takes marks off where it began on one", () => {
  const mark = bar.markFrom({ voice: 1, cell: 2 });
  mark({ voice: 2, cell: 5 });
  mark({ voice: 1, cell: 3 }); // the drag comes back
  expect([...store.bar.holds.value.cells]).toEqual(["1.2", "1.3"]);
  bar.markFrom({ voice: 1, cell: 3 })({ voice: 1, cell: 3 });
  expect([...store.bar.holds.value.cells]).toEqual(["1.2"]);
  bar.releaseAll();
  expect(store.bar.holds.value.cells.size).toBe(0);
});

test("taps become a bar in the meter, style and section chosen, as one step of undo", async () => {
  bar.openTaps();
  expect(store.bar.tapTo.value).toBe("click"); // nothing plays
  for (const position of [64.25, 80, 96, 128.25, 144.5, 160]) {
    clock.now = position;
    bar.tap(0, 0.8);
  }
  void bar.drumsForTaps();
  await settled();
  const [request] = requests<TapsRequest>();
  expect(request).toMatchObject({ meter: [4, 4], style: null, section: "beat" });
  expect(request!.taps.map(([position]) => position)).toEqual([0.25, 16.25, 32]);
  expect(shown()).toEqual(toyFromTaps(request!));
  expect(store.bar.tapTo.value).toBe("loop"); // what was made is heard
  actions.undo();
  expect(shown()).toBe(BAR);
});

test("to the loop if it plays; a tap while the music is stopped starts it, and taps begin again with the music", () => {
  store.playing.value = true;
  bar.openTaps();
  expect(store.bar.tapTo.value).toBe("loop");
  const tapAt = (position: number | null) => {
    clock.now = position;
    bar.tap(0, 0.8);
  };
  tapAt(100);
  tapAt(120);
  expect(store.bar.taps.value).toHaveLength(2);
  store.playing.value = false;
  tapAt(null);
  expect(clock.starts).toBe(1);
  tapAt(7);
  expect(store.bar.taps.value).toEqual([[7, 0.8]]);
  tapAt(20);
  actions.edit("meter", () => ({ meter: [3, 4], strokes: [] }));
  tapAt(30);
  expect(store.bar.taps.value).toEqual([[30, 0.8]]); // places in bars of another length say nothing
  bar.closeTaps();
  expect([store.bar.tapTo.value, store.bar.taps.value]).toEqual([null, []]);
});
