/** What is known of the bar that plays: where it lies, the bars of the corpus next to it, whose they are. */

import { describeNearest } from "../rules/summary";
import { Drawer } from "./Drawer";
import { IconButton } from "./Icon";
import { MoreLikeThis } from "./MoreLikeThis";
import { Nearby } from "./Nearby";
import { usePage } from "./page";

export function AboutThisBar() {
  const { actions, store } = usePage();
  const { places, at } = store.clicks.value;
  return (
    <Drawer name="About this bar">
      <Provenance />
      <div class="drawer-row">
        <span>The clicks before</span>
        <span>
          <IconButton icon="back" label="Back to the click before" disabled={at <= 0} onClick={() => actions.visit(-1)} />
          <IconButton icon="forward" label="Forward to the next click" disabled={at >= places.length - 1} onClick={() => actions.visit(1)} />
        </span>
      </div>
      <MoreLikeThis />
      <Nearby />
    </Drawer>
  );
}

export function Provenance() {
  const { store } = usePage();
  const corpus = store.corpus.value;
  const near = store.nearby.value?.nearest(store.shownPoint.value, 1)[0];
  const space = store.instrument.value?.space;
  if (!corpus || !near || !space) return <p class="provenance" />;
  return (
    <p class="provenance" title={corpus.credit}>
      {describeNearest(corpus, near)}
      <br />
      space: {space.name}, seed {store.settings.value.seed}
    </p>
  );
}
