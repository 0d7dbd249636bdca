/** The places that were clicked, to go back and forward among them. */

import { canonicalJson } from "./project";
import { type Place, pointOf } from "./scene";

const MOST_CLICKS = 64;

export interface ClickHistory {
  readonly places: readonly Place[]; // oldest first
  readonly at: number; // which of them is the present one; -1: none
}

export const NO_CLICKS: ClickHistory = { places: [], at: -1 };

/** Keep the present place; whatever lay ahead of it is forgotten. The same point with the same settings is one click. */
export function withClick({ places, at }: ClickHistory, place: Place): ClickHistory {
  const behind = places.slice(0, at + 1);
  const last = behind.at(-1);
  const same = last && canonicalJson([pointOf(last), last.settings, last.bars.length]) === canonicalJson([pointOf(place), place.settings, place.bars.length]);
  const kept = [...(same ? behind.slice(0, -1) : behind), place].slice(-MOST_CLICKS);
  return { places: kept, at: kept.length - 1 };
}

/** So many clicks back (below 0) or forward; null at either end. */
export function toClick({ places, at }: ClickHistory, by: number): { readonly clicks: ClickHistory; readonly place: Place } | null {
  const place = places[at + by];
  return place ? { clicks: { places, at: at + by }, place } : null;
}
