/** Points of a map: both coordinates lie in [-3, 3], and a canvas shows them as shares of its side. */

import type { Point } from "./protocol";
import { clamp } from "./units";

export const MAP_EDGE = 3; // the map shows [-3, 3] on both axes

export const onMap = ([x, y]: Point): Point => [clamp(x, -MAP_EDGE, MAP_EDGE), clamp(y, -MAP_EDGE, MAP_EDGE)];

const COARSEST = 1 / 16;

/** How far apart the points of a lattice lie that is about as fine as this: a power of two, so that its points are exact. */
export const latticeSpacing = (about: number): number => Math.min(COARSEST, 2 ** Math.round(Math.log2(about)));

/** The nearest point of the map on a lattice. */
export function onLattice(point: Point, spacing: number): Point {
  const [x, y] = onMap(point);
  return [Math.round(x / spacing) * spacing, Math.round(y / spacing) * spacing];
}

/** A map coordinate as a share of the map's side, 0 to 1. */
export const toShare = (coordinate: number): number => (coordinate + MAP_EDGE) / (2 * MAP_EDGE);
export const fromShare = (share: number): number => share * 2 * MAP_EDGE - MAP_EDGE;
