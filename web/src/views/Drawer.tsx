/** A dialog beside the instrument, which can still be played while it is open. */

import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Drawer as Name } from "../state/store";
import { IconButton } from "./Icon";
import { usePage } from "./page";

interface DrawerButtonProps {
  readonly drawer: Name;
  readonly children: ComponentChildren;
}

export function DrawerButton({ drawer, children }: DrawerButtonProps) {
  const { store } = usePage();
  const open = store.drawer.value === drawer;
  return (
    <button type="button" class="under" aria-haspopup="dialog" aria-expanded={open} onClick={() => (store.drawer.value = open ? null : drawer)}>
      {children}
    </button>
  );
}

interface DrawerProps {
  readonly name: Name;
  readonly children: ComponentChildren;
}

/** Escape closes it; the focus goes in with its opening and back with its closing. */
export function Drawer({ name, children }: DrawerProps) {
  const { store } = usePage();
  const sheet = useRef<HTMLDialogElement>(null);
  const open = store.drawer.value === name;
  const close = () => (store.drawer.value = null);
  useLayoutEffect(() => {
    // before the next key comes
    if (!open) return;
    const from = document.activeElement;
    const opened = sheet.current;
    opened?.show();
    return () => {
      const within = document.activeElement;
      opened?.close();
      // what had the focus inside is gone by now; whoever has clicked elsewhere keeps it there
      if ((within === document.body || opened?.contains(within)) && from instanceof HTMLElement) from.focus();
    };
  }, [open]);
  return (
    <dialog
      ref={sheet}
      class="drawer"
      aria-labelledby={idOf(name)}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        close();
      }}
    >
      <div class="drawer-head">
        <h2 id={idOf(name)}>{name}</h2>
        <IconButton icon="close" label={`Close ${name}`} title="Close (Escape)" onClick={close} />
      </div>
      {open && children}
    </dialog>
  );
}

const idOf = (name: Name): string => `drawer-${name.replaceAll(" ", "-")}`;
