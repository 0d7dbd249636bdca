/** Where a path over the map is in each bar: the twin of `clave/play/travel.py`. */

import { asHeard } from "./bars";
import type { Generated, GenerationSettings, Path, Scene } from "./project";
import type { Point } from "./protocol";
import { type Quantum, stepsPerBeat } from "./sequencer";
import { type Meter, STEPS_PER_SIXTEENTH, stepsPerBar } from "./units";

export const CURVE_PIECES = 16; // straight pieces of each part of a smooth curve
const [LEAST_LEG_BARS, DRAWN_LEG_BARS] = [2, 4]; // from one station of a path to the next
const SMOOTHING_PASSES = 16; // of a moving average, where a path is smoothed entirely

/** The corners of the scene's path, smoothed and curved as it asks; none without a path. */
export function vertices(scene: Scene): Point[] {
  const points = smoothed(scene);
  return scene.path?.curve === "smooth" ? spline(points) : points;
}

/** The points that it goes through, smoothed as it asks. */
export function smoothed({ path, anchors }: Scene): Point[] {
  if (path === null) return [];
  let points: Point[] = path.points.length > 0 ? [...path.points] : anchors.map(({ point }) => point);
  for (let pass = Math.floor(path.smoothing * SMOOTHING_PASSES + 0.5); pass > 0; pass--) {
    const before = points;
    points = before.map((b, place): Point => {
      const [a, c] = [before[place - 1], before[place + 1]];
      return a && c ? [(a[0] + 2 * b[0] + c[0]) / 4, (a[1] + 2 * b[1] + c[1]) / 4] : b;
    });
  }
  return points;
}

/** A uniform Catmull-Rom spline through the points, as straight pieces. */
function spline(points: readonly Point[]): Point[] {
  const found = [points[0]!];
  for (let part = 0; part < points.length - 1; part++) {
    const [a, b] = [points[Math.max(part - 1, 0)]!, points[part]!];
    const [c, d] = [points[part + 1]!, points[Math.min(part + 2, points.length - 1)]!];
    for (let piece = 1; piece <= CURVE_PIECES; piece++) {
      const t = piece / CURVE_PIECES;
      found.push([catmullRom(a[0], b[0], c[0], d[0], t), catmullRom(a[1], b[1], c[1], d[1], t)]);
    }
  }
  return found;
}

const catmullRom = (a: number, b: number, c: number, d: number, t: number): number =>
  0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t * t * t);

/** The length of the way to each corner. */
function lengthsTo(corners: readonly Point[]): number[] {
  const lengths = [0];
  for (let part = 1; part < corners.length; part++) {
    const [a, b] = [corners[part - 1]!, corners[part]!];
    lengths.push(lengths.at(-1)! + Math.sqrt((b[0] - a[0]) * (b[0] - a[0]) + (b[1] - a[1]) * (b[1] - a[1])));
  }
  return lengths;
}

/** The point so far along the corners' length: 0 is the first, 1 the last. */
export function pointAt(corners: readonly Point[], share: number): Point {
  const lengths = lengthsTo(corners);
  let [a, b, t] = [corners[0]!, corners.at(-1)!, share];
  const length = lengths.at(-1)!;
  if (corners.length !== 2 && length !== 0) {
    const wanted = share * length;
    let part = 1;
    while (part < corners.length - 1 && lengths[part]! < wanted) part++;
    const size = lengths[part]! - lengths[part - 1]!;
    [a, b] = [corners[part - 1]!, corners[part]!];
    t = size > 0 ? (wanted - lengths[part - 1]!) / size : 0;
  }
  return [(1 - t) * a[0] + t * b[0], (1 - t) * a[1] + t * b[1]];
}

/** A path as it is travelled: its corners, and the places that bars on the way lie between: share of the length, and the point. */
export interface Course {
  readonly corners: readonly Point[];
  readonly stations: readonly (readonly [number, Point])[]; // none: each bar is the map's
}

/**
 * The course of the scene's path. Its points are stations as long as there are two bars or more from one to the next;
 * of a path with more points, such as one drawn by hand, stations are evenly spaced along its length, four bars apart.
 */
export function courseOf(scene: Scene): Course {
  const corners = vertices(scene);
  const { path } = scene;
  if (path === null || path.between === "map") return { corners, stations: [] };
  const pieces = path.curve === "smooth" ? CURVE_PIECES : 1;
  const steps = path.bars - 1;
  const parts = Math.floor((corners.length - 1) / pieces);
  if (parts > 1 && parts * LEAST_LEG_BARS > steps) {
    const even = Math.max(1, Math.floor(steps / DRAWN_LEG_BARS));
    return { corners, stations: Array.from({ length: even + 1 }, (_, part) => [part / even, pointAt(corners, part / even)]) };
  }
  const lengths = lengthsTo(corners);
  return { corners, stations: Array.from({ length: parts + 1 }, (_, part) => [lengths[part * pieces]! / (lengths.at(-1)! || 1), corners[part * pieces]!]) };
}

/** The bar so far along a path's length; with variation, all stations hear the first one. */
export function barOnCourse({ corners, stations }: Course, share: number, settings: GenerationSettings): Generated {
  const own = { kind: "generated", point: pointAt(corners, share), settings, phrase: null, leg: null, hears: null } as const;
  if (stations.length === 0) return own;
  const after = stations.findIndex(([to], place) => place > 0 && (share <= to || place === stations.length - 1));
  const [[from, start], [to, end]] = [stations[after - 1]!, stations[after]!];
  const hears = settings.variation > 0 ? asHeard({ ...own, point: stations[0]![1] }) : null;
  return { ...own, leg: { start, end, share: to - from > 0 ? (share - from) / (to - from) : 0 }, hears };
}

/** How far along the path it is, so many bars (any fraction) after its start: 0 is one end, 1 the other. */
export function shareAt(path: Path, bars: number): number {
  const { stops } = path;
  const last = path.bars - 1;
  const known = stops && stops.length > 0 ? stops : null; // an empty list is still to be found
  if (last === 0) return known?.[0] ?? 0;
  const bar = barBetweenEnds(path, bars);
  if (!known) return bar / last;
  const before = Math.min(Math.floor(bar), last - 1);
  return known[before]! + (known[before + 1]! - known[before]!) * (bar - before);
}

/** The same in bars from one end: 0 to `path.bars` - 1. */
function barBetweenEnds({ bars: length, way }: Path, bars: number): number {
  const last = length - 1;
  if (way === "once") return Math.min(bars, last);
  if (way === "loop") return Math.min(bars - length * Math.floor(bars / length), last);
  const thereAndBack = bars - 2 * last * Math.floor(bars / (2 * last));
  return last - Math.abs(last - thereAndBack);
}

/** How many bars a round has: there, and back as well for ping-pong. */
export const roundBars = ({ way, bars }: Path): number => (way === "ping-pong" ? Math.max(1, 2 * bars - 2) : bars);

/** Which bar of the round is played in this bar of the scene; once it has arrived, a path stays at its last. */
export const barOfRound = (path: Path, bar: number): number => (path.way === "once" ? Math.min(bar, path.bars - 1) : bar % roundBars(path));

/** The steps of a bar at which the place on the path is looked at. */
export const looks = ({ quantum }: Path, meter: Meter): number[] => looksEach(quantum, meter);

/** The steps of a bar at which something is looked at this often: step is a 16th here. */
export function looksEach(quantum: Quantum, meter: Meter): number[] {
  if (quantum === "bar") return [0];
  const size = quantum === "step" ? STEPS_PER_SIXTEENTH : Math.max(1, Math.trunc(stepsPerBeat(meter)));
  return Array.from({ length: Math.ceil(stepsPerBar(meter) / size) }, (_, place) => place * size);
}
