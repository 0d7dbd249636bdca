/** All styles as a list with search: Enter goes to one, with Shift it blends, with Alt one stays at this place. One tab stop. */

import { useEffect, useRef, useState } from "preact/hooks";
import { formatStyle } from "../rules/styleBlend";
import { found, type StyleHome } from "../rules/styleHome";
import { usePage } from "./page";

export const STYLE_FIELD = "go-to-style"; // where one types

export function StyleList() {
  const { store, styleActions } = usePage();
  const [typed, setTyped] = useState("");
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(0); // among the options that are shown
  const list = useRef<HTMLUListElement>(null);
  const space = store.instrument.value?.space;
  const options = found(space?.styles ?? [], typed);
  const at = Math.min(active, options.length - 1);
  useEffect(() => {
    if (open) list.current?.children[at]?.scrollIntoView?.({ block: "nearest" });
  }, [open, at]);
  if (!space || space.styles.length === 0) return null;
  const { style } = store.settings.value;
  const close = () => {
    setOpen(false);
    setTyped("");
    setActive(0);
  };
  const choose = (name: string, { shiftKey, altKey }: KeyboardEvent | MouseEvent) => {
    styleActions.goToStyle(name, { blend: shiftKey, stay: altKey });
    close();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by !== undefined) {
      setOpen(true);
      if (open && options.length > 0) setActive((at + by + options.length) % options.length);
    } else if (event.key === "Enter" && open && at >= 0) choose(options[at]!, event);
    else if (event.key === "Escape" && open) close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="style-list" onPointerDown={(event) => event.stopPropagation()} onDblClick={(event) => event.stopPropagation()}>
      <input
        id={STYLE_FIELD}
        type="text"
        role="combobox"
        aria-label="Go to a style"
        aria-expanded={open}
        aria-controls="style-options"
        aria-autocomplete="list"
        aria-activedescendant={open && at >= 0 ? optionId(at) : undefined}
        aria-description="Enter goes there; with Shift it blends, with Alt you stay at this place"
        placeholder={style === null ? "Go to a style" : formatStyle(style)}
        autocomplete="off"
        spellcheck={false}
        value={typed}
        onInput={(event) => {
          setTyped(event.currentTarget.value);
          setActive(0);
          setOpen(true);
        }}
        onClick={() => setOpen(true)}
        onBlur={close}
        onKeyDown={onKeyDown}
      />
      <ul ref={list} id="style-options" role="listbox" aria-label="Styles to go to" hidden={!open}>
        {options.map((name, index) => (
          <li
            key={name}
            id={optionId(index)}
            role="option"
            aria-selected={index === at}
            onPointerDown={(event) => event.preventDefault()} // the focus stays in the field
            onClick={(event) => choose(name, event)}
          >
            {name} <Usual home={space.style_homes.find((each) => each.style === name)} />
          </li>
        ))}
      </ul>
      <p class="unseen" role="status">
        {open && options.length === 0 ? `No style is called ${typed}.` : ""}
      </p>
    </div>
  );
}

/** "124 · 3/4": tempo, and the meter if it is not the common one. */
function Usual({ home }: { readonly home: StyleHome | undefined }) {
  if (!home) return null;
  const meter = home.meter.join("/");
  return <small>{[...(home.tempo_bpm === null ? [] : [`${Math.round(home.tempo_bpm)} bpm`]), ...(meter === "4/4" ? [] : [meter])].join(" · ")}</small>;
}

const optionId = (index: number): string => `style-option-${index}`;
