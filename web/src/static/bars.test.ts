/** The bars of a page without a server are Python's: `tests/make_static_fixture.py` writes them with the shipped space. */

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Generated } from "../rules/project";
import type { BarStroke } from "../rules/protocol";
import { readCompressed } from "../../tests/madeUp";
import { BarMaker } from "./bars";
import type { RhythmFacts } from "./condition";
import { Refused } from "./refused";
import { RhythmSpace } from "./rhythmSpace";
import { readWeights } from "./weights";

const at = (path: string) => new URL(`../../../${path}`, import.meta.url);
const { bars: cases, facts } = readCompressed<{ facts: RhythmFacts; bars: { bar: Generated; strokes: BarStroke[] }[] }>("static_page.json.gz");
const { buffer } = new Uint8Array(readFileSync(at("clave/weights/rhythm/model.safetensors")));
const weights = readWeights(buffer);
const maker = new BarMaker(new RhythmSpace(facts, weights, () => Promise.resolve(weights)));

const cells = (strokes: readonly BarStroke[]) => strokes.map(([voice, step]) => `${voice}.${step}`).sort();
const worst = (strokes: readonly BarStroke[], others: readonly BarStroke[], place: 2 | 3) => {
  const known = new Map(others.map((stroke) => [`${stroke[0]}.${stroke[1]}`, stroke[place]]));
  return Math.max(0, ...strokes.map((stroke) => Math.abs(stroke[place] - known.get(`${stroke[0]}.${stroke[1]}`)!)));
};

test("bars of clicks, variations, fills, phrases and journeys are those of Python", async () => {
  const differing: string[] = [];
  let velocity = 0;
  let offset = 0;
  for (const { bar, strokes } of cases) {
    const [made] = await maker.make([bar]);
    if (String(cells(made!.strokes)) !== String(cells(strokes))) {
      differing.push(JSON.stringify(bar));
      continue;
    }
    velocity = Math.max(velocity, worst(made!.strokes, strokes, 2));
    offset = Math.max(offset, worst(made!.strokes, strokes, 3));
  }
  expect(differing).toEqual([]);
  expect(velocity).toBeLessThan(1e-4); // of 1; a step of MIDI is 8e-3
  expect(offset).toBeLessThan(1e-3); // steps; a tenth of a millisecond is 3e-3 at 120 bpm
}, 60_000);

test("what needs a server is refused with a sentence", async () => {
  const { bar } = cases[0]!;
  const moved: Generated = { ...bar, settings: { ...bar.settings, shift: { ...bar.settings.shift, density: 1 } } };
  await expect(maker.make([moved])).rejects.toThrow(Refused);
  await expect(maker.make([{ kind: "edited", base: bar, operations: [{ kind: "humanise", amount: 1, style: null, like: null, seed: 0 }] }])).rejects.toThrow("cannot give a feel");
});
