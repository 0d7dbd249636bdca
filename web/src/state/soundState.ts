/** What the page knows of the sounds, beside what undo brings back. */

import { signal } from "@preact/signals";
import type { SoundDirection, Heard, SoundMap } from "../rules/protocol";
import type { VoiceSound } from "../rules/voiceSound";

/** Sounds that are like another one of the same voice, to be heard and chosen. */
export interface Likes {
  readonly voice: number;
  readonly sounds: readonly VoiceSound[];
  readonly tried: number | null; // which of them was heard last
}

export class SoundState {
  readonly maps = signal<readonly (SoundMap | null)[]>([]);
  readonly heard = signal<readonly (Heard | null)[]>([]); // in the sound that each voice has now
  readonly coming = signal<ReadonlySet<number>>(new Set()); // voices whose sound is on its way
  readonly inHand = signal<number | null>(null); // the voice whose sound is being turned
  readonly opened = signal<number | null>(null); // the voice whose map stands large
  readonly colouredBy = signal<SoundDirection>("brightness");
  readonly radius = signal(0.6); // on the map: how far a throw of the dice goes
  readonly likes = signal<Likes | null>(null);
}
