/** The player's own bars on the map: a star each. */

import type { MaterialFile } from "../rules/project";
import type { Point } from "../rules/protocol";
import { type CanvasSize, penFor } from "./canvas";
import type { Pixel, Projection } from "./view";

export interface Star {
  readonly point: Point;
  readonly here: boolean; // it plays
}

const RADIUS = 8; // CSS pixels
const HERE_RADIUS = 11;
const INNER = 0.42; // of the radius
const CORNERS = 10;

export function drawStars(canvas: HTMLCanvasElement, stars: readonly Star[], look: CanvasSize & { readonly projection: Projection; readonly ink: string; readonly accent: string }): void {
  const pen = penFor(canvas, look);
  if (!pen) return;
  const { width, height } = look;
  for (const { point, here } of stars) {
    const [left, top] = look.projection.toPixel(point);
    if (left < -HERE_RADIUS || top < -HERE_RADIUS || left > width + HERE_RADIUS || top > height + HERE_RADIUS) continue;
    pen.beginPath();
    for (let corner = 0; corner < CORNERS; corner++) {
      const radius = (here ? HERE_RADIUS : RADIUS) * (corner % 2 === 0 ? 1 : INNER);
      const angle = (corner / CORNERS) * 2 * Math.PI;
      pen.lineTo(left + radius * Math.sin(angle), top - radius * Math.cos(angle));
    }
    pen.closePath();
    pen.fillStyle = here ? look.accent : look.ink;
    pen.fill();
  }
}

/** The star nearest to a pixel, within so many pixels: file and bar. */
export function nearestStar(files: readonly MaterialFile[], projection: Projection, [left, top]: Pixel, reach: number): readonly [file: number, bar: number] | null {
  let found: readonly [number, number] | null = null;
  let nearest = reach;
  files.forEach(({ bars }, file) =>
    bars.forEach(({ point }, bar) => {
      const [x, y] = projection.toPixel(point);
      const distance = Math.hypot(x - left, y - top);
      if (distance < nearest) [found, nearest] = [[file, bar], distance];
    }),
  );
  return found;
}
