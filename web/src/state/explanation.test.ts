import { beforeEach, expect, test } from "vitest";
import { toyInstrument } from "../../dev/toyServer";
import { given } from "../../tests/givenBars";
import type { BarPattern, BarStroke, ExplainedBar, ExplainedSound, ExplainPointRequest, ExplainSoundRequest } from "../rules/protocol";
import { withSounds } from "../rules/kitChanges";
import { BarExplanation, SoundExplanation } from "./explanation";
import { Store } from "./store";

const SAME = { kept: [], gained: [], lost: [], f1: 1 };
const bar = (...strokes: BarStroke[]): BarPattern => ({ meter: [4, 4], strokes });
const KICK: BarStroke = [0, 0, 1, 0];
const SNARE: BarStroke = [1, 16, 1, 0];

let store: Store;
let bars: BarPattern[];
let points: ExplainPointRequest[];
let sounds: [number, ExplainSoundRequest][];
let refuse: string;

const source = {
  bar: async (pattern: BarPattern): Promise<ExplainedBar> => {
    bars.push(pattern);
    if (refuse) throw new Error(refuse);
    return { guess: [0, 0], point: [pattern.strokes.length, 0], posterior: { centre: [0, 0], radii: [1, 1], angle: 0 }, feel: [], strokes: [], again: SAME };
  },
  point: async (request: ExplainPointRequest) => {
    points.push(request);
    return { probability: [], threshold: 0.5, likely: SAME, drawn: SAME };
  },
  sound: async (voice: number, request: ExplainSoundRequest) => {
    sounds.push([voice, request]);
    return { point: [voice, 0] } as unknown as ExplainedSound;
  },
};

const settle = () => new Promise((done) => setTimeout(done));
const play = (pattern: BarPattern) => store.amendScene({ ...store.scene.value, bars: [given(pattern)] });

beforeEach(() => {
  [bars, points, sounds, refuse] = [[], [], [], ""];
  store = new Store();
  store.instrument.value = toyInstrument;
  play(bar(KICK));
});

test("the bar that plays is encoded, and decoded at its point; after an edit again, without one not", async () => {
  const explanation = new BarExplanation(store, source);
  const stop = explanation.follow();
  await settle();
  expect([bars.length, points.map(({ point }) => point)]).toEqual([1, [[1, 0]]]);
  play(bar(KICK)); // the same strokes
  await settle();
  expect(bars).toHaveLength(1);
  play(bar(KICK, SNARE));
  await settle();
  expect([bars.at(-1)!.strokes.length, points.at(-1)!.point, points.at(-1)!.pattern.strokes.length]).toEqual([2, [2, 0], 2]);
  stop();
  play(bar());
  await settle();
  expect(bars).toHaveLength(2);
});

test("a point that is held stays while bars change, lies on the map, and is let go", async () => {
  const explanation = new BarExplanation(store, source);
  const stop = explanation.follow();
  await settle();
  explanation.hold([9, -0.5]);
  await settle();
  expect(points.at(-1)!.point).toEqual([3, -0.5]);
  play(bar(KICK, SNARE));
  await settle();
  expect([points.at(-1)!.point, points.at(-1)!.pattern.strokes.length]).toEqual([[3, -0.5], 2]);
  explanation.letGo();
  await settle();
  expect(points.at(-1)!.point).toEqual([2, 0]);
  stop();
});

test("the decoder is asked with the settings that play, and the draw's own", async () => {
  store.amendScene({ ...store.scene.value, settings: { ...store.settings.value, style: "funk", density: 0.7 } });
  const explanation = new BarExplanation(store, source);
  const stop = explanation.follow();
  await settle();
  explanation.seed.value = 4;
  explanation.variation.value = 0.5;
  await settle();
  const { style, density, seed, variation } = points.at(-1)!;
  expect({ style, density, seed, variation }).toEqual({ style: "funk", density: 0.7, seed: 4, variation: 0.5 });
  stop();
});

test("what the server refuses is said, until it answers again", async () => {
  refuse = "this space has learned 4/4, got 7/4";
  const explanation = new BarExplanation(store, source);
  const stop = explanation.follow();
  await settle();
  expect(explanation.trouble.value).toBe(refuse);
  refuse = "";
  play(bar(SNARE));
  await settle();
  expect(explanation.trouble.value).toBe("");
  stop();
});

test("a sound is explained again when voice, sound or what is decoded changes, and only then", async () => {
  const kit = (name: string, of: number) => store.amendScene(withSounds(store.scene.value, store.kit.value.voices.map((voice, index) => (index === of ? { ...voice, kit: name } : voice))));
  kit("toy", 0);
  kit("toy", 1);
  const explanation = new SoundExplanation(store, source);
  const stop = explanation.follow();
  await settle();
  store.amendScene({ ...store.scene.value, swing: 0.6 });
  await settle();
  expect(sounds).toHaveLength(1);
  explanation.voice.value = 1;
  await settle();
  explanation.withDetail.value = false;
  await settle();
  kit("low-toy", 1);
  await settle();
  expect(sounds.map(([voice, { sound, with_detail: detail }]) => [voice, sound.kit, detail])).toEqual([
    [0, "toy", true],
    [1, "toy", true],
    [1, "toy", false],
    [1, "low-toy", false],
  ]);
  stop();
});
