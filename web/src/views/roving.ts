/** Many controls, one tab stop: Tab reaches the group, the arrow keys go from control to control, Home and End to its ends. */

import { useLayoutEffect, useRef } from "preact/hooks";
import type { RefObject } from "preact";

const FORWARD = ["ArrowRight", "ArrowDown"];
const BACK = ["ArrowLeft", "ArrowUp"];

/** Handlers of the group; `selector` finds its controls. */
export function useRoving(group: RefObject<HTMLElement | null>, selector = "button") {
  const current = useRef<Element | null>(null); // the control that Tab reaches
  const controls = (): HTMLElement[] => [...(group.current?.querySelectorAll<HTMLElement>(selector) ?? [])].filter((each) => !each.matches(":disabled") && !each.closest("[hidden]"));
  const mark = () => {
    const all = controls();
    if (!all.some((each) => each === current.current)) current.current = all[0] ?? null;
    for (const each of all) each.tabIndex = each === current.current ? 0 : -1;
  };
  useLayoutEffect(mark); // after each drawing: controls come and go
  return {
    onFocusIn(event: FocusEvent) {
      const at = event.target instanceof Element ? event.target.closest(selector) : null;
      if (!at || at === current.current) return;
      current.current = at;
      mark();
    },
    onKeyDown(event: KeyboardEvent) {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      const all = controls();
      const at = all.indexOf(event.target as HTMLElement);
      const by = FORWARD.includes(event.key) ? 1 : BACK.includes(event.key) ? -1 : 0;
      const next = by !== 0 ? all[(at + by + all.length) % all.length] : event.key === "Home" ? all[0] : event.key === "End" ? all.at(-1) : undefined;
      if (at < 0 || !next) return;
      event.preventDefault();
      event.stopPropagation();
      next.focus();
    },
  };
}
