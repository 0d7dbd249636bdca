import { beforeEach, expect, test } from "vitest";
import { toyBar, toyInstrument, toyPattern } from "../../dev/toyServer";
import { HeldRhythm } from "../../tests/heldRhythm";
import { arrange } from "../rules/arrange";
import { barKey, handCells } from "../rules/bars";
import { EMPTY_BAR, withCellToggled } from "../rules/pattern";
import type { Bar, GenerationSettings } from "../rules/project";
import type { BarPattern } from "../rules/protocol";
import { DEFAULT_SETTINGS, generatedBars, isEdited, journeyOf, pointOf, roundPoints } from "../rules/scene";
import { ServerError } from "../net/api";
import { Actions } from "./actions";
import { Decoding } from "./decoding";
import { ServerWatch } from "./serverWatch";
import { Store } from "./store";

let store: Store;
let actions: Actions;
let rhythm: HeldRhythm;
let server: ServerWatch;

beforeEach(() => {
  rhythm = new HeldRhythm();
  store = new Store();
  store.instrument.value = toyInstrument;
  server = new ServerWatch(store, undefined, () => () => undefined); // no test waits for time
  new Decoding(store, rhythm, server);
  actions = new Actions(store);
});

const settled = () => rhythm.settle();
const scene = () => store.scene.value;
const at = (x: number, y: number, changes: Partial<GenerationSettings> = {}) => toyPattern([x, y], { ...DEFAULT_SETTINGS, ...changes });
const requested = () => rhythm.requests.flat();
const heardBars = () => store.heardBars();
const hear = (index: number) => {
  const bars = store.score.value;
  store.heard.value = { bars, bar: bars.bar(index), index, since: 0 };
};
const same = (one: BarPattern, other: BarPattern) => expect(one.strokes.toSorted()).toEqual(other.strokes.toSorted());

test("a click shows what lies there, and undo brings back what was", async () => {
  actions.goTo([1, 1]);
  actions.settle();
  await settled();
  expect(store.shown.value).toEqual(at(1, 1));
  actions.goTo([-2, 0.5]);
  actions.settle();
  await settled();
  actions.undo();
  expect([pointOf(scene()), store.shown.value]).toEqual([[1, 1], at(1, 1)]);
  actions.redo();
  expect(pointOf(scene())).toEqual([-2, 0.5]);
});

test("a drag requests the latest point only, and is one step of undo", async () => {
  await settled();
  const before = rhythm.requests.length;
  for (let n = 1; n <= 20; n++) actions.goTo([n / 10, 0]);
  actions.settle();
  await settled();
  expect(rhythm.requests.slice(before).map(([bar]) => bar?.kind === "generated" && bar.point)).toEqual([[0.1, 0], [2, 0]]);
  expect(store.history.value.past).toHaveLength(1);
  expect(store.clicks.value.places.map(pointOf)).toEqual([[2, 0]]);
});

test("until its bar has come, the bar of before is shown; what was decoded once is there at once", async () => {
  actions.goTo([1, 1]);
  actions.settle();
  await settled();
  actions.goTo([2, 2]);
  expect([store.waiting.value, store.shown.value]).toEqual([true, at(1, 1)]);
  actions.set("tempo", { tempoBpm: 90 });
  expect(store.score.value.planned(0).tempo.startBpm).toBe(90); // all else is heard meanwhile
  await settled();
  expect([store.waiting.value, store.shown.value]).toEqual([false, at(2, 2)]);
  const many = rhythm.requests.length;
  actions.goTo([1, 1]);
  expect([store.shown.value, rhythm.requests.length]).toEqual([at(1, 1), many]);
});

test("a click is heard as changes apply, a drag at the next step", async () => {
  actions.goTo([1, 1]);
  expect(store.atOnce.value).toBe(false);
  actions.goTo([1.1, 1], true);
  expect(store.atOnce.value).toBe(true);
  actions.settle();
  actions.goTo([0, 0]);
  expect(store.atOnce.value).toBe(false);
});

test("strokes written by hand are a layer over the map's bar, until they are released", async () => {
  actions.goTo([1, 1]);
  await settled();
  const wanted = withCellToggled(store.shown.value, 7, 5);
  actions.edit("stroke", (pattern) => withCellToggled(pattern, 7, 5));
  same(store.shown.value, wanted);
  expect([store.atOnce.value, isEdited(scene()), store.waiting.value]).toEqual([true, true, false]);
  const written = () => store.shown.value.strokes.some(([voice, step]) => voice === 7 && step === 20);
  actions.changeSettings("density", { density: 0.9 });
  await settled();
  expect([isEdited(scene()), written(), store.atOnce.value]).toEqual([true, true, false]);
  actions.goTo([-1, 0.5]);
  await settled();
  expect([pointOf(scene()), written()]).toEqual([[-1, 0.5], true]);
  actions.changeSettings("loop", { loop: 2 });
  await settled();
  expect(scene().bars.map(handCells)).toEqual([[[7, 20, 0.8, 0]], [[7, 20, 0.8, 0]]]);
  actions.changeSettings("loop", { loop: 1 });
  actions.release(6); // another voice
  expect(written()).toBe(true);
  actions.release();
  await settled();
  expect([isEdited(scene()), written()]).toEqual([false, false]);
  actions.undo();
  expect(written()).toBe(true);
});

test("a cell that was cleared comes back with its velocity and timing", async () => {
  actions.goTo([1, 1]);
  await settled();
  const [voice, step] = store.shown.value.strokes[0]!;
  const before = store.shown.value;
  const cell = Math.floor(step / 4);
  actions.toggleCell(voice, cell);
  expect(store.shown.value.strokes.length).toBeLessThan(before.strokes.length);
  actions.toggleCell(voice, cell);
  same(store.shown.value, before);
});

test("a held voice keeps its row over the map, settings and a journey; what is written into it is held", async () => {
  const row = (voice: number) => store.shown.value.strokes.filter(([each]) => each === voice).map(([, step]) => step).sort((one, other) => one - other);
  actions.goTo([1, 1]);
  await settled();
  const held = store.shown.value.strokes[0]![0];
  actions.hold(held, true);
  const kept = row(held);
  actions.goTo([-2, 0.5]);
  await settled();
  actions.changeSettings("style", { style: "funk", seed: 9 });
  await settled();
  expect(row(held)).toEqual(kept);
  const free = Array.from({ length: 16 }, (_, cell) => cell).find((cell) => !kept.some((step) => Math.floor(step / 4) === cell))!;
  actions.toggleCell(held, free);
  actions.goTo([0, 0]);
  await settled();
  expect(row(held)).toEqual([...kept, free * 4].sort((one, other) => one - other));
  expect(isEdited(scene())).toBe(false); // it is the hold that was written into
  actions.hold(held, false);
  same(store.shown.value, at(0, 0, { style: "funk", seed: 9 }));
});

async function travelled(): Promise<void> {
  actions.setPin("A", [-1, 0]);
  actions.setJourney({ bars: 4 });
  actions.setPin("B", [1, 0]);
  actions.travel(true);
  await settled();
}

test("a journey decodes a bar for each point, is what a file holds, and a click leaves it", async () => {
  await travelled();
  const points = roundPoints(scene());
  expect(points.map(([x]) => Math.round(x * 3))).toEqual([-3, -1, 1, 3]);
  expect(heardBars()).toEqual(points.map(([x, y]) => at(x, y)));
  hear(2);
  expect(store.shownPoint.value[0]).toBeCloseTo(1 / 3);
  actions.edit("stroke", (pattern) => withCellToggled(pattern, 7, 5));
  expect(scene().path!.edits.map(({ bar, fill }) => [bar, fill])).toEqual([[2, false]]);
  same(heardBars()[2]!, withCellToggled(at(...points[2]!), 7, 5));
  expect(heardBars()[1]).toEqual(at(...points[1]!));
  actions.goTo([2, 2]);
  await settled();
  expect([journeyOf(scene()).travelling, heardBars()]).toEqual([false, [at(2, 2)]]);
});

test("what the space refuses is silent, and the player is told why; the rest sounds", async () => {
  const refusing = new HeldRhythm();
  const bars = refusing.bars.bind(refusing);
  refusing.bars = (some) => (some.some((bar) => bar.kind === "generated" && bar.settings.style === "polka") ? Promise.reject(new ServerError("no style 'polka'", true)) : bars(some));
  store = new Store();
  store.instrument.value = toyInstrument;
  new Decoding(store, refusing);
  const own = (style: string | null): Bar => ({ ...generatedBars([1, 1], { ...DEFAULT_SETTINGS, style }, 1)[0]! });
  store.changeScene("open", { ...scene(), bars: [own(null), own("polka")] });
  await refusing.settle();
  expect(store.notice.value).toEqual({ text: "A bar is silent: no style 'polka'", kind: "error" });
  expect(heardBars()).toEqual([at(1, 1), EMPTY_BAR]);
});

test("while the server does not answer, the bar of before plays at its place; the request is tried again and answered", async () => {
  actions.goTo([-1, 1]);
  await settled();
  rhythm.failure = new ServerError("the server does not answer");
  actions.goTo([1, 1]);
  await settled();
  expect([store.away.value, store.waiting.value, store.notice.value]).toEqual([["the bars here"], true, null]);
  expect([store.shownPoint.value, store.shown.value, pointOf(scene())]).toEqual([[-1, 1], at(-1, 1), [1, 1]]);
  const many = rhythm.requests.length;
  await settled();
  expect(rhythm.requests).toHaveLength(many); // not without a pause
  rhythm.failure = null;
  server.tryNow();
  await settled();
  expect([store.away.value, store.waiting.value]).toEqual([[], false]);
  expect([store.shownPoint.value, store.shown.value]).toEqual([[1, 1], at(1, 1)]);
});

test("who goes back to what is here waits for nothing any more", async () => {
  actions.goTo([-1, 1]);
  await settled();
  rhythm.failure = new ServerError("the server does not answer");
  actions.goTo([1, 1]);
  await settled();
  expect(store.away.value).toEqual(["the bars here"]);
  actions.undo();
  await settled();
  expect(store.away.value).toEqual([]);
});

test("a fill stands at the end of every group, and is decoded once it is wanted", async () => {
  actions.goTo([1, 1]);
  await settled();
  const isFill = (bar: Bar) => bar.kind === "generated" && bar.settings.section === "fill";
  expect(requested().some(isFill)).toBe(false);
  actions.fillEvery(4);
  await settled();
  const [beat, fill] = [at(1, 1), at(1, 1, { section: "fill" })];
  expect(heardBars()).toEqual([beat, beat, beat, fill]);
  actions.goTo([-1, 1]);
  await settled();
  expect(heardBars()[3]).toEqual(at(-1, 1, { section: "fill" }));
  actions.changeSettings("section", { section: "fill" });
  await settled();
  expect(new Set(heardBars().map((bar) => JSON.stringify(bar))).size).toBe(1);
  for (let n = 0; n < 3; n++) actions.undo();
  expect([scene().fill_every, heardBars()]).toEqual([0, [at(1, 1)]]);
});

test("a fill that is edited by hand is kept, and only it", async () => {
  actions.goTo([1, 1]);
  actions.fillEvery(4);
  await settled();
  hear(3);
  expect(store.shown.value).toEqual(at(1, 1, { section: "fill" }));
  actions.edit("stroke", (pattern) => withCellToggled(pattern, 7, 5));
  await settled();
  same(heardBars()[3]!, withCellToggled(at(1, 1, { section: "fill" }), 7, 5));
  expect(heardBars()[0]).toEqual(at(1, 1));
});

test("a journey has a fill for each of its bars", async () => {
  await travelled();
  actions.fillEvery(4);
  await settled();
  const points = roundPoints(scene());
  expect(heardBars()).toEqual([...points.slice(0, 3).map(([x, y]) => at(x, y)), at(...points[3]!, { section: "fill" })]);
});

test("a loop of four bars is a phrase that ends on its own fill", async () => {
  actions.goTo([1, 1]);
  actions.fillEvery(4);
  actions.changeSettings("loop", { loop: 4 });
  await settled();
  expect([scene().bars.length, scene().settings.variation]).toEqual([4, 0.25]); // copies of one bar are no phrase
  const phrase = heardBars();
  expect(phrase.slice(0, 3)).toEqual(scene().bars.slice(0, 3).map(toyBar));
  expect(phrase[3]).toEqual(toyBar({ ...scene().bars[3]!, phrase: { bars: 4, index: 3, fill: true } } as Bar));
  hear(2);
  expect(store.shown.value).toEqual(phrase[2]);
  actions.changeSettings("section", { section: "fill" });
  await settled();
  expect(scene().bars).toHaveLength(1);
  actions.undo();
  expect(heardBars()).toEqual(phrase);
});

test("what is played is what a performance of the project has", async () => {
  await travelled();
  const { project } = store.score.value;
  const lanes = project.scene.lanes.map((lane) => ({ ...lane, probability: 0.5, ratchet: 2 }));
  store.changeScene("lanes", { ...scene(), lanes });
  const strikes = arrange(store.project.value, store.decoded, 4).strikes.length;
  const live = [0, 1, 2, 3].flatMap((index) => store.score.value.bar(index).strokes).length;
  expect([live, strikes > 10]).toEqual([strikes, true]);
});

test("a blend, a meter and a shift are decoded as they are", async () => {
  const settings = { style: { funk: 0.7, latin: 0.3 }, meter: [6, 8] as const, shift: { density: 1, syncopation: 0, swing: -2, loudness: 0 } };
  actions.changeSettings("all", settings);
  await settled();
  expect(requested().map(barKey)).toContain(barKey(generatedBars([0, 0], { ...DEFAULT_SETTINGS, ...settings }, 1)[0]!));
  expect(store.shown.value.meter).toEqual([6, 8]);
});
