import { expect, test } from "vitest";
import { DEFAULT_SETTINGS, type Groove, NEW_GROOVE, withSlot, withVisit, withVoice } from "../rules/groove";
import { writeLink } from "../rules/link";
import { strokesOf } from "../rules/projectOfGroove";
import type { BarPattern } from "../rules/protocol";
import { DEFAULT_MIDI } from "../midi/midiSettings";
import { parse, parseMidi, parseOld, restore, serialise } from "./browserStorage";

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

const itself = (made: BarPattern) => made;
const reloaded = (kept: Groove, link = "") => parse(serialise(kept, link, strokesOf(kept, itself)))!;
const played = ({ opened: _opened, ...rest }: Groove) => rest;

test("edited strokes, slots, visits and the mix come back", () => {
  const read = reloaded(groove, `#${writeLink(groove)}`);
  const strokes = { kind: "given", pattern: groove.place.pattern, source: "" } as const; // how it was edited is not known
  const place = { ...groove.place, bars: [strokes] };
  expect(played(read.groove)).toEqual(played({ ...groove, place, visits: [place], visit: 0 }));
  expect(read.link).toBe(`#${writeLink(groove)}`);
});

test("anything else is forgotten, not half believed", () => {
  for (const text of ["", "null", "{}", '{"groove":{"place":{}}}', '{"project":{},"strokes":[],"visits":[]}', '{"groove":{"place":{"pattern":{"meter":[4,4],"strokes":[[9,0,1,0]]}}}}'])
    expect([parse(text), parseOld(text)]).toEqual([null, null]);
});

test("what is remembered with its link brings back the very strokes; another link only its place", () => {
  const link = `#${writeLink(groove)}`;
  const remembered = reloaded(groove, link);
  for (const opened of [link, ""]) {
    const { groove: found, known } = restore(opened, remembered);
    expect([known, found.place.pattern, found.place.edited]).toEqual(["bars", groove.place.pattern, true]);
  }
  const other = restore("#p=1,2&t=90", remembered);
  expect([other.known, other.groove.place.point, other.groove.tempoBpm]).toEqual(["place", [1, 2], 90]);
  expect(other.groove.slots[3]).toEqual(groove.slots[3]);
  expect(restore("", null)).toEqual({ groove: NEW_GROOVE, known: "nothing" });
});

test("what versions until 0.2 stored opens: strokes, and the rest from its link", () => {
  const link = `#${writeLink({ ...groove, tempoBpm: 99 })}`;
  const { opened: _opened, ...stored } = groove;
  const { groove: found, known } = restore(link, parseOld(JSON.stringify({ link, groove: stored })));
  expect([known, found.place, found.tempoBpm, found.volume]).toEqual(["bars", groove.place, 99, 0.4]);
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
  const bars = [bar(0), bar(8)];
  const journey = { ...NEW_GROOVE.journey, a: [0, 1] as const, b: [1, 0] as const, bars: 2, patterns: bars, fills: bars };
  const kept = { ...NEW_GROOVE, place, visits: [], journey };
  expect(played(reloaded(kept).groove)).toEqual(played(kept));
  const older = { link: "", groove: { place: { point: [1, 1], settings: { style: "funk", section: "beat", density: null, variation: 0, seed: 3 }, pattern: bar(0), edited: false } } };
  expect(parseOld(JSON.stringify(older))!.groove.place).toMatchObject({ settings: { ...DEFAULT_SETTINGS, style: "funk", seed: 3 }, phrase: [], fill: null });
});
