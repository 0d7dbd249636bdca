/**
 * What the page draws and arranges stands in tests/fixtures/arrange_page.json.gz, where Python makes the same of it.
 * `npm run fixtures` writes it.
 */

import { writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { arrange, requests } from "../src/rules/arrange";
import { naturalBars } from "../src/rules/plan";
import { type Case, digest, fixturePath, heardOf, madeUp, numbersOf, readCompressed } from "./madeUp";
import { randomProject } from "./randomProject";

const FILE = "arrange_page.json.gz";
const PROJECTS = 100;
const IN_FULL = 20;

function caseOf(seed: number): Case {
  const project = randomProject(seed);
  const bars = 4 + (seed % 5);
  const asked = requests(project, bars);
  const performance = arrange(project, madeUp(asked), bars);
  return { project, bars, natural_bars: naturalBars(project), requests: [asked.bars.length, asked.sounds.length], heard: heardOf(asked), digest: digest(performance), strikes: seed < IN_FULL ? performance.strikes.map(numbersOf) : null };
}

test("the file is what the page makes", () => {
  const made = Array.from({ length: PROJECTS }, (_, seed) => caseOf(seed));
  if (process.env["CLAVE_WRITE_FIXTURES"]) writeFileSync(fixturePath(FILE), gzipSync(JSON.stringify({ cases: made })));
  const { cases } = readCompressed<{ cases: Case[] }>(FILE);
  expect(cases.map(({ project, bars, natural_bars, requests: counts, heard }) => ({ project, bars, natural_bars, counts, heard }))).toEqual(
    made.map(({ project, bars, natural_bars, requests: counts, heard }) => ({ project, bars, natural_bars, counts, heard })),
  );
  const [found, wanted] = [made, cases].map((each) => each.flatMap((one) => one.digest.flat()));
  expect(Math.max(...found!.map((value, place) => Math.abs(value - wanted![place]!)))).toBeLessThan(1e-8);
});
