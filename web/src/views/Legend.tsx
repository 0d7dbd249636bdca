/** Colour and shape of each style: press one to highlight it on the map, point at one to see its region. */

import { hasFarAreas } from "../map/mapGround";
import { lookOf, ranks } from "../map/markers";
import { usePage } from "./page";
import { StyleMarker } from "./StyleMarker";
import { useDark } from "./theme";

export function Legend() {
  const { store } = usePage();
  const dark = useDark();
  const corpus = store.corpus.value;
  if (!corpus) return <div class="legend" />;
  const rank = ranks(corpus.style, corpus.styles.length);
  const order = corpus.styles.map((_, style) => style).sort((one, other) => rank[one]! - rank[other]!);
  const highlighted = store.highlightedStyles.value;
  const ground = store.ground.value;
  const look = (style: number | null) => () => (store.hoveredStyle.value = style);
  const toggle = (style: number) => {
    const next = new Set(highlighted);
    if (!next.delete(style)) next.add(style);
    store.highlightedStyles.value = next;
  };
  return (
    <ul class="legend" aria-label="Styles on the map">
      {ground && hasFarAreas(ground) && (
        <li class="legend-far">
          <i aria-hidden="true" /> far from any bar learned
        </li>
      )}
      {order.map((style) => (
        <li key={style} onPointerEnter={look(style)} onPointerLeave={look(null)}>
          <button
            type="button"
            aria-pressed={highlighted.has(style)}
            class={highlighted.size > 0 && !highlighted.has(style) ? "is-dim" : ""}
            title={`The region of ${corpus.styles[style]}: half of its bars lie inside the line`}
            onFocus={look(style)}
            onBlur={look(null)}
            onClick={() => toggle(style)}
          >
            <StyleMarker {...lookOf(rank[style]!, dark)} />
            {corpus.styles[style]}
          </button>
        </li>
      ))}
    </ul>
  );
}
