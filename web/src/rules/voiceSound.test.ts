import { expect, test } from "vitest";
import { kitVoices, voicesOfKit, withKit, withSound } from "./kitChanges";
import { readMessage } from "./messageChecks";
import { NEW_PAGE_PROJECT } from "./scene";
import { DEFAULT_SOUND, movedTo, requestOf, soundKey, type VoiceSound } from "./voiceSound";

const place: VoiceSound = { ...DEFAULT_SOUND, from: "map", kit: null, point: [1, -0.5], variation: 0.4, seed: 7 };
const file: VoiceSound = { ...DEFAULT_SOUND, from: "file", kit: null, file: "ab12".repeat(16), point: [0.2, 0.3], detail: [0.5, -1], file_name: "tin.wav" };

test("the space makes points and twins, not kits and files", () => {
  expect(requestOf(place)).toEqual({ point: [1, -0.5], detail: null, variation: 0.4, seed: 7, shift: DEFAULT_SOUND.shift });
  expect(requestOf({ ...file, twin: true })).toMatchObject({ point: [0.2, 0.3], detail: [0.5, -1] });
  expect([requestOf(file), requestOf(DEFAULT_SOUND)]).toEqual([null, null]);
});

test("only another sound has another key: how it is played needs no new one", () => {
  const key = soundKey(place);
  expect(soundKey({ ...place, tune: 5, decay: 0.3, gain: 0.5, locked: true })).toBe(key);
  expect(soundKey({ ...place, seed: 8 })).not.toBe(key);
  expect(soundKey({ ...DEFAULT_SOUND, kit: "analogue" })).not.toBe(soundKey({ ...DEFAULT_SOUND, kit: "electric" }));
});

test("a drag leaves the file behind and keeps how the voice is played", () => {
  expect(movedTo({ ...file, tune: 2, locked: true }, [0, 1])).toEqual({ ...DEFAULT_SOUND, from: "map", kit: null, point: [0, 1], tune: 2, locked: true });
});

const { scene } = NEW_PAGE_PROJECT;
const analogue = withKit(scene, voicesOfKit("analogue", 8), "analogue");

test("a kit to keep says of each voice where it is from, and comes back", () => {
  const kept = kitVoices(withSound(withSound(analogue, 0, place), 1, file));
  expect(kept.map((voice) => readMessage("KitVoice", voice))).toEqual(kept);
  expect([kept[0]!.kit, kept[7]!.kit]).toEqual([null, "analogue"]);
  expect(withKit(scene, kept, "mine").kit).toMatchObject({ name: "mine", voices: kept });
});

test("a locked voice sounds the same under another kit", () => {
  const other = withKit(withSound(analogue, 3, { locked: true }), Array.from({ length: 8 }, () => place), "space");
  expect(other.kit.voices[3]).toEqual({ ...DEFAULT_SOUND, locked: true, kit: "analogue" });
  expect(other.kit.voices[2]).toEqual(place);
});
