import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { playedSamples } from "./playbackSettings";

const RATE = 44_100;
const PLAIN = { tune: 0, decay: 1, gain: 1 };
const ringing = (hz: number, seconds: number, timeConstant: number): Float64Array =>
  Float64Array.from({ length: Math.round(seconds * RATE) }, (_, n) => Math.cos((2 * Math.PI * hz * n) / RATE) * Math.exp(-n / RATE / timeConstant));

/** The time constant of what rings on, by a straight line through the logarithm of its energy. */
function measuredDecay(samples: ArrayLike<number>): number {
  const block = 882;
  const levels: number[] = [];
  for (let start = 0; start + block <= Math.min(samples.length, RATE / 2); start += block) {
    let energy = 0;
    for (let n = start; n < start + block; n++) energy += samples[n]! ** 2;
    levels.push(Math.log(energy) / 2);
  }
  const mid = (levels.length - 1) / 2;
  const slope = levels.reduce((sum, level, n) => sum + (n - mid) * level, 0) / levels.reduce((sum, _, n) => sum + (n - mid) ** 2, 0);
  return -block / RATE / slope;
}

test("neutral settings leave the sound alone", () => {
  const sound = ringing(200, 0.1, 0.02);
  expect(playedSamples(sound, RATE, PLAIN)).toBe(sound);
});

test.each([0.25, 0.5, 2])("a bell that rings 0.1 s rings %f times as long", (decay) => {
  const shaped = playedSamples(ringing(1000, 1.4, 0.1), RATE, { ...PLAIN, decay });
  expect(measuredDecay(shaped) / 0.1).toBeCloseTo(decay, 2);
});

test.each([-24, -5, 7, 24])("a sine tuned by %i semitones is that sine", (tune) => {
  const ratio = 2 ** (tune / 12);
  const shaped = playedSamples(ringing(700, 0.3, 1e9), RATE, { ...PLAIN, tune });
  expect(shaped.length).toBe(Math.ceil(Math.round(0.3 * RATE) / ratio));
  const edge = 300;
  for (let m = edge; m < shaped.length - edge; m += 37) expect(shaped[m]).toBeCloseTo(Math.cos((2 * Math.PI * 700 * ratio * m) / RATE), 3);
});

test("two octaves up, what would fold back is gone", () => {
  const shaped = playedSamples(ringing(9000, 0.2, 1e9), RATE, { ...PLAIN, tune: 24 });
  for (let m = 100; m < shaped.length - 100; m++) expect(Math.abs(shaped[m]!)).toBeLessThan(2e-3);
});

test("gain is linear", () => expect([...playedSamples(Float64Array.of(0.5, -0.25), RATE, { ...PLAIN, gain: 2 })]).toEqual([1, -0.5]));

type Case = Readonly<{ name: string; sample_rate: number; tune: number; decay: number; gain: number; samples: number[]; expected: number[] }>;
const { cases } = JSON.parse(readFileSync(new URL("../../../tests/fixtures/playback_settings.json", import.meta.url), "utf8")) as { cases: Case[] };

test.each(cases)("both twins make the same: $name, tune $tune, decay $decay, gain $gain", (each) => {
  const made = playedSamples(Float64Array.from(each.samples), each.sample_rate, each);
  expect(made.length).toBe(each.expected.length);
  each.expected.forEach((sample, n) => expect(made[n]).toBeCloseTo(sample, 6));
});
