import { expect, test } from "vitest";
import { withSounds } from "./kitChanges";
import { readLink, writeLink } from "./link";
import type { Project } from "./project";
import { NO_SOUND_SHIFT } from "./protocol";
import { NEW_PAGE_PROJECT } from "./scene";
import { readSounds, writeSounds } from "./soundLink";
import { DEFAULT_SOUND, type VoiceSound } from "./voiceSound";

const draw = (n: number): number => (n * 0.6180339887) % 1;

/** A voice of the map with everything away from its default. */
const drawn = (voice: number): VoiceSound => ({
  ...DEFAULT_SOUND,
  from: "map",
  kit: null,
  point: [Number((draw(voice + 1) * 6 - 3).toFixed(3)), Number((draw(voice + 9) * 6 - 3).toFixed(3))],
  variation: 0.35,
  seed: 4_294_967_295 - voice,
  velocity_layers: true,
});

const NEW_SOUNDS = NEW_PAGE_PROJECT.scene.kit.voices;
const sounds = NEW_SOUNDS.map((_, voice) => drawn(voice));
const project: Project = { ...NEW_PAGE_PROJECT, scene: withSounds({ ...NEW_PAGE_PROJECT.scene, kit: { ...NEW_PAGE_PROJECT.scene.kit, name: "space" } }, sounds) };
const ofKit = (kit: string) => NEW_SOUNDS.map((sound) => ({ ...sound, kit }));

test("eight sounds come back, in a link under 500 characters", () => {
  const link = writeLink(project);
  expect(link.length).toBeLessThan(500);
  expect(readLink(link, NEW_PAGE_PROJECT)!.scene.kit.voices).toEqual(sounds);
});

test("how a sound is shifted and played comes back", () => {
  const turned: VoiceSound = { ...drawn(2), shift: { ...NO_SOUND_SHIFT, pitch: -1.25, noisiness: 3 }, gain: 0.8, tune: -7, decay: 0.5 };
  const kept: VoiceSound = { ...DEFAULT_SOUND, kit: "Kick & co", tune: 3 };
  expect(readSounds(writeSounds([turned, kept], "space"), "space").slice(0, 2)).toEqual([turned, kept]);
});

test("a file travels as its place, without what only this computer holds", () => {
  const file: VoiceSound = { ...drawn(0), from: "file", file: "ab12".repeat(16), file_name: "my kick.wav", detail: [1, 2] };
  expect(readSounds(writeSounds([file], ""), "")[0]).toEqual(drawn(0));
});

test("older links still open: with a kit as that kit, without one as what was remembered", () => {
  expect(readLink("#p=1,2&t=90&k=analogue", project)!.scene.kit).toMatchObject({ name: "analogue", voices: ofKit("analogue") });
  expect(readLink("#p=1,2&t=90", project)!.scene.kit).toEqual(project.scene.kit);
  expect(writeLink(NEW_PAGE_PROJECT)).not.toContain("o=");
});

test("what is garbled stands at its default", () => {
  expect(readSounds("m9,-9r-4t900_mx_m1", "space")).toEqual([{ ...DEFAULT_SOUND, from: "map", kit: null, point: [3, -3], tune: 24 }, ...ofKit("space").slice(1)]);
});
