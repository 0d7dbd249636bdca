import { expect, test } from "vitest";
import { amend, ANSWER, begin, change, redo, undo } from "./history";

test("undo and redo walk through every change, and a new change forgets the future", () => {
  let history = change(change(begin(0), 1, "one", 0), 2, "two", 0);
  expect(undo(undo(history)).present.value).toBe(0);
  expect(redo(redo(undo(undo(history))))).toMatchObject({ present: { value: 2, label: "two" }, future: [] });
  history = change(undo(history), 9, "nine", 0);
  expect(history.future).toEqual([]);
  expect(undo(history).present.value).toBe(1);
});

test("a drag is one change; a pause or another label begins the next", () => {
  let history = begin(0);
  for (const now of [1000, 1100, 1200]) history = change(history, now, "density", now);
  expect(undo(history).present.value).toBe(0);
  expect(undo(change(history, 5, "density", 5000)).present.value).toBe(1200);
  expect(undo(change(history, 5, "seed", 1250)).present.value).toBe(1200);
});

test("a clock that is set back does not make one change of two", () => {
  const history = change(change(begin(0), 1, "density", 7_200_000), 2, "density", 3_600_000);
  expect(undo(history).present.value).toBe(1);
});

test("a gesture is one change however long it is held up, and the next gesture another", () => {
  let history = begin(0);
  for (const now of [0, 100, 5000, 5100]) history = change(history, now + 1, "point", now, 1);
  expect(history.past).toHaveLength(1);
  expect(undo(history).present.value).toBe(0);
  expect(change(history, 7, "point", 9000, 2).past).toHaveLength(2);
  expect(change(history, 7, "density", 5100, 1).past).toHaveLength(2);
  expect(change(undo(history), 7, "point", 5200, 1).past).toHaveLength(1);
});

test("answers to a player are one change, however long they last", () => {
  let history = change(begin(0), 1, "point", 0);
  for (const now of [2000, 4000, 60_000]) history = change(history, now, ANSWER, now);
  expect(undo(history).present.value).toBe(1);
  expect(undo(change(history, 7, "point", 60_001)).present.value).toBe(60_000);
});

test("after an undo, the same label is a change of its own", () => {
  const back = undo(change(change(begin(0), 1, "x", 0), 2, "y", 10));
  expect(undo(change(back, 3, "x", 20)).present.value).toBe(1);
});

test("an amended present is no step of its own", () => {
  const history = amend(change(begin(0), 1, "point", 0), 1.5);
  expect(history.present).toEqual({ value: 1.5, label: "point" });
  expect(undo(history).present.value).toBe(0);
});

test("at either end nothing happens", () => {
  const history = begin(0);
  expect(undo(history)).toBe(history);
  expect(redo(history)).toBe(history);
});
