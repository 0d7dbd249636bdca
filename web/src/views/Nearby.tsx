/** The way round the map: two sliders, and the bars of the corpus that lie nearest, to be heard. */

import { MAP_EDGE } from "../rules/mapPoint";
import { lookOf, markerPath, ranks } from "../map/markers";
import { describeBar, formatCoordinate, formatDistance } from "../rules/summary";
import { Icon } from "./Icon";
import { usePage } from "./page";
import { Slider } from "./Slider";
import { useDark } from "./theme";

const LISTED = 5;

export function Nearby() {
  const { store, actions, player } = usePage();
  const dark = useDark();
  const [x, y] = store.shownPoint.value;
  const corpus = store.corpus.value;
  const highlighted = store.highlightedStyles.value;
  const rank = corpus ? ranks(corpus.style, corpus.styles.length) : [];
  const found =
    store.nearby.value?.nearestSources([x, y], LISTED, (bar) => highlighted.size === 0 || highlighted.has(corpus?.style[bar] ?? -1)) ?? [];
  const goTo = (index: number) => {
    actions.goTo([corpus!.x[index]!, corpus!.y[index]!]);
    actions.settle();
    if (!store.playing.value) void player.play();
  };
  const axis = (label: string, value: number, move: (value: number) => void) => (
    <Slider
      label={label}
      name={`Map ${label}`}
      centred
      min={-MAP_EDGE}
      max={MAP_EDGE}
      step={(2 * MAP_EDGE) / 100}
      value={value}
      valueText={formatCoordinate(value)}
      onValue={move}
      onDone={() => actions.settle()}
    />
  );
  return (
    <aside id="nearby" class="nearby" aria-label="Nearby">
      {axis("x", x, (to) => actions.goTo([to, y]))}
      {axis("y", y, (to) => actions.goTo([x, to]))}
      <ul>
        {found.map(({ index, distance }) => {
          const { style, section, source, licence } = describeBar(corpus!, index);
          const { colour, marker } = lookOf(rank[corpus!.style[index]!] ?? -1, dark);
          return (
            <li key={index}>
              <button type="button" class="icon" aria-label={`Play what lies at ${source}, ${style}`} onClick={() => goTo(index)}>
                <Icon name="play" />
              </button>
              <span>
                <svg viewBox="-6 -6 12 12" width="10" height="10" aria-hidden="true">
                  <path d={markerPath(marker, 4.4)} fill={colour} />
                </svg>{" "}
                <b>{style}</b>{" "}
                <small>
                  {section}, {formatDistance(distance)}
                </small>
                <small class="source">
                  {source} {licence && <span class="licence">{licence}</span>}
                </small>
              </span>
            </li>
          );
        })}
      </ul>
      <p class="credit">
        {corpus?.credit}
      </p>
    </aside>
  );
}
