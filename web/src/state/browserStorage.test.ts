import { expect, test } from "vitest";
import { NEW_GROOVE, PLAIN_SHAPE, withSlot, withVisit, withVoice } from "../rules/groove";
import { writeLink } from "../rules/link";
import { readMemory, readMidi, restore, writeMemory } from "./browserStorage";
import { NEW_MIDI } from "../midi/midiSettings";
import type { WirePattern } from "../rules/protocol";

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

test("the link that was remembered brings back the very strokes; another link only its place", () => {
  const link = `#${writeLink(groove)}`;
  const remembered = readMemory(writeMemory(groove, link));
  for (const opened of [link, ""]) {
    const { groove: found, known } = restore(opened, remembered);
    expect([known, found.place]).toEqual(["bars", groove.place]);
  }
  const other = restore("#p=1,2&t=90", remembered);
  expect([other.known, other.groove.place.point, other.groove.tempoBpm]).toEqual(["place", [1, 2], 90]);
  expect(other.groove.slots[3]).toEqual(groove.slots[3]);
  expect(restore("", null)).toEqual({ groove: NEW_GROOVE, known: "nothing" });
});

test("the gear is remembered; what is none of ours stands at its default", () => {
  const mine = { ...NEW_MIDI, on: true, port: { id: "7", name: "TR-8S" }, channel: 3, soundHere: false, clock: true, notes: [60, ...NEW_MIDI.notes.slice(1)] };
  expect(readMidi(JSON.stringify(mine))).toEqual(mine);
  for (const text of ["", "null", "[]", '{"channel":17,"notes":[128,-1,0.5,"38"],"port":{"id":1},"on":"yes"}']) expect(readMidi(text)).toEqual(NEW_MIDI);
});

test("a phrase, its fill and all that was asked for come back; older memories know none of it", () => {
  const bar = (step: number): WirePattern => ({ meter: [6, 8], strokes: [[1, step, 0.5, 0]] });
  const shape = { ...PLAIN_SHAPE, style: { funk: 0.7, samba: 0.3 }, meter: [6, 8] as const, bars: 2, shift: { ...PLAIN_SHAPE.shift, swing: 1.5 } };
  const place = { ...NEW_GROOVE.place, shape, pattern: bar(0), phrase: [bar(0), bar(4)], fill: bar(8) };
  const kept = { ...NEW_GROOVE, place, visits: [], journey: { ...NEW_GROOVE.journey, patterns: [bar(0)], fills: [bar(12)] } };
  expect(readMemory(writeMemory(kept, ""))!.groove).toEqual(kept);
  const older = { link: "", groove: { place: { point: [1, 1], shape: { style: "funk", section: "beat", density: null, variation: 0, seed: 3 }, pattern: bar(0), edited: false } } };
  expect(readMemory(JSON.stringify(older))!.groove.place).toMatchObject({ shape: { ...PLAIN_SHAPE, style: "funk", seed: 3 }, phrase: [], fill: null });
});
