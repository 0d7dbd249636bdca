import { expect, test } from "vitest";
import { moved } from "./gridKeys";

test.each([
  ["ArrowRight", { voice: 0, cell: 1 }],
  ["ArrowLeft", { voice: 0, cell: 0 }],
  ["ArrowDown", { voice: 1, cell: 0 }],
  ["ArrowUp", { voice: 0, cell: 0 }],
  ["End", { voice: 0, cell: 15 }],
  ["Home", { voice: 0, cell: 0 }],
  ["x", null],
] as const)("%s", (key, place) => expect(moved({ voice: 0, cell: 0 }, key, 8, 16)).toEqual(place));
