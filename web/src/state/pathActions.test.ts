import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { toyInstrument } from "../../dev/toyServer";
import { HeldRhythm } from "../../tests/heldRhythm";
import type { EvenReply, EvenRequest, Point } from "../rules/protocol";
import { pointOf, roundPoints, withPin } from "../rules/scene";
import { soundPathOf } from "../rules/soundPath";
import { Actions } from "./actions";
import { Decoding } from "./decoding";
import { EvenChange } from "./evenChange";
import { PathActions } from "./pathActions";
import { Store } from "./store";

let store: Store;
let paths: PathActions;
let actions: Actions;
let rhythm: HeldRhythm;

beforeEach(() => {
  rhythm = new HeldRhythm();
  store = new Store();
  store.instrument.value = toyInstrument;
  new Decoding(store, rhythm);
  actions = new Actions(store);
  paths = new PathActions(store, actions);
});
afterEach(() => void vi.useRealTimers());

const path = () => store.scene.value.path!;
const LINE: readonly Point[] = [[-1, 0], [0, 0.001], [1, 0], [1, 1]]; // prettier-ignore

test("a drawn line is simplified, becomes the path and is travelled; undo takes it back whole", async () => {
  paths.draw(LINE, 0.01);
  expect(path()).toMatchObject({ points: [[-1, 0], [1, 0], [1, 1]], curve: "smooth", bars: 8, travelling: true, stops: null });
  await rhythm.settle();
  expect(store.score.value.travels).toBe(true);
  expect(store.spoken.value).toBe("draw a path: 8 bars, 3 points");
  actions.undo();
  expect(store.scene.value.path).toBeNull();
});

test("a path of one point is refused in words where it happened, and what plays stays", () => {
  paths.draw(LINE, 0.01);
  const before = store.project.value;
  expect(paths.draw([[0.5, 0.5], [0.501, 0.5]], 0.01)).toBe(false);
  expect(store.paths.said.value).toEqual({ point: [0.5, 0.5], text: "A path has two points or more: draw on from here." });
  expect([store.project.value, store.spoken.value]).toEqual([before, "A path has two points or more: draw on from here."]);
});

test("ten thousand drawn points are a path, and no error", () => {
  const line = Array.from({ length: 10_000 }, (_, n): Point => [Math.sin(n / 700), Math.cos(n / 500)]);
  expect(paths.draw(line, 0.01)).toBe(true);
  expect(path().points.length).toBeLessThan(256);
  expect(store.notice.value).toBeNull();
});

test("a bead that is dragged makes one point of the path, and is one step of undo", () => {
  paths.draw(LINE, 0.01);
  const steps = store.history.value.past.length;
  for (const y of [-0.2, -0.4, -0.6]) paths.moveBead(2, [-0.4, y], 0.02);
  paths.release();
  expect(path().points).toHaveLength(4);
  expect(path().points).toContainEqual([-0.4, -0.6]);
  expect(store.history.value.past).toHaveLength(steps + 1);
  paths.moveBead(0, [-1.5, 0], 0.02); // at a point: that one moves
  paths.release();
  expect([path().points.length, path().points[0]]).toEqual([4, [-1.5, 0]]);
  paths.removePoint(1);
  expect(path().points).toHaveLength(3);
  paths.insertAfter(0);
  expect(path().points[1]).toEqual([-0.25, 0]);
  paths.moveAll([0.5, -9]);
  expect([path().points[0], Math.min(...path().points.map(([, y]) => y))]).toEqual([[-1, -3], -3]);
});

test("two points stay, and the player is told", () => {
  paths.draw([[0, 0], [1, 1]], 0.01);
  paths.removePoint(0);
  expect([path().points.length, store.notice.value?.text]).toEqual([2, "A path has two points or more: these two stay."]);
});

test("orbit and wander are paths of points in as many bars as before; wander differs by its seed", () => {
  paths.change("bars", { bars: 16, way: "ping-pong" });
  paths.wander(5);
  const { points, bars, way } = path();
  paths.wander(6);
  expect([bars, way, points.length]).toEqual([16, "ping-pong", 16]);
  expect(path().points).not.toEqual(points);
  paths.orbit(0.5);
  expect([path().way, roundPoints(store.scene.value).length]).toEqual(["loop", 16]);
});

test("a walk like a drummer's has a bar of the map at each of its points", () => {
  paths.change("bars", { bars: 16 });
  paths.wanderLike([[0, 0], [0, 0], [1, 0]], [0, 0, 1]);
  expect([path().bars, path().stops, path().between, path().travelling]).toEqual([3, [0, 0, 1], "map", true]);
  expect(roundPoints(store.scene.value)).toEqual([[0, 0], [0, 0], [1, 0]]);
  paths.change("bars between the points", { between: "strokes" });
  expect([path().between, path().stops]).toEqual(["strokes", []]); // to be evened
});

test("the speed is 1 to 1024 bars", () => {
  paths.draw(LINE, 0.01);
  paths.change("bars", { bars: 0 });
  expect(path().bars).toBe(1);
  paths.change("bars", { bars: 5000 });
  expect(path().bars).toBe(1024);
});

test("the pad plays the blend of four places, and a path leads through them in their order", () => {
  paths.morph([0.5, 0.5]);
  expect(paths.corners).toBeNull();
  actions.setPin("A", [-1, 2]);
  paths.anchorsAround();
  expect(paths.corners).toEqual([[-1, 2], [0.5, 0.5], [-0.5, -0.5], [0.5, -0.5]]); // prettier-ignore
  expect(store.scene.value.path?.travelling).not.toBe(true);
  paths.morph([0, 0.5]);
  expect(pointOf(store.scene.value)).toEqual([-0.75, 0.75]);
  paths.throughAnchors();
  expect([path().points, path().travelling, roundPoints(store.scene.value)[0]]).toEqual([[], true, [-1, 2]]);
});

test("a sound on a path begins at its start; one that is held stays", () => {
  expect(paths.drawSound(1, LINE, 0.01)).toBe(true);
  expect(soundPathOf(store.scene.value, 1)).toEqual({ points: [[-1, 0], [1, 0], [1, 1]], bars: 8, way: "loop" });
  expect(store.scene.value.kit.voices[1]).toMatchObject({ from: "map", point: [-1, 0] });
  paths.changeSound(1, { bars: 4, way: "once" });
  expect(store.wantedScore.value.planned(9).voices[1]!.point).toEqual([1, 1]);
  paths.removeSound(1);
  expect(soundPathOf(store.scene.value, 1)).toBeNull();
  const { scene } = store.project.value;
  store.changeScene("lock", { ...scene, kit: { ...scene.kit, voices: scene.kit.voices.map((each) => ({ ...each, locked: true })) } });
  expect([paths.drawSound(1, LINE, 0.01), store.notice.value?.text]).toEqual([false, "This sound is held: release it first."]);
});

// ---- even change

function evened(): { readonly asked: EvenRequest[]; answer(): Promise<void> } {
  vi.useFakeTimers();
  const asked: EvenRequest[] = [];
  const waiting: (() => void)[] = [];
  new EvenChange(store, (request) => {
    asked.push(request);
    const { bars } = request.path;
    const reply: EvenReply = { stops: Array.from({ length: bars }, (_, bar) => (bar / (bars - 1)) ** 2), changes: Array.from({ length: bars - 1 }, () => 3), least: 2, needed_bars: null };
    return new Promise((resolve) => waiting.push(() => resolve(reply)));
  });
  return {
    asked,
    async answer() {
      waiting.shift()!();
      await vi.advanceTimersByTimeAsync(0);
    },
  };
}

test("even change asks once the path has come to rest, for the latest alone, and undo takes the stops back with it", async () => {
  const { asked, answer } = evened();
  paths.draw([[0, 0], [2, 0]], 0.01);
  paths.even(true, 6);
  for (const bars of [5, 4, 3]) paths.change("bars", { bars });
  store.settle();
  await vi.advanceTimersByTimeAsync(300);
  expect(asked.map(({ path: { bars }, most }) => [bars, most])).toEqual([[3, 6]]);
  expect(roundPoints(store.scene.value).map(([x]) => x)).toEqual([0, 1, 2]); // until then, evenly spaced
  await answer();
  expect([path().stops, roundPoints(store.scene.value).map(([x]) => x)]).toEqual([[0, 0.25, 1], [0, 0.5, 2]]);
  expect(store.paths.found.value?.changes).toEqual([3, 3]);
  paths.moveBead(2, [2, 1], 0.02);
  expect(path().stops).toEqual([]);
  await vi.advanceTimersByTimeAsync(300);
  paths.movePoint(0, [0, 1]); // while it is being found
  await answer();
  expect(path().stops).toEqual([]); // an answer to what is no longer there
  await vi.advanceTimersByTimeAsync(300);
  await answer();
  expect(path().stops).toHaveLength(3);
  paths.even(false);
  expect([path().stops, store.paths.found.value]).toEqual([null, null]);
  actions.undo();
  expect(path().stops).toHaveLength(3);
});

test("the settings and the anchors count too", async () => {
  const { asked } = evened();
  store.changeScene("pins", withPin(withPin(store.scene.value, "A", [0, 0], { bars: 4, way: "loop" }), "B", [1, 1], { bars: 4, way: "loop" }));
  paths.even(true);
  actions.changeSettings("style", { style: "funk" });
  await vi.advanceTimersByTimeAsync(300);
  expect(asked).toMatchObject([{ points: [[0, 0], [1, 1]], settings: { style: "funk" } }]);
});
