/** Which part of the rhythm map the window shows, and where its points lie on the screen. */

import { MAP_EDGE } from "../rules/mapPoint";
import type { Point } from "../rules/protocol";
import { clamp } from "../rules/units";

export interface View {
  readonly centre: Point; // the point of the map in the middle of the window
  readonly zoom: number; // 1: the whole width of the map
}

/** CSS pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** CSS pixels from the window's left and top. */
export type Pixel = readonly [left: number, top: number];

export const HOME: View = { centre: [0, 0], zoom: 1 };
export const MIN_ZOOM = 0.5;
export const MAX_ZOOM = 32;

/** A view in a window of this size. One map unit is as long upwards as sideways. */
export class Projection {
  readonly scale: number; // pixels a map unit

  constructor(
    readonly view: View,
    readonly size: Size,
  ) {
    this.scale = (view.zoom * Math.max(size.width, size.height, 1)) / (2 * MAP_EDGE);
  }

  toPixel([x, y]: Point): Pixel {
    const { view, size, scale } = this;
    return [size.width / 2 + (x - view.centre[0]) * scale, size.height / 2 - (y - view.centre[1]) * scale];
  }

  toPoint([left, top]: Pixel): Point {
    const { view, size, scale } = this;
    return [view.centre[0] + (left - size.width / 2) / scale, view.centre[1] - (top - size.height / 2) / scale];
  }

  /** Left, bottom, right and top of what is seen, in map units. */
  get bounds(): readonly [number, number, number, number] {
    const [left, top] = this.toPoint([0, 0]);
    const [right, bottom] = this.toPoint([this.size.width, this.size.height]);
    return [left, bottom, right, top];
  }

  /** Zoomed by a factor; what lies under the pixel stays there. */
  zoomedAt(pixel: Pixel, factor: number): View {
    const zoom = clamp(this.view.zoom * factor, MIN_ZOOM, MAX_ZOOM);
    const [x, y] = this.toPoint(pixel);
    const share = this.view.zoom / zoom;
    const [cx, cy] = this.view.centre;
    return within({ centre: [x + (cx - x) * share, y + (cy - y) * share], zoom });
  }

  /** Moved with the hand, by so many pixels. */
  pannedBy(right: number, down: number): View {
    const [x, y] = this.view.centre;
    return within({ ...this.view, centre: [x - right / this.scale, y + down / this.scale] });
  }

  /** The view itself if the point is seen in it, else one moved as little as brings the point so far inside. */
  showing(point: Point, marginPx = 24, insidePx = 96): View {
    const { view, size, scale } = this;
    const [left, top] = this.toPixel(point);
    const seen = left >= marginPx && top >= marginPx && left <= size.width - marginPx && top <= size.height - marginPx;
    if (seen || size.width === 0) return view;
    const beyond = (at: number, length: number) => at - clamp(at, Math.min(insidePx, length / 2), Math.max(length - insidePx, length / 2));
    const [x, y] = view.centre;
    return within({ ...view, centre: [x + beyond(left, size.width) / scale, y - beyond(top, size.height) / scale] });
  }
}

const within = ({ centre: [x, y], zoom }: View): View => ({ centre: [clamp(x, -MAP_EDGE, MAP_EDGE), clamp(y, -MAP_EDGE, MAP_EDGE)], zoom });
