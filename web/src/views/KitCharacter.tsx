/** Buttons that move the whole kit: brighter or darker, older or newer, bigger or smaller. */

import { type CharacterWord, isMovable, withCharacter } from "../rules/kitCharacter";
import { usePage } from "./page";

const STEP = 0.5; // of a word, a click

const MOVES: readonly (readonly [string, CharacterWord, number])[] = [
  ["darker", "brighter", -STEP],
  ["brighter", "brighter", STEP],
  ["newer", "older", -STEP],
  ["older", "older", STEP],
  ["smaller", "bigger", -STEP],
  ["bigger", "bigger", STEP],
];

/** Nothing, where the kit has no sound that a sound space makes. */
export function KitCharacter() {
  const { store } = usePage();
  const directions = store.instrument.value?.sound?.directions ?? [];
  if (directions.length === 0 || !store.scene.value.kit.voices.some(isMovable)) return null;
  const move = (label: string, word: CharacterWord, amount: number) => {
    store.changeScene(`${label} kit`, withCharacter(store.scene.value, word, amount));
    store.settle();
  };
  return (
    <div class="drawer-row" role="group" aria-label="This kit">
      {MOVES.map(([label, word, amount]) => (
        <button key={label} type="button" class="framed" onClick={() => move(label, word, amount)}>
          {label}
        </button>
      ))}
    </div>
  );
}
