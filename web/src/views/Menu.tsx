/** A button that opens a small panel of more buttons below it. Escape, a press elsewhere or a choice closes it. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

interface MenuProps {
  readonly label: string;
  readonly title?: string;
  readonly onOpen?: () => void;
  readonly children: ComponentChildren;
}

export function Menu({ label, title, onOpen, children }: MenuProps) {
  const [open, setOpen] = useState(false);
  const whole = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const toggle = () => {
    if (!open) onOpen?.();
    setOpen(!open);
  };
  useEffect(() => {
    if (!open) return;
    const elsewhere = (event: Event) => {
      if (!whole.current?.contains(event.target as Node)) setOpen(false);
    };
    addEventListener("pointerdown", elsewhere);
    return () => removeEventListener("pointerdown", elsewhere);
  }, [open]);
  return (
    <div
      ref={whole}
      class="menu"
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !open) return;
        event.stopPropagation();
        setOpen(false);
        button.current?.focus();
      }}
    >
      <button ref={button} type="button" class="quiet" title={title} aria-expanded={open} onClick={toggle}>
        {label}
      </button>
      <div class="menu-panel" hidden={!open} role="group" aria-label={label} onClick={() => setOpen(false)}>
        {children}
      </div>
    </div>
  );
}
