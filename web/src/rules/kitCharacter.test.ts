import { expect, test } from "vitest";
import fixture from "../../../tests/fixtures/kit_character.json";
import { CHARACTER, type CharacterWord, withCharacter } from "./kitCharacter";
import { withSound } from "./kitChanges";
import { NO_SOUND_SHIFT } from "./protocol";
import { NEW_PAGE_PROJECT } from "./scene";
import { DEFAULT_SOUND } from "./voiceSound";

const fromMap = { ...DEFAULT_SOUND, from: "map", kit: null, point: [0, 0] } as const;

test("words and shifts are those of the server", () => {
  expect(CHARACTER).toEqual(fixture.words);
  for (const { character, shift } of fixture.cases) {
    let scene = withSound(NEW_PAGE_PROJECT.scene, 1, fromMap);
    for (const [word, amount] of Object.entries(character)) scene = withCharacter(scene, word as CharacterWord, amount);
    expect(scene.kit.voices[1]!.shift).toEqual({ ...NO_SOUND_SHIFT, ...shift });
  }
});

test("what is held, built in or a file stays; there and back is where it began", () => {
  let scene = withSound(withSound(NEW_PAGE_PROJECT.scene, 0, fromMap), 1, { ...fromMap, locked: true });
  scene = withSound(scene, 2, { ...fromMap, from: "file", file: "0".repeat(64) });
  const moved = withCharacter(scene, "bigger", 1);
  expect(moved.kit.voices[0]!.shift).toEqual({ brightness: -0.2, decay: 0.7, pitch: -1, noisiness: 0 });
  expect(moved.kit.voices.slice(1)).toEqual(scene.kit.voices.slice(1));
  expect(withCharacter(moved, "bigger", -1)).toEqual(scene);
});
