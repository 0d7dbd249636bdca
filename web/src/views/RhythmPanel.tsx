/** Left half of the page: the rhythm map with its settings; the sheet of a voice's sound opens over it. */

import { useState } from "preact/hooks";
import { describe } from "../rules/journey";
import { describeBar, formatPoint } from "../rules/summary";
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
  const { visits, visit } = store.groove.value;
  return (
    <section class="panel rhythm" aria-label="Rhythm">
      <header class="panel-head">
        <h2>Rhythm</h2>
        <Where />
        <IconButton icon="back" label="Back to the click before" disabled={visit <= 0} onClick={() => actions.visit(-1)} />
        <IconButton icon="forward" label="Forward to the next click" disabled={visit >= visits.length - 1} onClick={() => actions.visit(1)} />
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
  const { journey, place, quantum } = store.groove.value;
  const bar = store.journeyBar.value;
  const corpus = store.corpus.value;
  const near = store.nearby.value?.nearest(store.shownPoint.value, 1)[0];
  const { fill } = store.turn.value;
  if (bar !== null)
    return (
      <p class="where">
        {describe(journey, bar)}
        {fill && <em>fill</em>}
      </p>
    );
  return (
    <p class="where">
      {corpus && near && `near ${describeBar(corpus, near.index).style}`}
      <span class="numbers">{formatPoint(store.shownPoint.value)}</span>
      {place.phrase.length > 1 && <span>{`bar ${store.turn.value.bar + 1} of ${place.phrase.length}`}</span>}
      {fill && <em>fill</em>}
      {place.edited && <span>edited by hand</span>}
      {store.pending.value && <em>from the next {quantum}</em>}
    </p>
  );
}
