import { expect, test } from "vitest";
import { drawSoundMap, shade, strideOf } from "../map/soundMapDrawing";
import { describeHeard, describeNearestSound, formatDecay, formatHeard, formatShift, formatTune, nearestSound, formatFrequency } from "./soundWords";

const bell = { brightness_hz: 6000, decay_s: 0.42, pitch_hz: 98.4, noisiness: 0.05 };

test("a sound in words", () => {
  expect(formatHeard(bell)).toBe("bright, 0.42 s");
  expect(describeHeard(bell)).toBe("bright, 0.42 s, 98 Hz, clean");
  expect(describeHeard({ brightness_hz: 200, decay_s: 1.46, pitch_hz: null, noisiness: 0.8 })).toBe("deep, 1.5 s, noisy");
});

const map = {
  x: [0, 1, 2],
  y: [0, 0, 2],
  source: [1, 0, 1],
  sources: ["machine/kick_2.wav", "drums/room/kick_1.wav"],
  licences: ["CC0", "CC BY 4.0"],
  brightness: [],
  decay: [],
  pitch: [],
  noisiness: [],
};

test("the nearest sound is named with its licence", () => {
  expect(nearestSound(map, [1.2, 0.1])).toBe(1);
  expect(describeNearestSound(map, [0.1, 0.1])).toBe("nearest: drums, kick 1 (CC BY 4.0)");
  expect(describeNearestSound({ ...map, x: [], y: [], source: [] }, [0, 0])).toBeNull();
});

test("what was turned, in words", () => {
  expect([formatShift("pitch", 0), formatShift("pitch", -1.2), formatShift("brightness", 2)]).toEqual(["as it is", "lower 1.2", "brighter 2.0"]);
  expect([formatTune(0), formatTune(-7), formatDecay(1), formatDecay(0.25), formatDecay(2)]).toEqual(["as it is", "−7 st", "as it is", "× 0.25", "× 2.0"]);
});

test("shades run from deep to pale through the colour of the voice", () => {
  const light = (colour: string) => [...colour.matchAll(/\d+/g)].reduce((sum, [part]) => sum + Number(part), 0);
  for (const dark of [true, false]) {
    const shades = [0, 0.25, 0.5, 0.75, 1].map((rank) => light(shade("#0072B2", rank, dark)));
    expect(shades).toEqual([...shades].sort((one, other) => one - other));
    expect(shade("#0072B2", 0.5, dark)).toBe("rgb(0 114 178)");
  }
});

test("a crowded map is thinned evenly; one without descriptors is drawn all the same", () => {
  expect([strideOf(3148, 260), strideOf(100, 260)]).toEqual([13, 1]);
  const canvas = { getContext: () => null, width: 0, height: 0 } as unknown as HTMLCanvasElement;
  drawSoundMap(canvas, map, { size: 64, scale: 2, dark: true, colour: "#0072B2", by: "decay", most: 10 });
  expect([canvas.width, canvas.height]).toEqual([128, 128]);
});

test("frequencies as one reads them", () => expect([31.6, 999, 1000, 3249, 20_000].map(formatFrequency)).toEqual(["32 Hz", "999 Hz", "1.0 kHz", "3.2 kHz", "20 kHz"]));
