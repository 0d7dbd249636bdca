/** A groove from a link or from the browser's storage may come from another instrument: what this one lacks is replaced. */

import { knownHere } from "../rules/groove";
import type { Instrument, SpaceInfo } from "../rules/protocol";
import { DEFAULT_SOUND, requestOf } from "../rules/voiceSound";
import type { Store } from "./store";

/** A link or the browser's storage may name a style, section or meter that this space does not have, or ask for what it cannot do. */
export function forgetUnknownSettings(store: Store, space: SpaceInfo): void {
  const { place } = store.groove.value;
  const { settings, unknown } = knownHere(place.settings, space);
  if (unknown.length > 0) store.notify(`This space has no ${unknown.join(", no ")}.`);
  if (settings !== place.settings) store.amend({ ...store.groove.value, place: { ...place, settings } });
}

/** A link or the browser's storage may hold places of a sound space that is not there: these voices sound as the kit has them. */
export function forgetUnknownPoints(store: Store, { sound, voices }: Instrument): void {
  const groove = store.groove.value;
  const known = groove.sounds.map((each, voice) => (requestOf(each) && !sound?.voices.includes(voices[voice]!.name) ? DEFAULT_SOUND : each));
  if (known.some((each, voice) => each !== groove.sounds[voice])) store.amend({ ...groove, sounds: known });
}
