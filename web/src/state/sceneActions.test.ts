import { beforeEach, expect, test } from "vitest";
import { toyInstrument, toyPattern } from "../../dev/toyServer";
import { HeldRhythm } from "../../tests/heldRhythm";
import { nextPart, type Part } from "../rules/conductor";
import { withCellToggled } from "../rules/pattern";
import type { Generated } from "../rules/project";
import { DEFAULT_SETTINGS, pointOf, withTempo } from "../rules/scene";
import { Actions } from "./actions";
import { Decoding } from "./decoding";
import { SceneActions } from "./sceneActions";
import { Store } from "./store";

let store: Store;
let actions: Actions;
let scenes: SceneActions;
let rhythm: HeldRhythm;

beforeEach(() => {
  rhythm = new HeldRhythm();
  store = new Store();
  store.instrument.value = toyInstrument;
  new Decoding(store, rhythm);
  actions = new Actions(store);
  scenes = new SceneActions(store);
});

const settled = () => rhythm.settle();
const at = (x: number, y: number) => toyPattern([x, y], DEFAULT_SETTINGS);
const kept = (slot: number) => store.project.value.scenes[slot];

/** Two scenes, each at its own place, tempo and level. */
async function two(): Promise<void> {
  actions.goTo([1, 1]);
  scenes.keep(0);
  actions.goTo([-1, 1]);
  store.changeScene("tempo", withTempo(store.scene.value, 90));
  actions.mixVoice("level", 0, { level: 0.25 });
  scenes.keep(1);
  await settled();
}

/** The music as a clock would step through it, bar by bar: what plays now, and the page told of it. */
class Stepping {
  part: Part | null = null;
  private turn = 0;

  private wanted() {
    const { launch, launchReady, launchScore, score, entry, project } = store;
    const { quantum } = project.value;
    return launchReady.value ? { bars: launchScore.value!, quantum, entry: launch.value!.entry } : { bars: score.value, quantum, entry: entry.value };
  }

  private next = 0;

  /** Through the next step. */
  step(): Part {
    store.playing.value = true;
    this.part = nextPart(this.part, this.wanted(), this.next, this.turn);
    store.heard.value = this.part;
    this.next = (this.next + 1) % 64;
    if (this.next === 0) this.turn += 1;
    return this.part;
  }

  /** To the end of the present bar; what is heard there. */
  bar(): Part {
    do this.step();
    while (this.next !== 0);
    return this.part!;
  }
}

/** The sounds are there at once. */
const soundsCome = () => (store.launchSounds.value = store.launch.value);

test("a scene keeps everything that sounds and gives it back, and an empty one says so", async () => {
  await two();
  actions.goTo([0, 0]);
  actions.mixVoice("level", 0, { level: 1 });
  scenes.launch(1);
  expect([pointOf(store.scene.value), store.scene.value.tempo[0]!.tempo_bpm, store.scene.value.mix[0]!.level]).toEqual([[-1, 1], 90, 0.25]);
  expect([store.slotHeard.value, store.slotChanged.value]).toEqual([1, true]); // its kit is another, as none was chosen
  scenes.launch(5);
  expect(store.notice.value?.text).toContain("Scene 6 is empty");
  actions.undo();
  expect(pointOf(store.scene.value)).toEqual([0, 0]);
});

test("a journey is kept as a journey", async () => {
  actions.setPin("A", [-1, 0]);
  actions.setPin("B", [1, 0]);
  actions.travel(true);
  scenes.keep(0);
  expect(kept(0)!.path).toMatchObject({ travelling: true });
});

test("a launch waits for its bar, and until then nothing of it is heard: no place, no mix, no tempo", async () => {
  await two();
  const music = new Stepping();
  music.bar();
  music.step();
  scenes.launch(0);
  expect(music.step().bar.pattern).toEqual(at(-1, 1));
  soundsCome();
  expect([store.launchReady.value, music.step().bar.pattern, store.scene.value.mix[0]!.level]).toEqual([true, at(-1, 1), 0.25]);
  expect(store.launchScore.value!.bar(0).strokes.filter(({ voice }) => voice === 0).map(({ level }) => level)).toContain(1); // of its own, not that of the mixer
  music.bar();
  expect([store.launch.value?.slot, store.scene.value.mix[0]!.level]).toEqual([0, 0.25]);
  const part = music.step();
  expect([part.bar.pattern, part.index, part.since]).toEqual([at(1, 1), 0, 2]);
  expect([store.launch.value, store.scene.value.mix[0]!.level, store.slotHeard.value]).toEqual([null, 1, 0]);
  expect(store.score.value.bar(0).strokes.every(({ level }) => level === null)).toBe(true); // the mixer has it now
  const later = music.step();
  expect([later.index, later.since, later.entered?.id]).toEqual([0, 2, part.entered!.id]);
});

test("a launch at the next beat comes in the middle of the bar, from its first bar", async () => {
  await two();
  actions.set("changes apply", { quantum: "beat" });
  const music = new Stepping();
  music.bar();
  music.step();
  scenes.launch(0);
  soundsCome();
  const heard = Array.from({ length: 20 }, () => music.step().bar.pattern);
  expect(heard.findIndex((pattern) => JSON.stringify(pattern) === JSON.stringify(at(1, 1)))).toBe(15); // step 16
});

test("an act on the map calls a launch off", async () => {
  await two();
  const music = new Stepping();
  music.step();
  scenes.launch(0);
  actions.goTo([2, 2]);
  expect(store.launch.value).toBeNull();
});

test("a morph goes over bars from the present scene to the other, and then is it", async () => {
  await two();
  const music = new Stepping();
  music.bar();
  music.step();
  scenes.morphTo(0, 3);
  await settled();
  soundsCome();
  music.bar();
  const xs: number[] = [];
  for (let bar = 0; bar < 3; bar++) {
    xs.push((music.bar().bar.planned.pieces[0]![1] as Generated).point[0]);
    expect(store.morph.value).not.toBeNull();
  }
  expect(xs.map((x) => Math.round(x * 100))).toEqual([-50, 0, 50]);
  const arrived = music.bar();
  expect([store.morph.value, pointOf(store.scene.value), store.slotHeard.value]).toEqual([null, [1, 1], 0]);
  expect([arrived.index, arrived.bar.pattern]).toEqual([0, at(1, 1)]);
  expect(music.bar().index).toBe(1);
  actions.undo();
  expect(pointOf(store.scene.value)).toEqual([-1, 1]);
});

test("what is edited while it morphs is the present scene's", async () => {
  await two();
  const music = new Stepping();
  music.bar();
  scenes.morphTo(0, 2);
  await settled();
  soundsCome();
  music.step();
  expect(store.morph.value).not.toBeNull();
  actions.mixVoice("level", 1, { level: 0.5 });
  expect(store.score.value.planned(1).mix[1]!.level).toBeCloseTo(0.5 + 0.5 / 3);
});

test("a song plays its scenes; what is edited is the scene's bar, and a click leaves it", async () => {
  await two();
  scenes.addPart(0);
  scenes.addPart(1);
  scenes.changePart(1, { bars: 2 });
  await settled();
  expect(store.heardBars()).toHaveLength(1);
  scenes.playSong();
  await settled();
  expect(store.heardBars()).toEqual([at(1, 1), at(-1, 1), at(-1, 1)]);
  store.heard.value = { bars: store.score.value, bar: store.score.value.bar(1), index: 1, since: 0 };
  expect([store.address.value.scene, store.slotHeard.value]).toEqual([1, 1]);
  actions.edit("stroke", (pattern) => withCellToggled(pattern, 7, 5));
  expect(kept(1)!.bars[0]!.kind).toBe("edited");
  actions.goTo([0, 0]);
  await settled();
  expect([store.playsSong.value, store.heardBars()]).toEqual([false, [at(0, 0)]]);
});

test("the song plays from a part on", async () => {
  await two();
  scenes.addPart(0);
  scenes.addPart(1);
  scenes.changePart(0, { bars: 4 });
  const music = new Stepping();
  music.bar();
  scenes.playSong(1);
  await settled();
  soundsCome();
  const part = music.bar();
  expect([part.index, store.address.value.scene, store.playsSong.value]).toEqual([4, 1, true]);
  expect(music.bar().index).toBe(5);
});

test("“then” makes a song of what sounds and what comes", async () => {
  await two();
  scenes.launch(0);
  scenes.playThen(1);
  expect(store.project.value.song.map(({ scene }) => scene)).toEqual([0, 1]);
  scenes.playThen(0);
  expect(store.project.value.song.map(({ scene }) => scene)).toEqual([0, 1, 0]);
});

test("scenes are renamed, duplicated and cleared; the song goes without a cleared one", async () => {
  await two();
  scenes.rename(0, " lift ");
  scenes.duplicate(0);
  expect([kept(0)!.name, kept(2)!.name, pointOf(kept(2)!)]).toEqual(["lift", "lift 2", [1, 1]]);
  scenes.addPart(0);
  scenes.addPart(1);
  scenes.clear(0);
  expect([kept(0), store.project.value.song]).toEqual([null, [{ scene: 1, bars: 1, fill: false, morph_bars: 0 }]]);
  actions.undo();
  expect([kept(0)!.name, store.project.value.song.length]).toEqual(["lift", 2]);
  scenes.keep(0);
  expect(kept(0)!.name).toBe("lift"); // another sound under its name
});
