/** Which colour and shape is which style; press one to make it stand out on the map. */

import { lookOf, markerPath, ranks } from "../markers";
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
  const toggle = (style: number) => {
    const next = new Set(lit);
    if (!next.delete(style)) next.add(style);
    store.litStyles.value = next;
  };
  return (
    <ul class="legend" aria-label="Styles on the map">
      {order.map((style) => {
        const { colour, marker } = lookOf(rank[style]!, dark);
        return (
          <li key={style}>
            <button type="button" aria-pressed={lit.has(style)} class={lit.size > 0 && !lit.has(style) ? "is-dim" : ""} onClick={() => toggle(style)}>
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
