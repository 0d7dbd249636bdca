import { expect, test } from "vitest";
import { NEW_GROOVE } from "./groove";
import { readLink, writeLink } from "./link";
import { NO_SOUND_SHIFT } from "./protocol";
import { readSounds, writeSounds } from "./soundLink";
import { DEFAULT_SOUND, type VoiceSound } from "./voiceSound";

const draw = (n: number): number => (n * 0.6180339887) % 1;

/** A voice of the map with everything away from its default. */
const drawn = (voice: number): VoiceSound => ({
  ...DEFAULT_SOUND,
  from: "map",
  point: [Number((draw(voice + 1) * 6 - 3).toFixed(3)), Number((draw(voice + 9) * 6 - 3).toFixed(3))],
  variation: 0.35,
  seed: 4_294_967_295 - voice,
});

const sounds = NEW_GROOVE.sounds.map((_, voice) => drawn(voice));

test("eight sounds come back, in a link under 500 characters", () => {
  const link = writeLink({ ...NEW_GROOVE, kit: "space", sounds });
  expect(link.length).toBeLessThan(500);
  expect(readLink(link, NEW_GROOVE)!.sounds).toEqual(sounds);
});

test("how a sound is shifted and played comes back", () => {
  const turned: VoiceSound = { ...drawn(2), shift: { ...NO_SOUND_SHIFT, pitch: -1.25, noisiness: 3 }, gain: 0.8, tune: -7, decay: 0.5 };
  const kept: VoiceSound = { ...DEFAULT_SOUND, kit: "Kick & co", tune: 3 };
  expect(readSounds(writeSounds([turned, kept])).slice(0, 2)).toEqual([turned, kept]);
});

test("a file travels as its place, without what only this computer holds", () => {
  const file: VoiceSound = { ...drawn(0), from: "file", file: "ab12".repeat(16), file_name: "my kick.wav", detail: [1, 2] };
  expect(readSounds(writeSounds([file]))[0]).toEqual(drawn(0));
});

test("older links still open: with a kit as that kit, without one as what was remembered", () => {
  const remembered = { ...NEW_GROOVE, kit: "space", sounds };
  expect(readLink("#p=1,2&t=90&k=analogue", remembered)).toMatchObject({ kit: "analogue", sounds: NEW_GROOVE.sounds });
  expect(readLink("#p=1,2&t=90", remembered)!.sounds).toEqual(sounds);
  expect(writeLink(NEW_GROOVE)).not.toContain("o=");
});

test("what is garbled stands at its default", () => {
  expect(readSounds("m9,-9r-4t900_mx_m1")).toEqual([
    { ...DEFAULT_SOUND, from: "map", point: [3, -3], tune: 24 },
    ...NEW_GROOVE.sounds.slice(1),
  ]);
});
