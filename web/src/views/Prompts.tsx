/** Three short prompts of a first visit, each gone once it was followed: click, drag, hold the kick. */

import { useEffect } from "preact/hooks";
import type { Store } from "../state/store";
import { IconButton } from "./Icon";
import { usePage } from "./page";

interface Prompt {
  readonly words: string;
  readonly isFollowed: (store: Store) => boolean;
}

const PROMPTS: readonly Prompt[] = [
  { words: "Click anywhere: the rhythm there plays", isFollowed: ({ playing }) => playing.value },
  { words: "Drag: the rhythm changes under your hand", isFollowed: ({ atOnce, history }) => atOnce.value && history.value.present.label === "point" },
  { words: "Hold the kick, then go on over the map: its row stays", isFollowed: ({ holds }) => holds.value.rows.size > 0 },
];

export function Prompts() {
  const { store } = usePage();
  const done = store.prompts.value;
  const prompt = PROMPTS[done];
  const followed = prompt?.isFollowed(store) === true;
  useEffect(() => {
    if (followed) store.prompts.value = done + 1;
  }, [followed, done]);
  if (!prompt || followed) return null;
  return (
    <div class="map-hint" role="note" onPointerDown={(event) => event.stopPropagation()}>
      {prompt.words}
      <IconButton icon="close" label="No more prompts" onClick={() => (store.prompts.value = PROMPTS.length)} />
    </div>
  );
}
