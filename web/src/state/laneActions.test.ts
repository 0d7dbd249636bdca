import { beforeEach, expect, test } from "vitest";
import { toyInstrument } from "../../dev/toyServer";
import { given } from "../../tests/givenBars";
import { requests } from "../rules/arrange";
import { barKey } from "../rules/bars";
import { undo } from "../rules/history";
import { movedBy, newWave } from "../rules/movement";
import { EMPTY_BAR } from "../rules/pattern";
import { PLAIN_LANE } from "../rules/project";
import { LaneActions } from "./laneActions";
import { Store } from "./store";

const SNARE = 1;
let store: Store;
let lanes: LaneActions;

beforeEach(() => {
  store = new Store();
  store.instrument.value = toyInstrument;
  store.amendScene({ ...store.scene.value, bars: [given({ meter: [4, 4], strokes: [[SNARE, 16, 0.8, 0]] })] });
  lanes = new LaneActions(store);
});

const lane = () => store.scene.value.lanes[SNARE]!;
const struckBars = (count: number) => Array.from({ length: count }, (_, index) => store.score.value.bar(index).strokes.filter(({ voice }) => voice === SNARE).length);

test("a key changes one lane, says so, is heard at the next step, and keys in a row are one step of undo", () => {
  for (let press = 0; press < 4; press++) lanes.step(SNARE, "chance", -1);
  expect([lane(), store.scene.value.lanes[0], store.spoken.value, store.atOnce.value]).toEqual([{ ...PLAIN_LANE, probability: 0.8 }, PLAIN_LANE, "Snare: chance 80 %", true]);
  expect(store.history.value.past).toHaveLength(1);
  store.history.value = undo(store.history.value);
  expect(lane()).toEqual(PLAIN_LANE);
});

test("rounds and ratchets are heard bar by bar as the rules say", () => {
  expect(struckBars(4)).toEqual([1, 1, 1, 1]);
  lanes.step(SNARE, "rounds", 1);
  expect(struckBars(4)).toEqual([0, 1, 0, 1]);
  lanes.reset(SNARE, "rounds");
  lanes.step(SNARE, "ratchet", 2);
  lanes.step(SNARE, "ratchetRounds", 3);
  expect([struckBars(4), store.spoken.value]).toEqual([[1, 1, 1, 3], "Snare: ratchet every 4th round"]);
});

test("an own swing and an own loop begin at those of the bar", () => {
  store.amendScene({ ...store.scene.value, swing: 0.6 });
  lanes.step(SNARE, "swing", 1);
  lanes.step(SNARE, "loop", -4);
  expect([lane().swing, lane().loop_steps]).toEqual([0.61, 48]);
});

test("what moves is undone as any change; standing still where nothing moves is none", () => {
  lanes.still("snare.nudge");
  expect(store.history.value.past).toHaveLength(0);
  lanes.move("snare.nudge", { waves: [{ ...newWave("snare.nudge", "square", 0), period: 2, depth: 10 }], drawn: null });
  const nudges = [0, 1].map((bar) => store.score.value.bar(bar).strokes[0]!.nudge);
  expect(nudges).toEqual([0.01, -0.01]);
  lanes.sayMovement("snare.nudge");
  expect(store.spoken.value).toBe("square, 2 bars");
  lanes.still("snare.nudge");
  expect(store.scene.value.modulations).toEqual([]);
  store.history.value = undo(store.history.value);
  expect(movedBy(store.scene.value, "snare.nudge").waves).toHaveLength(1);
});

test("more than a scene holds is refused in words, and nothing changes", () => {
  const waves = Array.from({ length: 64 }, () => newWave("tempo", "sine", 0));
  lanes.move("tempo", { waves, drawn: null });
  const before = store.scene.value;
  lanes.move("swing", { waves: [newWave("swing", "sine", 0)], drawn: null });
  expect([store.scene.value, store.notice.value?.kind]).toEqual([before, "error"]);
  expect(store.notice.value?.text).toContain("64 things can move");
});

test("where one is goes with the coordinate that moves", () => {
  store.amendScene({ ...store.scene.value, bars: [{ kind: "generated", point: [1, 2], settings: store.scene.value.settings, phrase: null, leg: null, hears: null }] });
  lanes.move("map.x", { waves: [{ ...newWave("map.x", "square", 0), period: 2, depth: 0.5 }], drawn: null });
  store.decoded.add(requests(store.project.value, 3).bars.map((bar) => [barKey(bar), EMPTY_BAR]));
  const bars = store.score.value;
  const pointAt = (index: number) => {
    store.heard.value = { bars, bar: bars.bar(index), index, since: 0 };
    return store.shownPoint.value;
  };
  expect([pointAt(0), pointAt(1), pointAt(2)]).toEqual([[1.5, 2], [0.5, 2], [1.5, 2]]); // prettier-ignore
});
