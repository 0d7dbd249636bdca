/** State of the sounds that undo does not bring back. */

import { signal } from "@preact/signals";
import type { Heard, SoundDirection, SoundMap } from "../rules/protocol";
import type { VoiceSound } from "../rules/voiceSound";

/** Sounds that are like another one of the same voice, to be heard and chosen. */
export interface SimilarSounds {
  readonly voice: number;
  readonly sounds: readonly VoiceSound[];
  readonly tried: number | null; // which of them was heard last
  readonly said?: readonly string[]; // of each: where it was found
}

export class SoundState {
  readonly maps = signal<readonly (SoundMap | null)[]>([]);
  readonly heard = signal<readonly (Heard | null)[]>([]); // descriptors of each voice's present sound
  readonly coming = signal<ReadonlySet<number>>(new Set()); // voices that wait for their sound
  readonly adjusted = signal<number | null>(null); // the voice whose sound is being adjusted
  readonly opened = signal<number | null>(null); // the voice whose sheet is open
  readonly colouredBy = signal<SoundDirection>("brightness");
  readonly radius = signal(0.6); // on the map: of random and similar sounds
  readonly similar = signal<SimilarSounds | null>(null);
}
