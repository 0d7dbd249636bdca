/** What the decoder makes of a point is Python's: `tests/make_explain_fixture.py` writes it with the shipped space. */

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readCompressed } from "../../tests/madeUp";
import type { ExplainedPoint, ExplainPointRequest } from "../rules/protocol";
import type { RhythmFacts } from "./condition";
import { explainedPoint } from "./explain";
import { RhythmSpace } from "./rhythmSpace";
import { readWeights } from "./weights";

const { facts } = readCompressed<{ facts: RhythmFacts }>("static_page.json.gz");
const { buffer } = new Uint8Array(readFileSync(new URL("../../../clave/weights/rhythm/model.safetensors", import.meta.url)));
const weights = readWeights(buffer);
const space = new RhythmSpace(facts, weights, () => Promise.resolve(weights));
const cases = readCompressed<{ request: ExplainPointRequest; answer: ExplainedPoint }[]>("explained_points.json.gz");

test.each(cases.map((each, place) => [place, each] as const))("point %i is explained as by the server", async (_, { request, answer }) => {
  const made = await explainedPoint(space, request);
  expect([made.likely, made.drawn, made.threshold]).toEqual([answer.likely, answer.drawn, answer.threshold]);
  expect(made.probability.map((row) => row.length)).toEqual(answer.probability.map((row) => row.length));
  const away = made.probability.flatMap((row, voice) => row.map((share, step) => Math.abs(share - answer.probability[voice]![step]!)));
  expect(Math.max(...away)).toBeLessThan(3e-4); // both are rounded to four digits
});
