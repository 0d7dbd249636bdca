/** No number that is none comes in with a project, from wherever it comes. */

import { expect, test } from "vitest";
import { readMessage } from "../src/rules/messageChecks";
import "../src/rules/laterMessages";
import { NEW_PAGE_PROJECT } from "../src/rules/scene";
import { type Case, readCompressed } from "./madeUp";

/** Each number of a JSON document, by its path. */
function* numbersIn(value: unknown, path: readonly (string | number)[] = []): Generator<readonly (string | number)[]> {
  if (typeof value === "number") yield path;
  else if (Array.isArray(value)) for (const [index, each] of value.entries()) yield* numbersIn(each, [...path, index]);
  else if (typeof value === "object" && value !== null) for (const [name, each] of Object.entries(value)) yield* numbersIn(each, [...path, name]);
}

function withNumber(value: unknown, [first, ...rest]: readonly (string | number)[], number: number): unknown {
  if (first === undefined) return number;
  const copy: Record<string | number, unknown> | unknown[] = Array.isArray(value) ? [...value] : { ...(value as object) };
  (copy as Record<string | number, unknown>)[first] = withNumber((value as Record<string | number, unknown>)[first], rest, number);
  return copy;
}

const { cases } = readCompressed<{ cases: Case[] }>("arrange.json.gz");
const shapeOf = (path: readonly (string | number)[]): string => path.map((part) => (typeof part === "number" ? "n" : part)).join(".");

test("infinite and NaN numbers are refused wherever a project has a number", () => {
  const seen = new Set<string>();
  const taken: string[] = [];
  const unsaid: string[] = [];
  for (const { project } of [{ project: NEW_PAGE_PROJECT }, ...cases.slice(0, 20)])
    for (const path of numbersIn(project)) {
      const shape = shapeOf(path);
      if (seen.has(shape)) continue;
      seen.add(shape);
      for (const number of [JSON.parse("1e999") as number, -Infinity, Number.NaN]) {
        try {
          readMessage("Project", withNumber(project, path, number));
          taken.push(`${shape}: ${number}`);
        } catch (error) {
          if ((error as Error).message !== `Project.${path.join(".")}: numbers are finite, got ${number}`) unsaid.push((error as Error).message);
        }
      }
    }
  expect(seen.size).toBeGreaterThan(40);
  expect([taken, unsaid]).toEqual([[], []]);
});
