import { beforeEach, expect, test } from "vitest";
import { pointOf } from "../rules/scene";
import type { MaterialFile } from "../rules/project";
import { ServerError } from "../net/api";
import { Actions } from "./actions";
import { Material } from "./material";
import { ServerWatch } from "./serverWatch";
import { Store } from "./store";

let store: Store;
let actions: Actions;
let material: Material;
let server: ServerWatch;
let failure: Error | null;
let read: string[];

const answer = (name: string): MaterialFile => ({
  name,
  tempo_bpm: 97.5,
  bars: [{ bar: 0, pattern: { meter: [4, 4], strokes: [[0, 0, 0.5, 0]] }, point: [1, 2] }, { bar: 4, pattern: { meter: [4, 4], strokes: [[1, 16, 0.5, 0]] }, point: [-1, 0] }],
  said: ["5 bars read."],
}); // prettier-ignore

beforeEach(() => {
  store = new Store();
  actions = new Actions(store);
  failure = null;
  read = [];
  server = new ServerWatch(store, undefined, () => () => undefined);
  const source = {
    read: (file: File) => {
      read.push(file.name);
      return failure ? Promise.reject(failure) : Promise.resolve(answer(file.name));
    },
  };
  material = new Material(store, actions, source, server);
});

const midi = (name = "own.mid", size = 10) => new File([new Uint8Array(size)], name);
const names = () => store.project.value.material.map(({ name }) => name);
const reports = () => store.material.reports.value.map(({ name, said }) => [name, ...said]);

test("each file is one step of undo, and plays nothing by itself", async () => {
  const before = store.scene.value;
  await material.take([midi("one.mid"), midi("two.mid")]);
  expect([names(), store.scene.value]).toEqual([["one.mid", "two.mid"], before]);
  expect(store.material.reading.value).toBeNull();
  actions.undo();
  expect(names()).toEqual(["one.mid"]);
  actions.undo();
  expect(names()).toEqual([]);
});

test("what is too large or refused is said by its name, and the others are taken", async () => {
  failure = new ServerError("letter.mid: not a MIDI file", true);
  await material.take([midi("long.mid", 4_000_001), midi("letter.mid")]);
  failure = null;
  await material.take([midi()]);
  expect(read).toEqual(["letter.mid", "own.mid"]);
  expect(reports()).toEqual([
    ["letter.mid", "Not taken: not a MIDI file."],
    ["long.mid", "Not read: it has 5 MB, and a MIDI file has 4 MB at most."],
  ]);
  expect([names(), store.material.waiting.value, store.away.value]).toEqual([["own.mid"], [], []]);
});

test("while the server is away, files wait, and are read when it is back", async () => {
  failure = new ServerError("the server does not answer");
  await material.take([midi("one.mid"), midi("two.mid")]);
  expect([store.material.waiting.value.map(({ name }) => name), store.away.value, names()]).toEqual([["one.mid", "two.mid"], ["your files"], []]);
  server.tryNow();
  await new Promise((done) => setTimeout(done));
  expect([store.material.waiting.value.length, store.away.value]).toEqual([2, ["your files"]]);
  failure = null;
  server.tryNow();
  await new Promise((done) => setTimeout(done));
  expect([store.material.waiting.value, store.away.value, names(), reports()]).toEqual([[], [], ["one.mid", "two.mid"], []]);
});

test("a star plays its bar at its place, as one step of undo and one click", async () => {
  await material.take([midi()]);
  material.play(0, 1);
  expect(pointOf(store.scene.value)).toEqual([-1, 0]);
  expect(store.shown.value.strokes).toEqual([[1, 16, 0.5, 0]]); // needs no server
  expect([store.shownPoint.value, store.waiting.value]).toEqual([[-1, 0], false]);
  expect(store.history.value.present.label).toBe("own.mid, bar 5");
  expect(store.clicks.value.places.map(pointOf)).toEqual([[-1, 0]]);
  material.play(0, 7);
  material.play(3, 0);
  expect(pointOf(store.scene.value)).toEqual([-1, 0]); // there is no such star
  actions.undo();
  expect([pointOf(store.scene.value), names()]).toEqual([[0, 0], ["own.mid"]]);
});

test("travel goes through the stars, leaves a song, and one undo brings back what was", async () => {
  await material.take([midi()]);
  store.playsSong.value = true;
  material.travel(0);
  expect(store.scene.value.path).toMatchObject({ points: [[1, 2], [-1, 0]], bars: 2, travelling: true, way: "loop" }); // prettier-ignore
  expect(store.playsSong.value).toBe(false);
  actions.undo();
  expect(store.scene.value.path).toBeNull();
});

test("the file's tempo is taken on request, and a file goes without what plays of it", async () => {
  await material.take([midi()]);
  material.playAll(0);
  material.takeTempo(0);
  expect(store.scene.value.tempo[0]!.tempo_bpm).toBe(97.5);
  material.remove(0);
  expect([names(), store.scene.value.bars.length]).toEqual([[], 2]);
  actions.undo();
  expect(names()).toEqual(["own.mid"]);
});
