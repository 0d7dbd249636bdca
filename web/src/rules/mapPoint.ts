/** Points of a map: both coordinates lie in [-3, 3], and a canvas shows them as shares of its side. */

import type { Point } from "./protocol";
import { clamp } from "./units";

export const MAP_EDGE = 3; // the map shows [-3, 3] on both axes

export const onMap = ([x, y]: Point): Point => [clamp(x, -MAP_EDGE, MAP_EDGE), clamp(y, -MAP_EDGE, MAP_EDGE)];

/** A map coordinate as a share of the map's side, 0 to 1. */
export const toShare = (coordinate: number): number => (coordinate + MAP_EDGE) / (2 * MAP_EDGE);
export const fromShare = (share: number): number => share * 2 * MAP_EDGE - MAP_EDGE;
