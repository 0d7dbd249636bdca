/** How one voice sounds: a place of its map, a sound of a built-in kit or a file; and how that is played. */

import { SPACE_KIT } from "./kitNames";
import { type KitVoice, NO_SOUND_SHIFT, type Point, type SoundRequest } from "./protocol";

export type VoiceSound = KitVoice;

/** As a kit has it, once its name is known. */
export const DEFAULT_SOUND: VoiceSound = {
  from: "factory",
  point: null,
  detail: null,
  variation: 0,
  seed: 0,
  shift: NO_SOUND_SHIFT,
  kit: "",
  file: null,
  file_name: null,
  twin: false,
  levelled: true,
  gain: 1,
  tune: 0,
  decay: 1,
  velocity_layers: false,
  locked: false,
};

/** A voice of the space's kit that has not been drawn yet. */
export const isUndrawn = (sound: VoiceSound): boolean => sound.from === "factory" && sound.kit === SPACE_KIT;

/** The request for this sound, or null where the sound space does not make it. */
export function requestOf(sound: KitVoice): SoundRequest | null {
  const { from, point, detail, variation, seed, shift, twin } = sound;
  if (!point || from === "factory" || (from === "file" && !twin)) return null;
  return { point, detail, variation, seed, shift };
}

/** The sound at another point of the map; its playback settings are kept, what belonged to its old point or file is not. */
export const movedTo = (sound: VoiceSound, point: Point): VoiceSound => ({
  ...sound,
  from: "map",
  point,
  detail: null,
  kit: null,
  file: null,
  file_name: null,
  twin: false,
  levelled: true,
});

/** Two voices with the same key sound the same but for tune, decay, gain and velocity layers. */
export function soundKey(sound: VoiceSound): string {
  const request = requestOf(sound);
  if (request) return JSON.stringify(request);
  return sound.from === "file" ? `file ${sound.file}` : `kit ${sound.kit}`;
}
