/** What the page changes of a kit. Each change makes a new value. */

import type { KitVoice, Scene } from "./project";
import { DEFAULT_SOUND } from "./voiceSound";

export const withSound = (scene: Scene, voice: number, sound: Partial<KitVoice>): Scene => withSounds(
  scene,
  scene.kit.voices.map((each, index) => (index === voice ? { ...each, ...sound } : each)),
); // prettier-ignore

export const withSounds = (scene: Scene, voices: readonly KitVoice[]): Scene => ({ ...scene, kit: { ...scene.kit, voices } });

/** The eight voices as a kit to keep: none is locked. */
export const kitVoices = ({ kit }: Scene): KitVoice[] => kit.voices.map((voice) => ({ ...voice, locked: false }));

/** Another kit: these eight voices, under this name. Locked voices keep their sound. */
export const withKit = (scene: Scene, voices: readonly KitVoice[], name: string): Scene => ({
  ...scene,
  kit: { ...scene.kit, name, voices: scene.kit.voices.map((sound, voice) => (sound.locked ? sound : { ...DEFAULT_SOUND, ...voices[voice] })) },
});

/** The eight voices of a kit of the instrument, or of a folder. */
export const voicesOfKit = (name: string, count: number): KitVoice[] => Array.from({ length: count }, () => ({ ...DEFAULT_SOUND, kit: name }));
