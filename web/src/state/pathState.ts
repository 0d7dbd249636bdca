/** What the page holds of paths beside the project: what is being drawn, and what was found of even change. */

import { signal } from "@preact/signals";
import type { EvenReply, Point } from "../rules/protocol";

/** What a drag on the map does: plays, draws a path, or changes the points of the one that is there. */
export type MapMode = "play" | "draw" | "points";

/** Words at the place on the map that they are about. */
export interface SaidOnMap {
  readonly point: Point;
  readonly text: string;
}

export class PathState {
  readonly mode = signal<MapMode>("play");
  readonly drawn = signal<readonly Point[]>([]); // the line that is being drawn
  readonly said = signal<SaidOnMap | null>(null);
  readonly most = signal<number | null>(null); // strokes that may come or go from bar to bar at even change; null: no limit
  readonly found = signal<EvenReply | null>(null); // for the path as it is now; null: not asked, or still to come
  readonly morph = signal<Point | null>(null); // where one is between the anchors: to the right and down, each 0 to 1
}
