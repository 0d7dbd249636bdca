/** The way round the map: two sliders, and the bars of the corpus that lie nearest, to be heard. */

import { MAP_EDGE } from "../rules/mapPoint";
import type { Neighbour } from "../rules/neighbours";
import type { CorpusMap } from "../rules/protocol";
import { describeBar, formatCoordinate, formatDistance } from "../rules/summary";
import { lookOf, ranks, type StyleLook } from "../map/markers";
import { IconButton } from "./Icon";
import { usePage } from "./page";
import { Slider } from "./Slider";
import { StyleMarker } from "./StyleMarker";
import { useDark } from "./theme";

const LISTED = 5;

export function Nearby() {
  const { store, actions } = usePage();
  const dark = useDark();
  const [x, y] = store.shownPoint.value;
  const corpus = store.corpus.value;
  const highlighted = store.highlightedStyles.value;
  const rank = corpus ? ranks(corpus.style, corpus.styles.length) : [];
  const accepts = (bar: number) => highlighted.size === 0 || highlighted.has(corpus?.style[bar] ?? -1);
  const found = store.nearby.value?.nearestSources([x, y], LISTED, accepts) ?? [];
  return (
    <div id="nearby" class="nearby" role="group" aria-label="Nearby">
      <Axis label="x" value={x} onMove={(to) => actions.goTo([to, y])} />
      <Axis label="y" value={y} onMove={(to) => actions.goTo([x, to])} />
      <ul>{corpus && found.map((each) => <NearbyBar key={each.index} corpus={corpus} look={lookOf(rank[corpus.style[each.index]!] ?? -1, dark)} {...each} />)}</ul>
      <p class="credit">{corpus?.credit}</p>
    </div>
  );
}

function Axis({ label, value, onMove }: { readonly label: string; readonly value: number; readonly onMove: (to: number) => void }) {
  const { actions } = usePage();
  return (
    <Slider
      label={label}
      name={`Map ${label}`}
      centred
      min={-MAP_EDGE}
      max={MAP_EDGE}
      step={(2 * MAP_EDGE) / 100}
      value={value}
      valueText={formatCoordinate(value)}
      onValue={onMove}
      onDone={() => actions.settle()}
    />
  );
}

/** One of the nearest bars: its button goes there and plays. */
function NearbyBar({ corpus, look, index, distance }: { readonly corpus: CorpusMap; readonly look: StyleLook } & Neighbour) {
  const { store, actions, player } = usePage();
  const { style, section, source, licence } = describeBar(corpus, index);
  const goThere = () => {
    actions.goTo([corpus.x[index]!, corpus.y[index]!]);
    actions.settle();
    if (!store.playing.value) void player.play();
  };
  return (
    <li>
      <IconButton icon="play" label={`Play what lies at ${source}, ${style}`} onClick={goThere} />
      <span>
        <StyleMarker {...look} /> <b>{style}</b>{" "}
        <small>
          {section}, {formatDistance(distance)}
        </small>
        <small class="source">
          {source} {licence && <span class="licence">{licence}</span>}
        </small>
      </span>
    </li>
  );
}
