/** Many sliders, one tab stop: Up and Down go from slider to slider, Left and Right change the one that has the focus. */

import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

export function useSliderRows(group: RefObject<HTMLElement | null>) {
  const current = useRef<Element | null>(null); // the slider that Tab reaches
  const sliders = (): HTMLElement[] => [...(group.current?.querySelectorAll<HTMLElement>("input[type=range]:not(:disabled)") ?? [])];
  const mark = () => {
    const all = sliders();
    if (!all.some((each) => each === current.current)) current.current = all[0] ?? null;
    for (const each of all) each.tabIndex = each === current.current ? 0 : -1;
  };
  useLayoutEffect(mark); // after each drawing: sliders come and go
  return {
    onFocusIn(event: FocusEvent) {
      if (!sliders().some((each) => each === event.target) || event.target === current.current) return;
      current.current = event.target as Element;
      mark();
    },
    onKeyDown(event: KeyboardEvent) {
      const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (by === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
      const all = sliders();
      const at = all.findIndex((each) => each === event.target);
      const next = at < 0 ? undefined : all[at + by];
      if (at < 0) return;
      event.preventDefault(); // else the slider itself would move
      event.stopPropagation();
      next?.focus();
    },
  };
}
