/** A whole kit brighter, older, bigger: each word as shifts of all its sounds, as `clave/sound/kit_character.py` has them. */

import { withSounds } from "./kitChanges";
import type { Scene } from "./project";
import { MAX_SHIFT, SOUND_DIRECTIONS, type SoundDirection } from "./protocol";
import { clamp } from "./units";
import { requestOf, type VoiceSound } from "./voiceSound";

/** What each word moves, in standard deviations of a voice's sounds; below 0 it means the contrary. */
export const CHARACTER = {
  brighter: { brightness: 1 },
  older: { brightness: -0.7, decay: -0.4, noisiness: 0.5 },
  bigger: { brightness: -0.2, decay: 0.7, pitch: -1 },
} as const satisfies Record<string, Partial<Record<SoundDirection, number>>>;

export type CharacterWord = keyof typeof CHARACTER;

/** Does the sound follow? A file and a built-in kit sound as they are; a held voice stays. */
export const isMovable = (sound: VoiceSound): boolean => !sound.locked && requestOf(sound) !== null;

/** The scene with all movable sounds of its kit moved; a shift ends where shifts end, and is as exact as a link says it. */
export function withCharacter(scene: Scene, word: CharacterWord, amount: number): Scene {
  const weights: Partial<Record<SoundDirection, number>> = CHARACTER[word];
  const moved = (sound: VoiceSound): VoiceSound => {
    const shift = { ...sound.shift };
    for (const name of SOUND_DIRECTIONS) {
      const whole = clamp(shift[name] + amount * (weights[name] ?? 0), -MAX_SHIFT, MAX_SHIFT);
      shift[name] = Number(whole.toFixed(2)) + 0; // no -0
    }
    return { ...sound, shift };
  };
  return withSounds(scene, scene.kit.voices.map((sound) => (isMovable(sound) ? moved(sound) : sound))); // prettier-ignore
}
