import { beforeEach, expect, test, vi } from "vitest";
import { toyInstrument } from "../../dev/toyServer";
import { automated } from "../rules/modulation";
import { pointOf } from "../rules/scene";
import { Actions } from "./actions";
import { Recording } from "./recording";
import { Store } from "./store";

let store: Store;
let actions: Actions;
let recording: Recording;

beforeEach(() => {
  vi.useFakeTimers();
  store = new Store();
  store.instrument.value = toyInstrument;
  actions = new Actions(store);
  recording = new Recording(store);
  actions.goTo([0, 0]);
  actions.settle();
  hear(0);
});

/** The music is at this place of the scene, in bars. */
function hear(bars: number): void {
  const index = Math.floor(bars);
  store.playing.value = true;
  store.position.value = (bars - index) * 64;
  if (store.heard.value?.index !== index) store.heard.value = { bars: store.score.value, bar: store.score.value.bar(index), index, since: 0 };
}

const automation = (parameter: string) => store.scene.value.automations.find((each) => each.parameter === parameter);
const valueAt = (parameter: string, bar: number) => Math.round(automated(automation(parameter)!, bar) * 100) / 100;

test("a drag on the map comes back with the scene, from the bar in which it was made, and is one step of undo", () => {
  recording.toggle();
  hear(0.5);
  expect(recording.state.value).toBe("waits");
  hear(1);
  expect(recording.state.value).toBe("on");
  for (let n = 1; n <= 16; n++) {
    hear(1.5 + n / 32);
    actions.goTo([n / 16, -n / 8]);
  }
  actions.settle();
  hear(2.9);
  recording.toggle();
  expect([recording.state.value, automation("map.x")!.loop_bars, automation("map.x")!.quantum]).toEqual(["off", 2, "step"]);
  expect([3, 3.5, 3.75, 4, 4.5, 5.75].map((bar) => valueAt("map.x", bar))).toEqual([0, 0, 0.5, 1, 1, 0.5]); // bar 3 is the first of the loop again
  expect(valueAt("map.y", 4.25)).toBe(-2);
  expect(store.wantedScore.value.planned(3).pieces.length).toBe(16);
  actions.undo();
  expect([store.scene.value.automations, pointOf(store.scene.value)]).toEqual([[], [0, 0]]);
});

test("over a loop, a round is heard while the next is recorded, and only what is touched is new", () => {
  recording.loop.value = 1;
  recording.toggle();
  hear(1);
  hear(1.25);
  actions.mixVoice("level", 0, { level: 0.5 });
  hear(1.9);
  expect(automation("kick.level")).toBeUndefined(); // the hand is heard
  hear(2);
  expect([0, 0.5, 0.9].map((bar) => valueAt("kick.level", bar))).toEqual([1, 0.5, 0.5]);
  hear(2.5);
  actions.mixVoice("level", 0, { level: 0.25 });
  expect(automation("kick.level")).toBeUndefined();
  hear(2.6);
  actions.mixVoice("level", 0, { level: 0.2 });
  vi.advanceTimersByTime(500); // let go
  expect([0, 0.4, 0.55, 0.9].map((bar) => valueAt("kick.level", bar))).toEqual([1, 0.5, 0.25, 0.5]);
  hear(3.2);
  actions.set("tempo", { tempoBpm: 90 });
  recording.toggle();
  expect([valueAt("tempo", 0.1), valueAt("tempo", 0.5), valueAt("kick.level", 0.55)]).toEqual([112, 90, 0.25]);
});

test("nothing moved: nothing changes, and it is said", () => {
  const { project } = store;
  const before = project.value;
  recording.toggle();
  hear(1);
  hear(2.5);
  recording.toggle();
  expect([project.value === before, store.notice.value?.text]).toEqual([true, "Nothing was moved while it recorded."]);
});

test("it ends when the music stops; in a song it does not begin", () => {
  recording.toggle();
  hear(1);
  hear(1.5);
  actions.set("swing", { swing: 0.6 });
  hear(1.9);
  store.playing.value = false;
  store.heard.value = null;
  expect([recording.state.value, valueAt("swing", 0.2), valueAt("swing", 0.8)]).toEqual(["off", 0.5, 0.6]);
  store.playsSong.value = true;
  recording.toggle();
  expect([recording.state.value, store.notice.value?.text]).toEqual(["off", "Moves are recorded into a scene: leave the song first."]);
});

test("a hand takes over from what was recorded, and all of it can be forgotten", () => {
  recording.toggle();
  hear(1);
  hear(1.5);
  actions.set("tempo", { tempoBpm: 90 });
  actions.mixVoice("level", 0, { level: 0.5 });
  hear(1.9);
  recording.toggle();
  expect(store.scene.value.automations.map(({ parameter }) => parameter)).toEqual(["tempo", "kick.level"]);
  actions.set("tempo", { tempoBpm: 100 });
  expect(store.scene.value.automations.map(({ parameter }) => parameter)).toEqual(["kick.level"]);
  actions.undo();
  actions.forgetMoves();
  expect(store.scene.value.automations).toEqual([]);
});

test("a click on the map releases moves that were recorded there", () => {
  recording.toggle();
  hear(1);
  hear(1.5);
  actions.goTo([1, 1]);
  hear(1.9);
  recording.toggle();
  expect(automation("map.x")).toBeDefined();
  actions.goTo([2, 2]);
  expect([automation("map.x"), store.shownPoint.value]).toEqual([undefined, [2, 2]]);
});
