/** Which colour and shape is which style: press one to make it stand out on the map, point at one to see where it lives. */

import { isVeiled } from "../map/mapGround";
import { lookOf, markerPath, ranks } from "../map/markers";
import { usePage } from "./page";
import { useDark } from "./theme";

export function Legend() {
  const { store } = usePage();
  const dark = useDark();
  const corpus = store.corpus.value;
  if (!corpus) return <div class="legend" />;
  const rank = ranks(corpus.style, corpus.styles.length);
  const order = corpus.styles.map((_, style) => style).sort((one, other) => rank[one]! - rank[other]!);
  const lit = store.litStyles.value;
  const ground = store.ground.value;
  const look = (style: number | null) => () => (store.lookedStyle.value = style);
  const toggle = (style: number) => {
    const next = new Set(lit);
    if (!next.delete(style)) next.add(style);
    store.litStyles.value = next;
  };
  return (
    <ul class="legend" aria-label="Styles on the map">
      {ground && isVeiled(ground) && (
        <li class="legend-far">
          <i aria-hidden="true" /> far from any bar learned
        </li>
      )}
      {order.map((style) => {
        const { colour, marker } = lookOf(rank[style]!, dark);
        return (
          <li key={style} onPointerEnter={look(style)} onPointerLeave={look(null)}>
            <button
              type="button"
              aria-pressed={lit.has(style)}
              class={lit.size > 0 && !lit.has(style) ? "is-dim" : ""}
              title={`Where ${corpus.styles[style]} lives: half of it inside the line`}
              onFocus={look(style)}
              onBlur={look(null)}
              onClick={() => toggle(style)}
            >
              <svg viewBox="-6 -6 12 12" width="10" height="10" aria-hidden="true">
                <path d={markerPath(marker, 4.4)} fill={colour} />
              </svg>
              {corpus.styles[style]}
            </button>
          </li>
        );
      })}
    </ul>
  );
}
