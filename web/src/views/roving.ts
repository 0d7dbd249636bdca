/** Many controls, one tab stop: Tab reaches the group, the arrow keys go from control to control, Home and End to its ends. */

import { useLayoutEffect, useRef } from "preact/hooks";
import type { RefObject } from "preact";

const BY_KEY: Readonly<Record<string, readonly [by: number, lines: number]>> = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };

/** Handlers of the group; `selector` finds its controls, which stand in lines of so many: up and down go from line to line. */
export function useRoving(group: RefObject<HTMLElement | null>, selector = "button", inLine = 1) {
  const current = useRef<Element | null>(null); // the control that Tab reaches
  const visited = useRef(false);
  const controls = (): HTMLElement[] => [...(group.current?.querySelectorAll<HTMLElement>(selector) ?? [])].filter((each) => !each.matches(":disabled") && !each.closest("[hidden]"));
  const mark = () => {
    const all = controls();
    if (!visited.current || !all.some((each) => each === current.current)) current.current = all[0] ?? null;
    for (const each of all) each.tabIndex = each === current.current ? 0 : -1;
  };
  useLayoutEffect(() => {
    mark();
    const watch = new MutationObserver(mark); // controls come and go
    watch.observe(group.current!, { childList: true, subtree: true, attributes: true, attributeFilter: ["disabled", "hidden"] });
    return () => watch.disconnect();
  }, []);
  return {
    onFocusIn(event: FocusEvent) {
      const at = event.target instanceof Element ? event.target.closest(selector) : null;
      if (!at) return;
      visited.current = true;
      current.current = at;
      mark();
    },
    onKeyDown(event: KeyboardEvent) {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      const all = controls();
      const at = all.indexOf(event.target as HTMLElement);
      const [one, lines] = BY_KEY[event.key] ?? [0, 0];
      const by = one + lines * inLine;
      const next = by !== 0 ? all[(at + by + all.length) % all.length] : event.key === "Home" ? all[0] : event.key === "End" ? all.at(-1) : undefined;
      if (at < 0 || !next) return;
      event.preventDefault();
      event.stopPropagation();
      next.focus();
    },
  };
}
