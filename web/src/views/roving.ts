/** Groups of buttons that are one tab stop: arrows move among them. */

import type { RefObject } from "preact";
import { useState } from "preact/hooks";

interface Roving {
  readonly at: number;
  readonly tabIndex: (index: number) => 0 | -1;
  readonly focus: (index: number) => void;
  /** Moves the focus, if the key does that. */
  readonly moved: (event: KeyboardEvent, index: number) => boolean;
}

/** `count` elements of the group, each with its number as `data-roving`. */
export function useRoving(group: RefObject<HTMLElement | null>, count: number): Roving {
  const [at, setAt] = useState(0);
  const present = Math.min(at, Math.max(0, count - 1));
  const focus = (index: number) => {
    const to = Math.max(0, Math.min(count - 1, index));
    setAt(to);
    requestAnimationFrame(() => group.current?.querySelector<HTMLElement>(`[data-roving="${to}"]`)?.focus());
  };
  return {
    at: present,
    tabIndex: (index) => (index === present ? 0 : -1),
    focus,
    moved(event, index) {
      if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return false;
      const to = { ArrowLeft: index - 1, ArrowUp: index - 1, ArrowRight: index + 1, ArrowDown: index + 1, Home: 0, End: count - 1 }[event.key];
      if (to === undefined) return false;
      event.preventDefault();
      event.stopPropagation();
      focus(to);
      return true;
    },
  };
}
