import { expect, test } from "vitest";
import { mixed } from "./soundMix";
import { around, heardBetween } from "./soundGrid";
import { frameAt, fromFrames } from "./spectrum";

const LENGTH = 6000;
const tone = (hz: number, level: number) => Float32Array.from({ length: LENGTH }, (_, at) => level * Math.sin((2 * Math.PI * hz * at) / 44_100) * Math.exp(-at / 2000));
const noise = (() => {
  let state = 1;
  return Float32Array.from({ length: LENGTH }, () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647 - 0.5);
})();
const energy = (sound: Float32Array) => sound.reduce((sum, each) => sum + each * each, 0);

test("a sound comes back from its frames", () => {
  const again = fromFrames((number) => frameAt(noise, number), LENGTH);
  expect(Math.max(...again.map((each, at) => Math.abs(each - noise[at]!)))).toBeLessThan(1e-6);
});

test("the magnitude of one frequency is the Fourier transform's", () => {
  const cosine = Float32Array.from({ length: 2048 }, (_, at) => Math.cos((2 * Math.PI * 32 * at) / 1024));
  const { real, imaginary } = frameAt(cosine, 5);
  expect(Math.hypot(real[32]!, imaginary[32]!)).toBeCloseTo(1024 / 4, 4); // half of the window's sum
  expect(Math.hypot(real[40]!, imaginary[40]!)).toBeLessThan(1e-4);
});

test("a sound alone is itself; between two of other levels lies the geometric mean", () => {
  expect(mixed([noise, tone(200, 1)], [1, 0])).toBe(noise);
  const between = mixed([tone(300, 0.8), tone(300, 0.2)], [0.5, 0.5]);
  expect(Math.sqrt(energy(between) / energy(tone(300, 0.4)))).toBeCloseTo(1, 2);
});

test("each part of the spectrum lies between by its weight", () => {
  const [low, high] = [tone(300, 0.8), tone(2000, 1)];
  const both = (level: number) => low.map((each, place) => each + level * high[place]!);
  const made = mixed([both(0.02), both(0.5)], [0.75, 0.25]);
  const at = (sound: Float32Array, hz: number) => {
    const { real, imaginary } = frameAt(sound, 5);
    const bin = Math.round((hz * 1024) / 44_100);
    return Math.hypot(real[bin]!, imaginary[bin]!);
  };
  const share = (level: number) => at(both(level), 2000) / at(both(level), 300);
  expect(at(made, 2000) / at(made, 300) / (share(0.02) ** 0.75 * share(0.5) ** 0.25)).toBeCloseTo(1, 1);
});

test("it lasts as long as the longest, and never exceeds full scale", () => {
  const short = noise.slice(0, 1000);
  expect(mixed([short, noise], [0.7, 0.3])).toHaveLength(LENGTH);
  expect(Math.max(...mixed([noise.map((each) => 1.9 * each), noise], [0.6, 0.4]).map(Math.abs))).toBeLessThanOrEqual(0.991);
});

test("a point lies between four sounds of the grid, beyond the edge on it", () => {
  const grid = { span: 3, points: 7 };
  const weights = around(grid, [0.25, -3]);
  expect(weights.map(({ row, column, weight }) => [row, column, Math.round(weight * 1000) / 1000])).toEqual([[0, 3, 0.75], [0, 4, 0.25], [1, 3, 0], [1, 4, 0]]); // prettier-ignore
  expect(around(grid, [9, 9])).toEqual(around(grid, [3, 3]));
  expect(around(grid, [3, 3]).at(-1)).toEqual({ row: 6, column: 6, weight: 1 });
});

test("what is heard lies between what is heard around it", () => {
  const heard = [[[100, 0.2, 50, 0], [300, 0.4, null, 1]]] as const; // prettier-ignore
  const sounds = [{ row: 0, column: 0, weight: 0.25 }, { row: 0, column: 1, weight: 0.75 }]; // prettier-ignore
  expect(heardBetween(heard, sounds)).toEqual({ brightness_hz: 250, decay_s: expect.closeTo(0.35, 9), pitch_hz: null, noisiness: 0.75 });
});
