/** Python and page make the same performance of a project: 300 projects that Python drew at random, and what it made of them. */

import { describe, expect, test } from "vitest";
import { type Case, digest, heardOf, madeUp, numbersOf, readCompressed } from "../../tests/madeUp";
import { arrange, requests } from "./arrange";
import { PARAMETERS } from "./parameters";
import { naturalBars } from "./plan";

const { cases, parameters } = readCompressed<{ cases: Case[]; parameters: Record<string, [number, number, string]> }>("arrange.json.gz");

const SECONDS = 1e-9;
const placeOf = (strike: readonly number[]): string => [strike[9], strike[1], strike[10]].join(" "); // bar, voice, step
const inPlace = (strikes: readonly (readonly number[])[]) =>
  strikes.toSorted((one, other) => placeOf(one).localeCompare(placeOf(other)) || one[4]! - other[4]!);

function largestDifference(some: readonly (readonly number[])[], others: readonly (readonly number[])[]): number {
  expect(some.map((each) => each.length)).toEqual(others.map((each) => each.length));
  return some.reduce((most, each, row) => each.reduce((now, value, column) => Math.max(now, Math.abs(value - others[row]![column]!)), most), 0);
}

test("the parameters are Python's", () => expect(Object.fromEntries(PARAMETERS)).toEqual(parameters));

describe("what Python arranges, the page arranges", () => {
  test.each(cases.map((each, index) => [index, each] as const))("project %i", (_, { project, bars, natural_bars, requests: counts, heard, digest: sums, strikes }) => {
    expect(naturalBars(project)).toBe(natural_bars);
    const asked = requests(project, bars);
    expect([asked.bars.length, asked.sounds.length]).toEqual(counts);
    expect(heardOf(asked)).toEqual(heard);
    const performance = arrange(project, madeUp(asked), bars);
    expect(largestDifference(digest(performance), sums)).toBeLessThan(SECONDS * 10); // of up to a few hundred strokes
    if (strikes) expect(largestDifference(inPlace(performance.strikes.map(numbersOf)), inPlace(strikes))).toBeLessThan(SECONDS);
    const seconds = performance.strikes.map((each) => each.seconds);
    expect(seconds).toEqual(seconds.toSorted((one, other) => one - other));
  });
});
