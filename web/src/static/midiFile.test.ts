/** The MIDI files of a page without a server are Python's, byte by byte: `tests/make_static_fixture.py` has their digests. */

import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { arrange, requests } from "../rules/arrange";
import type { Project } from "../rules/project";
import type { VoiceInfo } from "../rules/protocol";
import { madeUp, readCompressed } from "../../tests/madeUp";
import { midiFile } from "./midiFile";

const { midi } = readCompressed<{ midi: { project: Project; bars: number; digest: string }[] }>("static_page.json.gz");
const NAMES = ["kick", "snare", "closed hi-hat", "open hi-hat", "tom", "cymbal", "clap", "other"];
const NOTES = [36, 38, 42, 46, 45, 49, 39, 37];
const voices = NAMES.map((name, place) => ({ name, note: NOTES[place] }) as VoiceInfo);

test.each(midi.map((each, seed) => [seed, each] as const))("random project %i", (_, { project, bars, digest }) => {
  const performance = arrange(project, madeUp(requests(project, bars)), bars);
  let found: string;
  try {
    found = createHash("sha256").update(midiFile(performance, project, voices)).digest("hex");
  } catch (error) {
    found = (error as Error).message;
  }
  expect(found).toBe(digest);
});
