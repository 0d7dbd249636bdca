import { expect, test } from "vitest";
import { NEW_GROOVE, withSlot, withVisit, withVoice } from "./groove";
import { writeLink } from "./link";
import { readMemory, writeMemory } from "./memory";

const groove = withVisit(
  withVoice(
    withSlot(
      {
        ...NEW_GROOVE,
        volume: 0.4,
        place: { ...NEW_GROOVE.place, edited: true, pattern: { meter: [4, 4], strokes: [[1, 9, 0.5, 0.25]] } },
      },
      3,
      NEW_GROOVE.place,
    ),
    1,
    { mute: true, level: 0.5 },
  ),
);

test("edited strokes, slots, visits and the mix come back", () => {
  const read = readMemory(writeMemory(groove, `#${writeLink(groove)}`))!;
  expect(read.groove).toEqual({ ...groove, visit: 0 });
  expect(read.link).toBe(`#${writeLink(groove)}`);
});

test("anything else is forgotten, not half believed", () => {
  for (const text of ["", "null", "{}", '{"groove":{"place":{}}}', '{"groove":{"place":{"pattern":{"meter":[4,4],"strokes":[[9,0,1,0]]}}}}'])
    expect(readMemory(text)).toBeNull();
});
