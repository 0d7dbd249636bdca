import { expect, test } from "vitest";
import { bindingOf } from "../midi/midiIn";
import { DEFAULT_MIDI_IN } from "../midi/midiInputs";
import { parseMidiIn, writeMidiIn } from "./midiIn";

test("settings come back with their map; a map that is broken is replaced", () => {
  const map = { ...DEFAULT_MIDI_IN.map, controls: [bindingOf("tempo", 20, "absolute", 1)] };
  const settings = { on: true, port: { id: "1", name: "Pads" }, follow: true, map };
  expect(parseMidiIn(writeMidiIn(settings))).toEqual(settings);
  for (const text of ["", "3", "{}", JSON.stringify({ on: true, map: "{}" })]) expect(parseMidiIn(text)).toEqual(DEFAULT_MIDI_IN);
});
