import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { asMono } from "./mono";

const { cases } = JSON.parse(readFileSync(new URL("../../../tests/fixtures/mono.json", import.meta.url), "utf8")) as {
  readonly cases: readonly { readonly name: string; readonly sample_rate: number; readonly channels: readonly (readonly number[])[]; readonly mono: readonly number[] }[];
};

test.each(cases)("$name", ({ sample_rate, channels, mono }) => {
  const made = asMono(channels.map((each) => Float32Array.from(each)), sample_rate);
  expect(made).toHaveLength(mono.length);
  mono.forEach((sample, at) => expect(made[at]).toBeCloseTo(sample, 6));
});

test("no channel is silence, and one is itself", () => {
  const only = Float32Array.of(0.5, -0.5);
  expect(asMono([only], 8)).toBe(only);
  expect(asMono([], 8)).toHaveLength(0);
});
