/** The names of the styles on the map: one chooses the style. One tab stop; the arrow keys go from name to name. */

import { useMemo, useRef, useState } from "preact/hooks";
import { placed, styleNames } from "../map/styleNames";
import { usePage } from "./page";

const FORWARD = ["ArrowRight", "ArrowDown"];
const BACK = ["ArrowLeft", "ArrowUp"];

export function StyleNames() {
  const { store, actions, player } = usePage();
  const corpus = store.corpus.value;
  const ground = store.ground.value;
  const list = useRef<HTMLUListElement>(null);
  const [focus, setFocus] = useState(0);
  const names = useMemo(() => (corpus && ground ? styleNames(corpus, ground) : []), [corpus, ground]);
  const shown = placed(names, store.projection.value);
  const look = (name: string | null) => () => (store.hoveredStyle.value = name === null ? null : (corpus?.styles.indexOf(name) ?? null));
  const onKeyDown = (event: KeyboardEvent) => {
    const by = FORWARD.includes(event.key) ? 1 : BACK.includes(event.key) ? -1 : 0;
    if (by === 0 && event.key !== "Enter" && event.key !== " ") return;
    event.stopPropagation(); // the map has arrow keys of its own
    if (by === 0) return;
    event.preventDefault();
    const next = (Math.min(focus, shown.length - 1) + by + shown.length) % shown.length;
    setFocus(next);
    list.current?.querySelectorAll("button")[next]?.focus();
  };
  return (
    <ul ref={list} class="style-names" aria-label="Styles on the map" onKeyDown={onKeyDown}>
      {shown.map(({ name, point, pixel: [left, top], size }, place) => (
        <li key={name} style={{ transform: `translate(${left}px, ${top}px) translate(-50%, -50%)`, fontSize: `${size}px` }}>
          <button
            type="button"
            tabIndex={place === Math.min(focus, shown.length - 1) ? 0 : -1}
            onPointerDown={(event) => event.stopPropagation()}
            onPointerEnter={look(name)}
            onPointerLeave={look(null)}
            onFocus={() => setFocus(place)}
            onClick={() => {
              actions.goTo(point);
              actions.settle();
              if (!store.playing.value) void player.play();
            }}
          >
            {name}
          </button>
        </li>
      ))}
    </ul>
  );
}
