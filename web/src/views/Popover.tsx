/** A small panel above the element it belongs to. Escape or a press elsewhere closes it, and the focus goes back. */

import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

interface PopoverProps {
  readonly anchor: Element | null; // null: closed
  readonly label: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

const GAP = 6; // CSS pixels
const EDGE = 8;

export function Popover({ anchor, label, onClose, children }: PopoverProps) {
  const panel = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = panel.current!;
    if (!anchor) return;
    element.showPopover();
    const from = anchor.getBoundingClientRect();
    const { width, height } = element.getBoundingClientRect();
    const above = from.top - GAP - height;
    element.style.left = `${Math.max(EDGE, Math.min(from.left, innerWidth - width - EDGE))}px`;
    element.style.top = `${above >= EDGE ? above : Math.min(from.bottom + GAP, innerHeight - height - EDGE)}px`;
    element.querySelector<HTMLElement>("[data-first]")?.focus();
    return () => {
      const inside = element.contains(document.activeElement);
      if (element.matches(":popover-open")) element.hidePopover();
      if (inside && anchor instanceof HTMLElement) anchor.focus();
    };
  }, [anchor]);
  return (
    <div
      ref={panel}
      popover="auto"
      class="popover"
      role="group"
      aria-label={label}
      onToggle={(event) => (event as unknown as ToggleEvent).newState === "closed" && onClose()}
      onKeyDown={(event) => event.stopPropagation()}
    >
      {anchor && children}
    </div>
  );
}
