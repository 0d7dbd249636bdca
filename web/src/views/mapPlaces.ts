/** Where points of the map stand in the window. */

import type { Point } from "../rules/protocol";
import { usePage } from "./page";

/** Style that puts an element at a point of the map. */
export function usePlaces(): (point: Point) => { left: string; top: string } {
  const { store } = usePage();
  const projection = store.projection.value;
  return (point) => {
    const [left, top] = projection.toPixel(point);
    return { left: `${left.toFixed(1)}px`, top: `${top.toFixed(1)}px` };
  };
}
