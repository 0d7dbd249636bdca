import { expect, test } from "vitest";
import { parse, parseOld, serialise } from "../state/browserStorage";
import { kitVoices, NEW_GROOVE, withKit, withSound } from "./groove";
import { readMessage } from "./messageChecks";
import { DEFAULT_SOUND, movedTo, requestOf, soundKey, type VoiceSound } from "./voiceSound";

const place: VoiceSound = { ...DEFAULT_SOUND, from: "map", point: [1, -0.5], variation: 0.4, seed: 7 };
const file: VoiceSound = { ...DEFAULT_SOUND, from: "file", file: "ab12".repeat(16), point: [0.2, 0.3], detail: [0.5, -1], file_name: "tin.wav" };

test("the space makes points and twins, not kits and files", () => {
  expect(requestOf(place)).toEqual({ point: [1, -0.5], detail: null, variation: 0.4, seed: 7, shift: DEFAULT_SOUND.shift });
  expect(requestOf({ ...file, twin: true })).toMatchObject({ point: [0.2, 0.3], detail: [0.5, -1] });
  expect([requestOf(file), requestOf(DEFAULT_SOUND)]).toEqual([null, null]);
});

test("only another sound has another key: how it is played needs no new one", () => {
  const key = soundKey(place, "analogue");
  expect(soundKey({ ...place, tune: 5, decay: 0.3, gain: 0.5, locked: true }, "analogue")).toBe(key);
  expect(soundKey({ ...place, seed: 8 }, "analogue")).not.toBe(key);
  expect(soundKey(DEFAULT_SOUND, "analogue")).not.toBe(soundKey(DEFAULT_SOUND, "electric"));
});

test("a drag leaves the file behind and keeps how the voice is played", () => {
  expect(movedTo({ ...file, tune: 2, locked: true }, [0, 1])).toEqual({ ...DEFAULT_SOUND, from: "map", point: [0, 1], tune: 2, locked: true });
});

test("a kit to keep says of each voice where it is from, and comes back", () => {
  const groove = withSound(withSound({ ...NEW_GROOVE, kit: "analogue" }, 0, place), 1, file);
  const kept = kitVoices(groove);
  expect(kept.map((voice) => readMessage("KitVoice", voice))).toEqual(kept);
  expect([kept[0]!.kit, kept[7]!.kit]).toEqual([null, "analogue"]);
  expect(withKit(NEW_GROOVE, kept, "mine").sounds.slice(0, 2)).toEqual([place, file]);
});

test("a locked voice sounds the same under another kit", () => {
  const groove = withSound({ ...NEW_GROOVE, kit: "analogue" }, 3, { locked: true });
  const other = withKit(groove, Array.from({ length: 8 }, () => place), "space");
  expect(other.sounds[3]).toEqual({ ...DEFAULT_SOUND, locked: true, kit: "analogue" });
  expect(other.sounds[2]).toEqual(place);
});

test("sounds are stored; a groove stored without them opens with its kit", () => {
  const groove = withSound(NEW_GROOVE, 2, { ...file, locked: true });
  expect(parse(serialise(groove, "", new Map()))!.groove.sounds).toEqual(groove.sounds);
  const { sounds: _, ...older } = groove;
  expect(parseOld(JSON.stringify({ link: "", groove: older }))!.groove.sounds).toEqual(NEW_GROOVE.sounds);
});
