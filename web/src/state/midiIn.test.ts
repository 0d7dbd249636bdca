import { expect, test } from "vitest";
import { bindingOf } from "../midi/midiIn";
import { DEFAULT_MIDI_IN } from "../midi/midiInputs";
import { parseMidiIn, writeMidiIn } from "./midiIn";
import { PlayedStrokes } from "./playedStrokes";

test("settings come back with their map; a map that is broken is replaced", () => {
  const map = { ...DEFAULT_MIDI_IN.map, controls: [bindingOf("tempo", 20, "absolute", 1)] };
  const settings = { on: true, port: { id: "1", name: "Pads" }, follow: true, map, grid: { id: "2", name: "Launchpad X" }, gridModel: "launchpad-s" as const };
  expect(parseMidiIn(writeMidiIn(settings))).toEqual(settings);
  for (const text of ["", "3", "{}", JSON.stringify({ on: true, map: "{}" })]) expect(parseMidiIn(text)).toEqual(DEFAULT_MIDI_IN);
});

test("the last bar that is over is kept; an early stroke belongs to the bar that it begins", () => {
  const played = new PlayedStrokes();
  expect(played.last(100, 64)).toBeNull();
  played.strike(0, 1, 62.5); // early, on the one of the second bar
  played.strike(1, 0.5, 80);
  expect(played.last(100, 64)).toEqual([[0, -1.5, 1], [1, 16, 0.5]]);
  played.strike(2, 0.25, 140);
  expect(played.last(150, 64)).toEqual([[0, -1.5, 1], [1, 16, 0.5]]);
  expect(played.last(192, 64)).toEqual([[2, 12, 0.25]]);
  expect(played.last(null, 64)).toEqual([[2, 12, 0.25]]);
  played.strike(3, 1, 8); // the music began anew
  expect(played.last(20, 64)).toEqual([[3, 8, 1]]);
});
