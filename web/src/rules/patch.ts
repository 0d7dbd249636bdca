/** The difference between two projects, as the page and the server tell it: the twin of `clave/play/live/patch.py`. */

import type { Project } from "./project";

type Json = unknown;
export type Change = readonly [place: readonly (string | number)[], value: Json];
export type Patch = readonly Change[];

/** The patch that makes the second project of the first; of a list that has become longer or shorter, all of it. */
export function difference(before: Project, after: Project): Patch {
  const found: Change[] = [];
  compare(before, after, [], found);
  return found;
}

function compare(before: Json, after: Json, place: readonly (string | number)[], found: Change[]): void {
  if (before === after) return;
  const lists = Array.isArray(before) && Array.isArray(after) && before.length === after.length;
  const [one, other] = [before as Record<string, Json>, after as Record<string, Json>];
  if (lists) after.forEach((each, index) => compare((before as Json[])[index], each, [...place, index], found));
  else if (isObject(before) && isObject(after) && sameKind(one, other)) for (const key of Object.keys(other)) compare(one[key], other[key], [...place, key], found);
  else found.push([place, after]);
}

const isObject = (value: Json): boolean => typeof value === "object" && value !== null && !Array.isArray(value);

/** Objects of another kind, and blends of styles, whose keys are names, are told as a whole. */
const sameKind = (one: Record<string, Json>, other: Record<string, Json>): boolean => one["kind"] === other["kind"] && Object.keys(one).every((key) => key in other);

/** The project with these fields changed; what was not changed stays the same value. Throws for a place that is not there. */
export const patched = (project: Project, patch: Patch): Project => patch.reduce((now, [place, value]) => put(now, place, value) as Project, project);

function put(at: Json, place: readonly (string | number)[], value: Json): Json {
  const [first, ...rest] = place;
  if (first === undefined) return value;
  if (Array.isArray(at) && typeof first === "number" && first in at) return at.with(first, put(at[first], rest, value));
  if (isObject(at) && typeof first === "string") return { ...(at as object), [first]: put((at as Record<string, Json>)[first], rest, value) };
  throw new RangeError(`the path leads nowhere at ${first}`);
}
