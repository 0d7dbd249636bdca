/** What a link or the browser's storage says is anyone's: a part of `scripts/fuzz` (FUZZ_CASES, FUZZ_SEED). */

import { expect, test } from "vitest";
import { writeLink } from "../src/rules/link";
import { readMessage } from "../src/rules/messageChecks";
import { readProject, writeProject } from "../src/rules/projectLink";
import { NEW_PAGE_PROJECT } from "../src/rules/scene";
import { parse, parseMidi, restore, serialise } from "../src/state/browserStorage";
import { readOldStorage } from "../src/state/oldStorage";
import { parseMidiIn, writeMidiIn } from "../src/state/midiIn";
import { DEFAULT_MIDI_IN } from "../src/midi/midiInputs";
import { writeMap } from "../src/midi/midiMap";
import { parsePlayerCc } from "../src/state/playerCc";
import { KeptInBrowser } from "../src/static/keptKits";
import { mutatedJson, mutatedText, randomOf } from "./mutations";
import { randomProject } from "./randomProject";

const CASES = Number(process.env["FUZZ_CASES"] ?? 60);
const FIRST = Number(process.env["FUZZ_SEED"] ?? 0);

const projects = [NEW_PAGE_PROJECT, ...[1, 2, 3].map(randomProject)];
const links = projects.map((project) => `#${writeLink(project)}`);
const kept = projects.map((project) => JSON.parse(serialise(project, { places: [], at: -1 }, "", [])) as unknown);
const midi = { on: true, port: { id: "1", name: "a" }, channel: 10, notes: [36, null, 42, 46, 47, 49, 39, 56], soundHere: false, clock: true };
const kit = [{ id: 1, name: "one", deleted: false, versions: [{ changed: "2026-01-01T00:00:00Z", voices: NEW_PAGE_PROJECT.scene.kit.voices }] }];

/** Each case by its seed: a failure says which, and `FUZZ_CASES=1 FUZZ_SEED=n` tries it alone. */
function tryAll(name: string, one: (random: () => number) => void): void {
  test(name, () => {
    for (let seed = FIRST; seed < FIRST + CASES; seed++) {
      const began = performance.now();
      try {
        one(randomOf(seed));
      } catch (error) {
        throw new Error(`seed ${seed}: ${String(error)}`, { cause: error });
      }
      expect(performance.now() - began, `seed ${seed} took too long`).toBeLessThan(5000);
    }
  }, 600_000);
}

const of = <T>(random: () => number, from: readonly T[]): T => from[Math.floor(random() * from.length)]!;

tryAll("whatever a link says, a whole project is played", (random) => {
  const { project } = restore(mutatedText(of(random, links), random), null);
  readMessage("Project", JSON.parse(JSON.stringify(project)));
});

tryAll("whatever was stored, it is a whole project or nothing", (random) => {
  const remembered = parse(mutatedJson(of(random, kept), random));
  readMessage("Project", JSON.parse(JSON.stringify(restore("", remembered).project)));
});

tryAll("whatever an older version stored, it is a whole project or nothing", (random) => {
  const remembered = readOldStorage(mutatedJson({ scene: projects[0]!.scene, ...projects[0] }, random));
  if (remembered) readMessage("Project", JSON.parse(JSON.stringify(remembered.project)));
});

tryAll("settings of MIDI are settings, whatever was stored", (random) => {
  const { notes, channel } = parseMidi(mutatedJson(midi, random));
  expect(notes.every((note) => note === null || (note >= 0 && note <= 127))).toBe(true);
  expect(channel).toBeGreaterThanOrEqual(1);
  const { numbers } = parsePlayerCc(mutatedJson({ on: true, numbers: [1, 2, 3, 4] }, random));
  expect(numbers.every((number) => number >= 0 && number <= 127)).toBe(true);
});

tryAll("settings of MIDI in are settings, whatever was stored", (random) => {
  const binding = { target: "/clave/tempo", number: 7, kind: "absolute", channel: 1, takeover: true, step: 0.01, low: 0.2, high: 0.8 } as const;
  const usual = { ...DEFAULT_MIDI_IN, map: { ...DEFAULT_MIDI_IN.map, controls: [binding] } };
  expect(parseMidiIn(writeMidiIn(usual))).toEqual(usual);
  const map = mutatedJson(JSON.parse(writeMap(usual.map)), random);
  const stored = random() < 0.5 ? mutatedJson(JSON.parse(writeMidiIn(usual)), random) : JSON.stringify({ ...usual, map });
  const read = parseMidiIn(stored);
  const within = (value: unknown, least: number, most: number): boolean => Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
  expect(Object.entries(read.map.notes).every(([note, voice]) => within(Number(note), 0, 127) && within(voice, 0, 7))).toBe(true);
  expect(read.map.controls.every(({ number, low, high, step }) => within(number, 0, 127) && [low, high, step].every((each) => each >= 0 && each <= 1))).toBe(true);
  expect(read.map.channel === null || within(read.map.channel, 1, 16)).toBe(true);
  expect(parseMidiIn(writeMidiIn(read))).toEqual(read);
});

tryAll("kits that a page without a server keeps are listed, whatever was stored", (random) => {
  let stored = mutatedJson(kit, random);
  const kits = new KeptInBrowser({ getItem: () => stored, setItem: (_, text) => void (stored = text) });
  const listed = kits.answer("GET", "kept", null) as { id: number; name: string; versions: number }[];
  for (const { id, name } of listed.slice(0, 3)) {
    expect(typeof name).toBe("string");
    if (id > 0) kits.answer("GET", `kept/${id}`, null);
  }
});

test("letters of a project in a link are read or refused", async () => {
  const letters = (await writeProject(NEW_PAGE_PROJECT))!;
  for (let seed = FIRST; seed < FIRST + CASES / 3; seed++) {
    const read = await readProject(mutatedText(letters, randomOf(seed))).catch((error: unknown) => error);
    expect(typeof read === "string" || read instanceof Error, `seed ${seed}`).toBe(true);
  }
}, 600_000);
