import { beforeEach, expect, test, vi } from "vitest";
import { toyShift } from "../../dev/toyBars";
import { toyInstrument, toyPattern, toyPhrase } from "../../dev/toyServer";
import { HeldServer } from "../../tests/heldServer";
import { DEFAULT_SETTINGS } from "../rules/groove";
import { pointsOf } from "../rules/journey";
import { EMPTY_BAR, withCellToggled } from "../rules/pattern";
import type { PatternRequest, PhraseRequest, ShiftRequest } from "../rules/protocol";
import { Actions } from "./actions";
import { heardBars } from "./files";
import { Store } from "./store";

let store: Store;
let actions: Actions;
let server: HeldServer<PatternRequest & PhraseRequest & ShiftRequest>;
let requested: () => PatternRequest[];

beforeEach(() => {
  server = new HeldServer((request) =>
    request.pattern ? toyShift(request) : { patterns: request.bars ? toyPhrase(request) : request.points.map((point) => toyPattern(point, request)) },
  );
  requested = () => server.requests.map(({ request }) => request);
  store = new Store();
  store.instrument.value = toyInstrument;
  actions = new Actions(store);
});

const settled = () => server.settle();
const place = () => store.groove.value.place;
const there = (x: number, y: number) => toyPattern([x, y], DEFAULT_SETTINGS);

test("a click shows what lies there, and undo brings back what was", async () => {
  actions.goTo([1, 1]);
  actions.settle();
  await settled();
  expect(store.shown.value).toEqual(there(1, 1));
  actions.goTo([-2, 0.5]);
  actions.settle();
  await settled();
  actions.undo();
  expect([place().point, place().pattern]).toEqual([[1, 1], there(1, 1)]);
  actions.redo();
  expect(place().point).toEqual([-2, 0.5]);
});

test("a drag requests the latest point only, and is one step of undo", async () => {
  for (let n = 0; n <= 20; n++) actions.goTo([n / 10, 0]);
  actions.settle();
  await settled();
  expect(requested().map(({ points }) => points[0])).toEqual([[0, 0], [2, 0]]);
  expect(store.history.value.past).toHaveLength(1);
  expect(store.groove.value.visits).toHaveLength(1);
  expect(store.groove.value.visits[0]!.pattern).toEqual(there(2, 0));
});

test("an answer for a place that was left changes nothing; going back there asks again", async () => {
  actions.goTo([1, 1]);
  actions.settle();
  actions.goTo([2, 2]);
  actions.settle();
  server.answers.shift()!(); // of the first click
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(place()).toMatchObject({ point: [2, 2], pattern: EMPTY_BAR });
  await settled();
  expect(place().pattern).toEqual(there(2, 2));
  actions.undo();
  await settled();
  expect(place()).toMatchObject({ point: [1, 1], pattern: there(1, 1) });
});

test("strokes edited by hand are kept until the settings change", async () => {
  actions.goTo([1, 1]);
  await settled();
  actions.edit("stroke", (pattern) => withCellToggled(pattern, 7, 5));
  const edited = store.shown.value;
  actions.refresh();
  await settled();
  expect(store.shown.value).toBe(edited);
  expect(store.editing.value).toBe(true);
  actions.changeSettings("density", { density: 0.9 });
  await settled();
  expect([place().edited, store.editing.value]).toEqual([false, false]);
  actions.undo();
  expect(store.shown.value).toBe(edited);
});

test("slots keep and give back, and say when they are empty", async () => {
  actions.goTo([1, -1]);
  await settled();
  actions.keep(2);
  actions.goTo([0, 0]);
  await settled();
  actions.recall(2);
  expect(place()).toMatchObject({ point: [1, -1], pattern: there(1, -1) });
  actions.recall(5);
  expect(store.notice.value?.text).toContain("Slot 6 is empty");
});

test("a journey decodes a bar for each point, is what a file holds, and a click leaves it", async () => {
  actions.setPin("a", [-1, 0]);
  actions.setPin("b", [1, 0]);
  actions.setJourney({ bars: 4 });
  actions.travel(true);
  await settled();
  const points = pointsOf(store.groove.value.journey);
  expect(points.map(([x]) => Math.round(x * 3))).toEqual([-3, -1, 1, 3]);
  expect(heardBars(store)).toEqual(points.map(([x, y]) => there(x, y)));
  store.heard.value = { pattern: store.groove.value.journey.patterns[2]!, bar: 2, journey: true, since: 0, fill: false };
  expect(store.shownPoint.value[0]).toBeCloseTo(1 / 3);
  actions.edit("stroke", (pattern) => withCellToggled(pattern, 7, 5));
  expect(store.groove.value.journey).toMatchObject({ edited: true });
  expect(store.groove.value.journey.patterns[2]).not.toEqual(there(...points[2]!));
  actions.goTo([2, 2]);
  expect(store.groove.value.journey.travelling).toBe(false);
  expect(heardBars(store)).toEqual([place().pattern]);
});

test("an error of the server is reported", async () => {
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(JSON.stringify({ error: "no style 'polka'", kind: "space" }), { status: 422 })));
  actions.changeSettings("style", { style: "polka" });
  await settled();
  expect(store.notice.value).toEqual({ text: "no style 'polka'", kind: "error" });
});

const atWork = (changes: Partial<typeof DEFAULT_SETTINGS>) => toyPattern(place().point, { ...DEFAULT_SETTINGS, ...changes });

test("a fill stands at the end of every group, and is requested once it is wanted", async () => {
  actions.goTo([1, 1]);
  await settled();
  expect(requested().some(({ section }) => section === "fill")).toBe(false);
  actions.fillEvery(4);
  await settled();
  const [beat, fill] = [there(1, 1), atWork({ section: "fill" })];
  expect(place().fill).toEqual(fill);
  expect(heardBars(store)).toEqual([beat, beat, beat, fill]);
  actions.goTo([-1, 1]);
  expect(place().fill).toBeNull(); // no fill of another place
  await settled();
  expect(place().fill).toEqual(atWork({ section: "fill" }));
  actions.changeSettings("section", { section: "fill" });
  await settled();
  expect([place().fill, heardBars(store)]).toEqual([null, [atWork({ section: "fill" })]]);
  actions.undo();
  actions.undo();
  actions.undo();
  expect([store.groove.value.fillEvery, heardBars(store)]).toEqual([0, [there(1, 1)]]);
});

test("a fill that is edited by hand is kept, and only it", async () => {
  actions.goTo([1, 1]);
  actions.fillEvery(4);
  await settled();
  store.heard.value = { pattern: place().fill!, bar: 0, journey: false, since: 0, fill: true };
  expect(store.shown.value).toBe(place().fill);
  actions.edit("stroke", (pattern) => withCellToggled(pattern, 7, 5));
  await settled();
  expect(place().fill).toEqual(withCellToggled(atWork({ section: "fill" }), 7, 5));
  expect(place().pattern).toEqual(there(1, 1));
});

test("a journey has a fill for each of its bars", async () => {
  actions.setPin("a", [-1, 0]);
  actions.setPin("b", [1, 0]);
  actions.setJourney({ bars: 4 });
  actions.travel(true);
  actions.fillEvery(4);
  await settled();
  const points = pointsOf(store.groove.value.journey);
  const fills = points.map((point) => toyPattern(point, { ...DEFAULT_SETTINGS, section: "fill" }));
  expect(store.groove.value.journey.fills).toEqual(fills);
  expect(heardBars(store)).toEqual([...points.slice(0, 3).map(([x, y]) => there(x, y)), fills[3]]);
  actions.setJourney({ bars: 2 });
  expect(store.groove.value.journey.fills).toEqual([]);
});

test("a loop of four bars is a phrase, shifted bar by bar, that ends on its own fill", async () => {
  actions.goTo([1, 1]);
  actions.fillEvery(4);
  actions.changeSettings("loop", { bars: 4 });
  await settled();
  const phrase = toyPhrase({ point: [1, 1], bars: 4, style: null, variation: 0.25, fill: true, seed: 0, meter: [4, 4] });
  expect(place().settings).toMatchObject({ bars: 4, variation: 0.25 }); // copies of one bar are no phrase
  expect(heardBars(store)).toEqual(phrase);
  store.heard.value = { pattern: phrase[2]!, bar: 2, journey: false, since: 0, fill: false };
  expect(store.shown.value).toEqual(phrase[2]);
  actions.keep(3);
  expect(store.groove.value.slots[3]!.phrase).toHaveLength(4);
  actions.changeSettings("loudness", { shift: { ...DEFAULT_SETTINGS.shift, loudness: -1 } });
  await settled();
  expect(heardBars(store)).toEqual(phrase.map((pattern) => toyShift({ pattern, shift: { ...DEFAULT_SETTINGS.shift, loudness: -1 } }).pattern));
  actions.changeSettings("section", { section: "fill" });
  await settled();
  expect([place().settings.bars, heardBars(store).length]).toEqual([1, 1]);
  actions.recall(3);
  expect(heardBars(store)).toEqual(phrase);
});

test("a blend, a meter and a shift are requested as they are", async () => {
  const settings = { style: { funk: 0.7, latin: 0.3 }, meter: [6, 8] as const, shift: { density: 1, syncopation: 0, swing: -2, loudness: 0 } };
  actions.changeSettings("all", settings);
  await settled();
  const { bars: _, ...rest } = { ...DEFAULT_SETTINGS, ...settings };
  expect(requested().at(-1)).toEqual({ points: [[0, 0]], ...rest });
  expect(store.shown.value.meter).toEqual([6, 8]);
});
