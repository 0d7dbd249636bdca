import { beforeEach, expect, test } from "vitest";
import { toyComplete, toyFeel, toyFromTaps } from "../../dev/toyBars";
import { toyInstrument } from "../../dev/toyServer";
import { given } from "../../tests/givenBars";
import { HeldRhythm } from "../../tests/heldRhythm";
import type { Bar, Operation } from "../rules/project";
import type { BarPattern } from "../rules/protocol";
import { readMessage } from "../rules/messageChecks";
import { isEdited, withSlot } from "../rules/scene";
import { Actions } from "./actions";
import { BarActions } from "./barActions";
import { Decoding } from "./decoding";
import type { Player } from "./player";
import { Store } from "./store";

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
let rhythm: HeldRhythm;
let clock: { now: number | null; starts: number };
let played: readonly unknown[][]; // what the player was told of taps

/** A space whose answers the test releases, and a bar in the grid. */
beforeEach(() => {
  rhythm = new HeldRhythm();
  store = new Store();
  store.instrument.value = toyInstrument;
  store.amendScene({ ...store.scene.value, bars: [given(BAR)] });
  const decoding = new Decoding(store, rhythm);
  actions = new Actions(store);
  clock = { now: 0, starts: 0 };
  played = [];
  const player = {
    play: () => Promise.resolve(void clock.starts++),
    positionAt: () => clock.now,
    played: (...stroke: unknown[]) => (played = [...played, stroke]),
  };
  bar = new BarActions(store, actions, player as unknown as Player, decoding);
});

const settled = () => rhythm.settle();
const shown = () => store.shown.value;
/** The last operation of each bar that was requested, of this kind. */
const operations = <Kind extends Operation["kind"]>(kind: Kind) =>
  rhythm.requests.flat().flatMap((each: Bar) => (each.kind === "edited" && each.operations.at(-1)!.kind === kind ? [each.operations.at(-1) as Operation & { kind: Kind }] : []));

test("humanising goes from the bar as it was, however far the slider was before, and 0 brings it back", async () => {
  for (const amount of [0.2, 0.5, 0.8]) bar.humaniseBy(amount);
  expect(bar.humanise.amount).toBe(0.8); // before any answer
  await settled();
  expect(operations("humanise").map(({ amount }) => amount)).toEqual([0.2, 0.8]);
  expect(shown()).toEqual(toyFeel({ pattern: BAR, style: null, amount: 0.8, like: null, seed: 0 }));
  expect(isEdited(store.scene.value)).toBe(true);
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
  expect(rhythm.requests.flat().at(-1)).toMatchObject({ base: given(BAR), operations: [{ kind: "humanise" }] });
  actions.undo();
  expect(shown()).toEqual(first);
  expect(bar.humanise).toMatchObject({ amount: 0.6, seed });
  actions.undo();
  expect(shown()).toEqual(BAR);
  expect(clock.starts).toBe(2); // another take is heard
});

test("a slot lends its feel", async () => {
  const lent: BarPattern = { meter: [4, 4], strokes: [[5, 16, 0.3, -1.25]] };
  store.amend(withSlot(store.project.value, 2, { ...store.scene.value, bars: [given(lent)] }));
  bar.humaniseLike(2);
  await settled();
  expect(operations("humanise")[0]!.like).toEqual(given(lent));
  expect(bar.humanise.like).toBe(2);
  bar.humaniseLike(null);
  await settled();
  expect(operations("humanise")[1]!.like).toBeNull();
  expect(bar.humanise.like).toBeNull();
});

test("what comes for a bar that is gone changes nothing", async () => {
  bar.humaniseBy(0.7);
  actions.edit("stroke", () => ({ meter: [4, 4], strokes: [] }));
  await settled();
  expect(shown().strokes).toEqual([]);
  expect(bar.humanise.amount).toBe(0);
  bar.humaniseBy(0.5);
  expect(store.notice.value?.text).toContain("no stroke");
  expect(rhythm.requests).toHaveLength(1);
});

const inOrder = ({ strokes }: BarPattern) => [...strokes].sort(([voice, step], [other, at]) => voice - other || step - at);

test("the rest is filled in around what is held", async () => {
  await bar.fillRest();
  expect(store.notice.value?.text).toContain("Mark what stays");
  bar.toggleRow(2);
  bar.toggleColumns([0, 1, 2, 3]);
  void bar.fillRest();
  await settled();
  const [operation] = operations("complete");
  const { keep } = operation!;
  expect(keep).toContainEqual([2, 0, 64]);
  expect(keep.filter(([voice]) => voice !== 2)).toEqual([0, 1, 3, 4, 5, 6, 7].map((voice) => [voice, 0, 16]));
  const kept = ([voice, step]: readonly number[]) => voice === 2 || step! < 16;
  expect(shown().strokes.filter(kept)).toEqual(BAR.strokes.filter(kept));
  expect(inOrder(shown())).toEqual(inOrder(toyComplete({ ...operation!, pattern: BAR })));
  expect(isEdited(store.scene.value)).toBe(true);
  actions.undo();
  expect(shown()).toEqual(BAR);
});

test("each time the rest has another seed; when all is held there is no rest", async () => {
  bar.toggleRow(0);
  for (let n = 0; n < 2; n++) {
    void bar.fillRest();
    await settled();
  }
  const [one, other] = operations("complete");
  expect(one!.seed).not.toBe(other!.seed);
  for (let voice = 1; voice < 8; voice++) bar.toggleRow(voice);
  await bar.fillRest();
  expect(store.notice.value?.text).toContain("Everything stays");
  expect(rhythm.requests).toHaveLength(2);
});

test("a bar that was filled in more often than a project holds keeps its strokes, and goes on", async () => {
  bar.toggleRow(0);
  for (let n = 0; n < 40; n++) {
    void bar.fillRest();
    await settled();
  }
  const [now] = store.scene.value.bars;
  expect(now!.kind === "edited" && [now!.base.kind, now!.operations.length]).toEqual(["given", 9]); // its cells, and what was done since
  expect(readMessage("Project", store.project.value)).toBe(store.project.value);
}, 20_000);

test("a drag marks from its corner, and takes marks off where it began on one", () => {
  const mark = bar.markFrom({ voice: 1, cell: 2 });
  mark({ voice: 2, cell: 5 });
  mark({ voice: 1, cell: 3 }); // the drag comes back
  expect([...store.holds.value.cells]).toEqual(["1.2", "1.3"]);
  bar.markFrom({ voice: 1, cell: 3 })({ voice: 1, cell: 3 });
  expect([...store.holds.value.cells]).toEqual(["1.2"]);
  bar.releaseAll();
  expect(store.holds.value.cells.size).toBe(0);
});

test("taps become a bar in the meter, style and section chosen, as one step of undo", async () => {
  bar.openTaps();
  expect(store.bar.tapTo.value).toBe("click"); // nothing plays
  for (const position of [64.25, 80, 96, 128.25, 144.5, 160]) {
    clock.now = position;
    bar.tap(0, 0.8);
  }
  expect(played).toEqual(Array.from({ length: 6 }, () => [null, 0.8, 0])); // the answer hears them too
  void bar.drumsForTaps();
  await settled();
  const [request] = operations("taps");
  expect(request).toMatchObject({ style: null, section: "beat" });
  expect(request!.taps.map(([position]) => position)).toEqual([0.25, 16.25, 32]);
  expect(shown()).toEqual(toyFromTaps({ ...request!, meter: [4, 4] }));
  expect(store.bar.tapTo.value).toBe("loop"); // what was made is heard
  actions.undo();
  expect(shown()).toEqual(BAR);
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
  store.changeScene("meter", { ...store.scene.value, bars: [given({ meter: [3, 4], strokes: [] })] });
  tapAt(30);
  expect(store.bar.taps.value).toEqual([[30, 0.8]]); // places in bars of another length say nothing
  bar.closeTaps();
  expect([store.bar.tapTo.value, store.bar.taps.value]).toEqual([null, []]);
});
