/** "bar 7 of 16, on the path", or "near latin": which bar sounds, and where it lies. */

import { useComputed } from "@preact/signals";
import { describe } from "../rules/journey";
import { naturalBars } from "../rules/plan";
import { isEdited, isJourney } from "../rules/scene";
import { sceneName } from "../rules/song";
import { describeBar, formatPoint } from "../rules/summary";
import { roundBars } from "../rules/travel";
import type { Store } from "../state/store";
import { usePage } from "./page";
import { useSettled } from "./settled";

const WORDS_FOLLOW_MS = 100; // nobody reads them faster

export function Where() {
  const { store } = usePage();
  const words = useComputed(() => wordsOf(store));
  return useSettled(words, WORDS_FOLLOW_MS);
}

function wordsOf(store: Store) {
  const { bars, path } = store.score.value.project.scene;
  const { quantum } = store.project.value;
  const bar = store.journeyBar.value;
  const corpus = store.corpus.value;
  const near = store.nearby.value?.nearest(store.shownPoint.value, 1)[0];
  const { fill, scene, bar: place } = store.address.value;
  const shown = bars[place % bars.length];
  const own = shown?.kind === "given" ? shown.source : "";
  const { scenes } = store.project.value;
  const morph = store.morph.value;
  if (morph)
    return (
      <Said what={`bar ${Math.max(1, Math.min(morph.bars, store.heardIndex.value - morph.first + 1))} of ${morph.bars}`} fill={fill}>
        on the way to {sceneName(scenes[morph.slot], morph.slot)}
      </Said>
    );
  if (scene !== null) {
    const all = naturalBars(store.project.value);
    return (
      <Said what={`bar ${(store.heardIndex.value % all) + 1} of ${all}`} fill={fill}>
        song, {sceneName(scenes[scene], scene)}
      </Said>
    );
  }
  if (bar !== null && path)
    return (
      <Said what={`bar ${bar + 1} of ${roundBars(path)}`} fill={fill}>
        {isJourney(store.scene.value) ? describe(path, bar) : "on the path"}
        {path.stops && ", even change"}
      </Said>
    );
  return (
    <Said what={corpus && near ? `near ${describeBar(corpus, near.index).style}` : ""} fill={fill}>
      <span class="numbers unseen">{formatPoint(store.shownPoint.value)}</span>
      {bars.length > 1 && <span>{`bar ${place + 1} of ${bars.length}`}</span>}
      {own ? <span>{own}</span> : isEdited(store.scene.value) && <span>edited by hand</span>}
      {store.pending.value && <em>from the next {quantum}</em>}
    </Said>
  );
}

function Said({ what, fill, children }: { readonly what: string; readonly fill: boolean; readonly children: preact.ComponentChildren }) {
  return (
    <div class="where">
      <b>{what}</b>
      <p>
        {children}
        {fill && <em>fill</em>}
      </p>
    </div>
  );
}
