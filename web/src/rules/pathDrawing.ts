/** Paths as a player makes them: drawn by hand and simplified, ready-made, and changed point by point. Each is an ordinary path of points. */

import { MAP_EDGE, onMap } from "./mapPoint";
import type { Path, Scene } from "./project";
import type { Point } from "./protocol";
import { CURVE_PIECES, pointAt, smoothed, vertices } from "./travel";
import { clamp } from "./units";

export const MAX_DRAWN_POINTS = 256; // of a line drawn by hand, simplified

const distance = ([ax, ay]: Point, [bx, by]: Point): number => Math.hypot(ax - bx, ay - by);

/** How far a point lies from the straight line between two others. */
function distanceFromLine(point: Point, from: Point, to: Point): number {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const square = dx * dx + dy * dy;
  if (square === 0) return distance(point, from);
  const t = Math.min(1, Math.max(0, ((point[0] - from[0]) * dx + (point[1] - from[1]) * dy) / square));
  return distance(point, [from[0] + t * dx, from[1] + t * dy]);
}

/**
 * The line with fewer points, none of those left out farther from it than the tolerance (map units): Ramer, Douglas and
 * Peucker's way. Where that leaves more than `MAX_DRAWN_POINTS`, the tolerance grows.
 */
export function simplified(line: readonly Point[], tolerance: number): Point[] {
  const kept = new Set([0, line.length - 1]);
  const open: (readonly [number, number])[] = [[0, line.length - 1]];
  for (let part = open.pop(); part; part = open.pop()) {
    const [first, last] = part;
    let [farthest, most] = [-1, tolerance];
    for (let place = first + 1; place < last; place++) {
      const away = distanceFromLine(line[place]!, line[first]!, line[last]!);
      if (away > most) [farthest, most] = [place, away];
    }
    if (farthest < 0) continue;
    kept.add(farthest);
    open.push([first, farthest], [farthest, last]);
  }
  const few = line.filter((_, place) => kept.has(place));
  return few.length > MAX_DRAWN_POINTS ? simplified(few, tolerance * 1.5) : few;
}

/** Does a line lead anywhere, farther than this (map units)? */
export const leadsSomewhere = (line: readonly Point[], farther: number): boolean => line.some((point) => distance(point, line[0]!) > farther);

/** A circle around a point in so many bars; the last one stands a step before the first, so that a loop goes round evenly. */
export function orbit(centre: Point, radius: number, bars: number): Point[] {
  const turn = 2 * Math.PI * (bars > 1 ? 1 - 1 / bars : 1);
  const points = Math.max(12, Math.min(64, bars));
  return Array.from({ length: points }, (_, place) => {
    const angle = (turn * place) / (points - 1);
    return onMap([centre[0] + radius * Math.sin(angle), centre[1] + radius * Math.cos(angle)]);
  });
}

const WANDER_STEP = 0.24; // map units
const WANDER_TURN = 1.1; // radians, either way, from one point to the next
const HOMESICK = 0.16; // map units to the nearest bars, from which on it turns back to them

/** Where the bars near a point are, and how far. */
export type NearestBars = (point: Point) => { readonly centre: Point; readonly distance: number };

/** A smooth random walk of so many points that stays where the bars are; `draw` gives numbers in [0, 1). */
export function wander(start: Point, points: number, near: NearestBars, draw: () => number): Point[] {
  const found = [onMap(start)];
  let heading = 2 * Math.PI * draw();
  while (found.length < points) {
    const here = found.at(-1)!;
    const { centre, distance: away } = near(here);
    heading += WANDER_TURN * (2 * draw() - 1);
    if (away > HOMESICK) {
      const home = Math.atan2(centre[1] - here[1], centre[0] - here[0]);
      const turn = Math.atan2(Math.sin(home - heading), Math.cos(home - heading));
      heading += turn * Math.min(1, away / HOMESICK - 0.5);
    }
    found.push(onMap([here[0] + WANDER_STEP * Math.cos(heading), here[1] + WANDER_STEP * Math.sin(heading)]));
  }
  return found;
}

// ---- changing a path

/** The points of the scene's path, those of its anchors too, smoothed as it says; none without a path. */
export function ownPoints(scene: Scene): Point[] {
  return scene.path === null ? [] : smoothed(scene);
}

/** The path through these points: what was smoothed before is part of them, edits by bar stay, and its stops are still to be found. */
export const through = (path: Path, points: readonly Point[]): Path => ({ ...path, points, smoothing: 0, stops: path.stops && [] });

/** Which of the points a place on the path is at, or the one after which it lies. */
export interface PlaceOnPath {
  readonly at: number | null; // index of the point
  readonly after: number;
}

/** Where the place at this share of its length lies among its points; nearer to a point than `reach` (map units), it is at that point. */
export function placeOnPath(scene: Scene, share: number, reach: number): PlaceOnPath {
  const corners = vertices(scene);
  const points = ownPoints(scene);
  const here = pointAt(corners, share);
  const at = points.findIndex((point) => distance(point, here) <= reach);
  const lengths = corners.slice(1).map((corner, part) => distance(corner, corners[part]!));
  let rest = share * lengths.reduce((sum, length) => sum + length, 0);
  let part = 0;
  while (part < lengths.length - 1 && rest > lengths[part]!) rest -= lengths[part++]!;
  const pieces = scene.path?.curve === "smooth" ? CURVE_PIECES : 1;
  return { at: at >= 0 ? at : null, after: Math.floor(part / pieces) };
}

export const withPoint = (points: readonly Point[], index: number, point: Point): Point[] => points.map((each, place) => (place === index ? onMap(point) : each));

export const withPointAfter = (points: readonly Point[], index: number, point: Point): Point[] => points.toSpliced(index + 1, 0, onMap(point));

/** Without a point; the last two stay. */
export const withoutPoint = (points: readonly Point[], index: number): Point[] => (points.length > 2 ? points.toSpliced(index, 1) : [...points]);

/** All points moved alike, as far as the map goes. */
export function movedBy(points: readonly Point[], by: Point): Point[] {
  const within = (coordinate: 0 | 1): number => {
    const all = points.map((point) => point[coordinate]);
    return clamp(by[coordinate], Math.min(0, -MAP_EDGE - Math.min(...all)), Math.max(0, MAP_EDGE - Math.max(...all)));
  };
  const [dx, dy] = [within(0), within(1)];
  return points.map(([x, y]): Point => [x + dx, y + dy]);
}

// ---- anchors

/** The point of a square whose corners are four anchors: A and B above, C and D below; u goes to the right, v down, both 0 to 1. */
export function blend([a, b, c, d]: readonly [Point, Point, Point, Point], [u, v]: Point): Point {
  const mixed = (coordinate: 0 | 1): number =>
    (1 - v) * ((1 - u) * a[coordinate] + u * b[coordinate]) + v * ((1 - u) * c[coordinate] + u * d[coordinate]);
  return [mixed(0), mixed(1)];
}
