/** A project from a link or from the browser's storage may come from another instrument: what this one lacks is replaced. */

import { withSounds } from "../rules/kitChanges";
import type { Instrument, SpaceInfo } from "../rules/protocol";
import { knownHere } from "../rules/scene";
import { DEFAULT_SOUND, requestOf } from "../rules/voiceSound";
import type { Store } from "./store";

/** A link or the browser's storage may name a style, section or meter that this space does not have, or ask for what it cannot do. */
export function forgetUnknownSettings(store: Store, space: SpaceInfo): void {
  const scene = store.scene.value;
  const { place, unknown } = knownHere(scene, space);
  if (unknown.length > 0) store.notify(`This space has no ${unknown.join(", no ")}.`);
  const fillEvery = space.sections.includes("fill") ? scene.fill_every : 0;
  if (place !== scene || fillEvery !== scene.fill_every) store.amendScene({ ...scene, settings: place.settings, bars: place.bars, fill: place.fill, fill_every: fillEvery });
}

/** A link or the browser's storage may hold places of a sound space that is not there: these voices sound as the kit has them. */
export function forgetUnknownPoints(store: Store, { sound, voices }: Instrument): void {
  const scene = store.scene.value;
  const { name, voices: own } = scene.kit;
  const known = own.map((each, voice) => (requestOf(each) && !sound?.voices.includes(voices[voice]!.name) ? { ...DEFAULT_SOUND, kit: name } : each));
  if (known.some((each, voice) => each !== own[voice])) store.amendScene(withSounds(scene, known));
}
