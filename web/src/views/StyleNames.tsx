/** The names of the styles on the map: one chooses the style. One tab stop; the arrow keys go from name to name. */

import { useMemo, useRef } from "preact/hooks";
import { placed, styleNames } from "../map/styleNames";
import { usePage } from "./page";
import { useRoving } from "./roving";

const FINGER_PX = 44;

export function StyleNames() {
  const { store, styleActions } = usePage();
  const corpus = store.corpus.value;
  const ground = store.ground.value;
  const list = useRef<HTMLUListElement>(null);
  const fingers = useRef(window.matchMedia("(pointer: coarse)"));
  const roving = useRoving(list);
  const homes = store.instrument.value?.space.style_homes;
  const names = useMemo(() => (corpus && ground ? styleNames(corpus, ground, homes) : []), [corpus, ground, homes]);
  const shown = placed(names, store.projection.value, fingers.current.matches ? FINGER_PX : 0);
  const look = (name: string | null) => () => (store.hoveredStyle.value = name === null ? null : (corpus?.styles.indexOf(name) ?? null));
  const onKeyDown = (event: KeyboardEvent) => {
    roving.onKeyDown(event);
    if (event.key === "Enter" || event.key === " ") event.stopPropagation(); // the map takes the others
  };
  return (
    <ul ref={list} class="style-names" aria-label="Styles" onFocusIn={roving.onFocusIn} onKeyDown={onKeyDown}>
      {shown.map(({ name, pixel: [left, top], size }) => (
        <li key={name} style={{ transform: `translate(${left}px, ${top}px) translate(-50%, -50%)`, fontSize: `${size}px` }}>
          <button
            type="button"
            onPointerDown={(event) => event.button === 0 && event.stopPropagation()}
            onPointerEnter={look(name)}
            onPointerLeave={look(null)}
            onClick={(event) => styleActions.goToStyle(name, { blend: event.shiftKey })}
          >
            {name}
          </button>
        </li>
      ))}
    </ul>
  );
}
