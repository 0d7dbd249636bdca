import { expect, test } from "vitest";
import { DEFAULT_SETTINGS, NEW_GROOVE, withSlot, withVisit, withVoice } from "../rules/groove";
import { writeLink } from "../rules/link";
import type { BarPattern } from "../rules/protocol";
import { DEFAULT_MIDI } from "../midi/midiSettings";
import { parseGroove, parseMidi, restore, serialiseGroove } from "./browserStorage";

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
  const read = parseGroove(serialiseGroove(groove, `#${writeLink(groove)}`))!;
  expect(read.groove).toEqual({ ...groove, visit: 0 });
  expect(read.link).toBe(`#${writeLink(groove)}`);
});

test("anything else is forgotten, not half believed", () => {
  for (const text of ["", "null", "{}", '{"groove":{"place":{}}}', '{"groove":{"place":{"pattern":{"meter":[4,4],"strokes":[[9,0,1,0]]}}}}'])
    expect(parseGroove(text)).toBeNull();
});

test("the link that was remembered brings back the very strokes; another link only its place", () => {
  const link = `#${writeLink(groove)}`;
  const remembered = parseGroove(serialiseGroove(groove, link));
  for (const opened of [link, ""]) {
    const { groove: found, known } = restore(opened, remembered);
    expect([known, found.place]).toEqual(["bars", groove.place]);
  }
  const other = restore("#p=1,2&t=90", remembered);
  expect([other.known, other.groove.place.point, other.groove.tempoBpm]).toEqual(["place", [1, 2], 90]);
  expect(other.groove.slots[3]).toEqual(groove.slots[3]);
  expect(restore("", null)).toEqual({ groove: NEW_GROOVE, known: "nothing" });
});

test("MIDI settings are stored; values that are not valid stand at their default", () => {
  const mine = { ...DEFAULT_MIDI, on: true, port: { id: "7", name: "TR-8S" }, channel: 3, soundHere: false, clock: true, notes: [60, ...DEFAULT_MIDI.notes.slice(1)] };
  expect(parseMidi(JSON.stringify(mine))).toEqual(mine);
  for (const text of ["", "null", "[]", '{"channel":17,"notes":[128,-1,0.5,"38"],"port":{"id":1},"on":"yes"}']) expect(parseMidi(text)).toEqual(DEFAULT_MIDI);
});

test("a phrase, its fill and all settings come back; older versions stored none of them", () => {
  const bar = (step: number): BarPattern => ({ meter: [6, 8], strokes: [[1, step, 0.5, 0]] });
  const settings = { ...DEFAULT_SETTINGS, style: { funk: 0.7, samba: 0.3 }, meter: [6, 8] as const, bars: 2, shift: { ...DEFAULT_SETTINGS.shift, swing: 1.5 } };
  const place = { ...NEW_GROOVE.place, settings, pattern: bar(0), phrase: [bar(0), bar(4)], fill: bar(8) };
  const kept = { ...NEW_GROOVE, place, visits: [], journey: { ...NEW_GROOVE.journey, patterns: [bar(0)], fills: [bar(12)] } };
  expect(parseGroove(serialiseGroove(kept, ""))!.groove).toEqual(kept);
  const older = { link: "", groove: { place: { point: [1, 1], settings: { style: "funk", section: "beat", density: null, variation: 0, seed: 3 }, pattern: bar(0), edited: false } } };
  expect(parseGroove(JSON.stringify(older))!.groove.place).toMatchObject({ settings: { ...DEFAULT_SETTINGS, style: "funk", seed: 3 }, phrase: [], fill: null });
});
