import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { layerOf } from "./sequencer";
import { softerSamples } from "./velocityLayers";

type Case = Readonly<{ name: string; voice: number; samples: number[]; expected: number[][] }>;
const text = readFileSync(new URL("../../../tests/fixtures/velocity_layers.json", import.meta.url), "utf8");
const { rate, cases, layer_of } = JSON.parse(text) as { rate: number; cases: Case[]; layer_of: number[] };

test.each(cases)("both twins make the same: $name, voice $voice", ({ voice, samples, expected }) => {
  const made = softerSamples(Float32Array.from(samples), rate, voice);
  expect(made.map((each) => each.length)).toEqual(expected.map((each) => each.length));
  expected.forEach((layer, place) => layer.forEach((sample, n) => expect(Math.abs(made[place]![n]! - sample)).toBeLessThan(1e-6)));
});

test("each velocity plays the layer that it plays in Python", () => {
  expect(layer_of.map((_, index) => layerOf((index + 1) / 127, 4))).toEqual(layer_of);
  expect([0.1, 0.5, 1].map((velocity) => layerOf(velocity, 1))).toEqual([0, 0, 0]);
});
