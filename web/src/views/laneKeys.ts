/** Keys of a voice's row: a letter turns one control of its lane up, with Shift down. They work on its cells and on its head. */

import type { LaneControl } from "../rules/laneWords";
import type { Page } from "./page";

/** For the list of keys; `up` says what the letter alone does. */
export const LANE_KEYS: readonly { readonly key: string; readonly control: LaneControl; readonly up: string }[] = [
  { key: "d", control: "density", up: "more strokes" },
  { key: "p", control: "chance", up: "more likely" },
  { key: "c", control: "rounds", up: "next rounds: every 2nd, every 4th, not the first ..." },
  { key: "i", control: "ratchet", up: "one stroke more in the place of each" },
  { key: "v", control: "ratchetRounds", up: "next rounds of the ratchet" },
  { key: "e", control: "accent", up: "more accent on the beat" },
  { key: "n", control: "nudge", up: "1 ms later" },
  { key: "w", control: "swing", up: "1 % more swing" },
  { key: "l", control: "loop", up: "own loop one 16th longer" },
];

/** What a key does to the lane of this voice; null for a key that does nothing here. */
export function laneCommand(key: string, voice: number, { lanes, store }: Pick<Page, "lanes" | "store">): (() => void) | null {
  const found = LANE_KEYS.find((each) => each.key === key.toLowerCase());
  if (found) return () => lanes.step(voice, found.control, key === found.key ? 1 : -1);
  if (key === "o") return () => (store.openVoice.value = store.openVoice.value === voice ? null : voice);
  return null;
}

/** The same for whatever has the focus in the head of a row. */
export const laneKeysOf = (voice: number, page: Page) => (event: KeyboardEvent): void => {
  const typing = event.target instanceof Element && event.target.matches("input[type=text], input[type=number], select, textarea");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const command = laneCommand(event.key, voice, page);
  if (!command) return;
  event.preventDefault();
  event.stopPropagation();
  command();
}; // prettier-ignore
