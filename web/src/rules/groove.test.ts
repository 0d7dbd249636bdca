import { expect, test } from "vitest";
import { fromSlot, type Groove, isSamePlace, NEW_GROOVE, toVisit, withSlot, withVisit, withVoice } from "./groove";
import { onMap } from "./mapPoint";
import type { Point } from "./protocol";

const at = (groove: Groove, point: Point): Groove => withVisit({ ...groove, place: { ...groove.place, point } });
const three = [[1, 1] as const, [2, 2] as const, [-1, 0] as const].reduce(at, NEW_GROOVE);

test("clicks can be walked back and forward; a new click forgets what lay ahead", () => {
  const back = toVisit(three, -2);
  expect(back.place.point).toEqual([1, 1]);
  expect(toVisit(back, 1).place.point).toEqual([2, 2]);
  expect(toVisit(back, -1)).toBe(back);
  expect(at(back, [0, 3]).visits.map(({ point }) => point)).toEqual([[1, 1], [0, 3]]);
});

test("the same place is one visit, with its latest strokes", () => {
  const struck = withVisit({ ...three, place: { ...three.place, edited: true } });
  expect(struck.visits).toHaveLength(3);
  expect(struck.visits[2]!.edited).toBe(true);
});

test("a slot keeps a place and gives it back; empty ones change nothing", () => {
  const kept = withSlot(three, 4, toVisit(three, -1).place);
  expect(fromSlot(kept, 4).place.point).toEqual([2, 2]);
  expect(isSamePlace(kept.slots[4], fromSlot(kept, 4).place)).toBe(true);
  expect(fromSlot(kept, 0)).toBe(kept);
  expect(fromSlot(withSlot(kept, 4, null), 4).place).toBe(three.place);
});

test("recalling a slot leaves the journey", () => {
  const travelling = { ...withSlot(three, 0, three.place), journey: { ...three.journey, travelling: true } };
  expect(fromSlot(travelling, 0).journey.travelling).toBe(false);
});

test("one voice is mixed, the others stay", () => {
  const { mix } = withVoice(three, 2, { pan: -0.5 });
  expect(mix[2]).toEqual({ mute: false, solo: false, level: 1, pan: -0.5 });
  expect(mix[3]).toBe(three.mix[3]);
});

test("the map ends at 3", () => expect(onMap([9, -4])).toEqual([3, -3]));
