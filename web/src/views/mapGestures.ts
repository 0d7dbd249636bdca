/** Points of a map under the pointer and by arrow keys, and where to draw them. */

import { fromShare, MAP_EDGE, toShare } from "../rules/mapPoint";
import type { Point } from "../rules/protocol";

const NUDGE = (2 * MAP_EDGE) / 100; // 1 % of the map
const ARROWS: Record<string, Point> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/** Style that puts an element at a point of the map. */
export const at = ([x, y]: Point) => ({ left: `${toShare(x) * 100}%`, top: `${(1 - toShare(y)) * 100}%` });

export function pointUnder(event: PointerEvent, frame: Element): Point {
  const box = frame.getBoundingClientRect();
  return [fromShare((event.clientX - box.left) / box.width), fromShare(1 - (event.clientY - box.top) / box.height)];
}

/** So many pixels of the frame's shorter side, in map units. */
export const unitsOf = (pixels: number, { clientWidth, clientHeight }: Element): number => (pixels * 2 * MAP_EDGE) / Math.min(clientWidth, clientHeight);

export const isArrow = (event: KeyboardEvent): boolean => ARROWS[event.key] !== undefined;

/** Where an arrow key moves a point: by 1 %, with Shift by 10 %; null for other keys. The event is used up. */
export function movedByArrow(event: KeyboardEvent, [x, y]: Point): Point | null {
  const arrow = ARROWS[event.key];
  if (!arrow || event.altKey || event.ctrlKey || event.metaKey) return null;
  event.preventDefault();
  event.stopPropagation();
  const by = NUDGE * (event.shiftKey ? 10 : 1);
  return [x + arrow[0] * by, y + arrow[1] * by];
}

/** Handlers that move a point by arrow keys; `done` when the key is released. */
export const byArrows = (point: Point | (() => Point), move: (point: Point) => void, done: () => void) => ({
  onKeyDown: (event: KeyboardEvent) => {
    const to = movedByArrow(event, typeof point === "function" ? point() : point);
    if (to) move(to);
  },
  onKeyUp: (event: KeyboardEvent) => {
    if (isArrow(event)) done();
  },
});
