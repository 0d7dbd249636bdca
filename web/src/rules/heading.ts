/** Where a point that is dragged over the map may be next, so that the bars there can be decoded before it is. */

import { onLattice } from "./mapPoint";
import type { Point } from "./protocol";

const FRAME_MS = 1000 / 60; // between moves, or twice that when a frame was missed
const STOPPED_FRAMES = 6; // without a move: it begins anew
const SIDES: readonly Point[] = [[1, 0], [-1, 0], [0, 1], [0, -1]]; // prettier-ignore

export class Heading {
  private at: Point | null = null;
  private movedAt = 0; // ms
  private speed: Point | null = null; // map units a frame; null: not known yet

  /** The point was moved here. */
  moved(to: Point, now: number): void {
    if (String(to) === String(this.at)) return;
    const frames = Math.max(1, Math.round((now - this.movedAt) / FRAME_MS));
    this.speed = this.at && frames < STOPPED_FRAMES ? [(to[0] - this.at[0]) / frames, (to[1] - this.at[1]) / frames] : null;
    [this.at, this.movedAt] = [to, now];
  }

  /** Points of the lattice where it is likely in so many ms, and in the frames after that; the likeliest first. */
  next(spacing: number, ms = FRAME_MS): Point[] {
    const { at, speed } = this;
    if (!at || !speed) return [];
    const after = (frames: number, [x, y]: Point = [0, 0]): Point => onLattice([at[0] + frames * speed[0] + x * spacing, at[1] + frames * speed[1] + y * spacing], spacing);
    const then = Math.max(1, Math.round(ms / FRAME_MS));
    return [after(then), after(then + 1), ...SIDES.map((side) => after(then, side)), after(then + 2)];
  }
}
