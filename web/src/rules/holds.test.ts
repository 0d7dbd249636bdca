import { expect, test } from "vitest";
import { areColumnsHeld, cellsBetween, describeHeld, describeHolds, heldBlocks, heldOf, type Holds, isHeld, NOTHING_HELD, withCells, withHeldRows, withHold } from "./holds";
import type { BarPattern } from "./protocol";
import { NEW_PAGE_PROJECT } from "./scene";

const bar = (...meter: [number, number]): BarPattern => ({ meter, strokes: [] });
const withRow = ({ rows, cells }: Holds, voice: number): Holds => ({ rows: new Set([...rows, voice]), cells });
const NAMES = ["kick", "snare", "hat"];

test("a held row is one block, as long as its bar", () => {
  const stays = withRow(NOTHING_HELD, 1);
  expect(heldBlocks(stays, bar(4, 4), 3)).toEqual([[1, 0, 64]]);
  expect(heldBlocks(stays, bar(6, 8), 3)).toEqual([[1, 0, 48]]);
  expect(heldBlocks(stays, bar(5, 4), 3)).toEqual([[1, 0, 80]]);
});

test("marked cells that touch are one block, whichever way they were dragged over", () => {
  const stays = withCells(NOTHING_HELD, cellsBetween({ voice: 1, cell: 6 }, { voice: 0, cell: 4 }), true);
  expect(heldBlocks(stays, bar(4, 4), 3)).toEqual([
    [0, 16, 12],
    [1, 16, 12],
  ]);
  const holed = withCells(stays, [{ voice: 0, cell: 5 }], false);
  expect(heldBlocks(holed, bar(4, 4), 3)).toEqual([
    [0, 16, 4],
    [0, 24, 4],
    [1, 16, 12],
  ]);
});

test("blocks cover exactly the steps of the held cells", () => {
  const stays = withRow(withCells(NOTHING_HELD, cellsBetween({ voice: 0, cell: 3 }, { voice: 2, cell: 9 }), true), 2);
  const blocks = heldBlocks(stays, bar(3, 4), 3);
  for (let voice = 0; voice < 3; voice++)
    for (let step = 0; step < 48; step++) {
      const covered = blocks.filter(([row, first, steps]) => row === voice && first <= step && step < first + steps).length;
      expect(covered).toBe(isHeld(stays, { voice, cell: Math.floor(step / 4) }) ? 1 : 0);
    }
});

test("cells beyond the bar give no block, and a bar that ends within a 16th ends its block there", () => {
  const stays = withCells(NOTHING_HELD, cellsBetween({ voice: 0, cell: 0 }, { voice: 0, cell: 15 }), true);
  expect(heldBlocks(stays, bar(3, 4), 1)).toEqual([[0, 0, 48]]);
  expect(heldBlocks(stays, bar(7, 32), 1)).toEqual([[0, 0, 14]]);
});

test("columns are held when they are in every row", () => {
  const column = [4, 5].flatMap((cell) => [0, 1, 2].map((voice) => ({ voice, cell })));
  const stays = withCells(NOTHING_HELD, column, true);
  expect(areColumnsHeld(stays, [4, 5], 3)).toBe(true);
  expect(areColumnsHeld(stays, [5, 6], 3)).toBe(false);
  expect(areColumnsHeld(withCells(stays, [{ voice: 1, cell: 4 }], false), [4, 5], 3)).toBe(false);
  expect(areColumnsHeld(withRow(withCells(stays, [{ voice: 1, cell: 4 }], false), 1), [4, 5], 3)).toBe(true);
});

test("what is held is described", () => {
  expect(describeHolds(NOTHING_HELD, bar(4, 4), NAMES)).toBeNull();
  const rows = withRow(withRow(NOTHING_HELD, 2), 0);
  expect(describeHolds(rows, bar(4, 4), NAMES)).toBe("kick and hat");
  expect(describeHolds(withCells(rows, cellsBetween({ voice: 0, cell: 0 }, { voice: 1, cell: 0 }), true), bar(4, 4), NAMES)).toBe("kick, hat and 1 cell");
  expect(describeHolds(withCells(NOTHING_HELD, cellsBetween({ voice: 1, cell: 10 }, { voice: 1, cell: 15 }), true), bar(3, 4), NAMES)).toBe("2 cells");
  expect(describeHolds(withRow(rows, 1), bar(4, 4), NAMES)).toBe("everything");
});

test("a voice holds its row as it is shown, alone; the others keep to the map", () => {
  const { scene } = NEW_PAGE_PROJECT;
  const shown: BarPattern = { meter: [4, 4], strokes: [[0, 0, 0.9, 0], [1, 16, 0.8, 0.5], [0, 32, 0.7, 0]] };
  const held = withHold(scene, 0, shown);
  expect(held.lanes[0]!.hold).toEqual({ kind: "given", pattern: { meter: [4, 4], strokes: [[0, 0, 0.9, 0], [0, 32, 0.7, 0]] }, source: "held", point: null });
  expect(held.lanes.slice(1)).toEqual(scene.lanes.slice(1));
  expect([heldOf(held, 0), heldOf(held, 1)]).toEqual([{ rhythm: true, sound: false }, { rhythm: false, sound: false }]);
  expect(withHold(held, 0, null)).toEqual(scene);

  expect(withHeldRows(held, shown)).toBe(held); // nothing was changed
  const rewritten = withHeldRows(held, { ...shown, strokes: [[0, 8, 0.5, 0], [1, 0, 1, 0]] });
  expect(rewritten.lanes[0]!.hold).toMatchObject({ pattern: { strokes: [[0, 8, 0.5, 0]] } });
  expect(rewritten.lanes[1]!.hold).toBeNull();
});

test("what is held is said in a word", () => {
  expect([[false, false], [true, false], [false, true], [true, true]].map(([rhythm, sound]) => describeHeld({ rhythm: rhythm!, sound: sound! }))).toEqual(["hold", "held", "sound held", "all held"]);
});
