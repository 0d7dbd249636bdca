/** The bottom of the page: the slots, and the source of the nearest bar. */

import { describeNearest } from "../rules/summary";
import { usePage } from "./page";
import { Slots } from "./Slots";

export function Footer() {
  return (
    <footer class="footer">
      <Slots />
      <Provenance />
    </footer>
  );
}

function Provenance() {
  const { store } = usePage();
  const corpus = store.corpus.value;
  const near = store.nearby.value?.nearest(store.shownPoint.value, 1)[0];
  const space = store.instrument.value?.space;
  if (!corpus || !near || !space) return <p class="provenance" />;
  return (
    <p class="provenance" title={corpus.credit}>
      {describeNearest(corpus, near)}
      <br />
      space: {space.name}, seed {store.scene.value.settings.seed}
    </p>
  );
}
