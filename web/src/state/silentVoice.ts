/** A voice that cannot be played is silent, and that is said once. */

import type { Refused } from "../audio/mixer";
import type { Store } from "./store";

/** Says that a voice is silent, once for each sound that it has. */
export function silentVoice(store: Store): Refused {
  const known = new Map<number, unknown>(); // by voice: the sound that was said
  return (voice) => {
    const sound = store.scene.peek().kit.voices[voice];
    if (known.has(voice) && known.get(voice) === sound) return;
    known.set(voice, sound);
    const name = store.voices.peek()[voice]?.name ?? `voice ${voice + 1}`;
    store.reportError(new Error(`The ${name} is silent: its sound or its strokes have numbers that are not finite, or far too large. Choose another sound for it.`));
  };
}
