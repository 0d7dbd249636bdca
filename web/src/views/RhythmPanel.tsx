/** Left half of the page: the rhythm map with its settings; the sheet of a voice's sound opens over it. */

import { useState } from "preact/hooks";
import { describe } from "../rules/journey";
import { naturalBars } from "../rules/plan";
import { isEdited, isJourney } from "../rules/scene";
import { describeBar, formatPoint } from "../rules/summary";
import { roundBars } from "../rules/travel";
import { GenerationControls } from "./GenerationControls";
import { IconButton } from "./Icon";
import { JourneyControls } from "./JourneyControls";
import { Legend } from "./Legend";
import { MapView } from "./MapView";
import { Nearby } from "./Nearby";
import { usePage } from "./page";
import { SoundSheet } from "./SoundSheet";

export function RhythmPanel() {
  const { actions, store } = usePage();
  const [near, setNear] = useState(false);
  const { places, at } = store.clicks.value;
  return (
    <section class="panel rhythm" aria-label="Rhythm">
      <header class="panel-head">
        <h2>Rhythm</h2>
        <Where />
        <IconButton icon="back" label="Back to the click before" disabled={at <= 0} onClick={() => actions.visit(-1)} />
        <IconButton icon="forward" label="Forward to the next click" disabled={at >= places.length - 1} onClick={() => actions.visit(1)} />
        <button type="button" class="quiet" aria-expanded={near} aria-controls="nearby" onClick={() => setNear(!near)}>
          nearby
        </button>
      </header>
      <div class="map-stage">
        <MapView />
        {near && <Nearby />}
      </div>
      <Legend />
      <div class="deck">
        <GenerationControls />
        <JourneyControls />
      </div>
      <SoundSheet />
    </section>
  );
}

/** "travelling A to B, bar 3 of 8", or "near latin" with the coordinates, and whether the bar sounds yet. */
function Where() {
  const { store } = usePage();
  const { bars, path } = store.score.value.project.scene;
  const { quantum } = store.project.value;
  const bar = store.journeyBar.value;
  const corpus = store.corpus.value;
  const near = store.nearby.value?.nearest(store.shownPoint.value, 1)[0];
  const { fill, scene, bar: place } = store.address.value;
  if (scene !== null)
    return (
      <p class="where">
        {`song, bar ${(store.heardIndex.value % naturalBars(store.project.value)) + 1} of ${naturalBars(store.project.value)}, scene ${scene + 1}`}
        {fill && <em>fill</em>}
      </p>
    );
  if (bar !== null && path)
    return (
      <p class="where">
        {isJourney(store.scene.value) ? describe(path, bar) : `travelling the path, bar ${bar + 1} of ${roundBars(path)}`}
        {fill && <em>fill</em>}
      </p>
    );
  return (
    <p class="where">
      {corpus && near && `near ${describeBar(corpus, near.index).style}`}
      <span class="numbers">{formatPoint(store.shownPoint.value)}</span>
      {bars.length > 1 && <span>{`bar ${place + 1} of ${bars.length}`}</span>}
      {fill && <em>fill</em>}
      {isEdited(store.scene.value) && <span>edited by hand</span>}
      {store.pending.value && <em>from the next {quantum}</em>}
    </p>
  );
}
