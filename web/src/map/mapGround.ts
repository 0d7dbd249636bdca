/** The background of the map: the region of a style, and hatching where no training data is near. */

import type { MapGround } from "../rules/protocol";
import { clamp } from "../rules/units";
import { type CanvasSize, channelsOf, penFor } from "./canvas";
import type { Projection } from "./view";

/** One line of a contour, in lattice units: [0, size - 1] on both axes. */
export type Line = readonly [x0: number, y0: number, x1: number, y1: number];

/** The level above which lies this share of all that is in the field. */
export function levelOf(field: readonly number[], share: number): number {
  const falling = [...field].sort((one, other) => other - one);
  let left = share * falling.reduce((sum, value) => sum + value, 0);
  for (const value of falling) if ((left -= value) <= 0) return value;
  return 0;
}

/** Where a field of size * size crosses a level, by marching squares: lines in no order. */
export function contour(field: readonly number[], size: number, level: number): Line[] {
  const lines: Line[] = [];
  const crossing = (from: number, to: number): number => (level - from) / (to - from);
  for (let row = 0; row < size - 1; row++)
    for (let column = 0; column < size - 1; column++) {
      const at = row * size + column;
      const [a, b, c, d] = [field[at]!, field[at + 1]!, field[at + size + 1]!, field[at + size]!]; // round the square
      const crossed: (readonly [number, number])[] = [];
      if (a >= level !== b >= level) crossed.push([column + crossing(a, b), row]);
      if (b >= level !== c >= level) crossed.push([column + 1, row + crossing(b, c)]);
      if (c >= level !== d >= level) crossed.push([column + 1 - crossing(c, d), row + 1]);
      if (d >= level !== a >= level) crossed.push([column, row + 1 - crossing(d, a)]);
      for (let n = 0; n + 1 < crossed.length; n += 2) lines.push([...crossed[n]!, ...crossed[n + 1]!]); // a saddle has two
    }
  return lines;
}

/** A style's density on the map, and its colour. */
export interface Region {
  readonly field: readonly number[];
  readonly colour: string; // #rrggbb
}

export interface GroundPicture extends CanvasSize {
  readonly dark: boolean;
  readonly regions: readonly Region[];
  readonly hatched: boolean; // over what is far from the data
  readonly projection: Projection;
}

const WITHIN_LINE = 0.5; // of a style's bars
const TINT = { dark: 0.42, light: 0.36 }; // of one region, where it is densest
const FAR = { begins: 0.4, whole: 0.85 }; // distance at which the hatching begins, and is full
const HATCHING = { dark: "#969da9", light: "#5d626c", alpha: { dark: 0.34, light: 0.3 }, everyPx: 8 };

/** 0 at one end, 1 at the other, smooth at both. */
export function smoothstep(value: number, from: number, to: number): number {
  const t = clamp((value - from) / (to - from), 0, 1);
  return t * t * (3 - 2 * t);
}

/** Opacity of the hatching at a distance from the data, 0 to 1. */
export const hatchingOver = (distance: number): number => smoothstep(distance, FAR.begins, FAR.whole);

export const hasFarAreas = ({ distance }: MapGround): boolean => distance.some((each) => hatchingOver(each) > 0.5);

export function drawGround(canvas: HTMLCanvasElement, ground: MapGround, picture: GroundPicture): void {
  const pen = penFor(canvas, picture);
  if (!pen) return;
  if (picture.hatched) drawHatching(pen, ground, picture);
  for (const region of picture.regions) drawRegion(pen, ground, region, picture);
}

/** Where the lattice lies on the canvas, in its pixels: the first point, and the distance between two. */
function lattice({ size, span }: MapGround, { projection, scale }: GroundPicture) {
  const [left, bottom] = projection.toPixel([-span, -span]).map((each) => each * scale) as [number, number];
  return { left, bottom, apart: (2 * span * projection.scale * scale) / (size - 1) };
}

/** A field as one colour, the more opaque the more there is: a pixel a point of the lattice, smooth between them. */
function drawField(pen: CanvasRenderingContext2D, ground: MapGround, picture: GroundPicture, colour: string, opacity: (at: number) => number): void {
  const { size } = ground;
  const small = document.createElement("canvas");
  small.width = small.height = size;
  const pixels = new ImageData(size, size);
  const tint = channelsOf(colour);
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++) {
      const pixel = ((size - 1 - row) * size + column) * 4; // a picture begins at its top
      pixels.data.set([...tint, 255 * opacity(row * size + column)], pixel);
    }
  small.getContext("2d")?.putImageData(pixels, 0, 0);
  const { left, bottom, apart } = lattice(ground, picture);
  pen.imageSmoothingQuality = "high";
  pen.drawImage(small, left - apart / 2, bottom + apart / 2 - size * apart, size * apart, size * apart);
}

/** Hatching where the nearest training bars are far. */
function drawHatching(pen: CanvasRenderingContext2D, ground: MapGround, picture: GroundPicture): void {
  const { width, height } = pen.canvas;
  const { scale, dark } = picture;
  drawField(pen, ground, picture, "#000000", (at) => hatchingOver(ground.distance[at]!));
  const hatching = document.createElement("canvas");
  [hatching.width, hatching.height] = [width, height];
  const ink = hatching.getContext("2d");
  if (!ink) return;
  ink.strokeStyle = dark ? HATCHING.dark : HATCHING.light;
  ink.globalAlpha = dark ? HATCHING.alpha.dark : HATCHING.alpha.light;
  ink.lineWidth = scale;
  for (let from = -height; from < width; from += HATCHING.everyPx * scale) {
    ink.moveTo(from, height);
    ink.lineTo(from + height, 0);
  }
  ink.stroke();
  pen.globalCompositeOperation = "source-in";
  pen.drawImage(hatching, 0, 0);
  pen.globalCompositeOperation = "source-over";
}

/** A soft tint, and the line within which half of the style's bars lie. */
function drawRegion(pen: CanvasRenderingContext2D, ground: MapGround, { field, colour }: Region, picture: GroundPicture): void {
  const { scale, dark, regions } = picture;
  const tint = (dark ? TINT.dark : TINT.light) / Math.sqrt(regions.length);
  drawField(pen, ground, picture, colour, (at) => tint * smoothstep(field[at]!, 0, 1));
  const { left, bottom, apart } = lattice(ground, picture);
  pen.strokeStyle = colour;
  pen.lineWidth = 1.5 * scale;
  pen.lineCap = "round";
  pen.beginPath();
  for (const [x0, y0, x1, y1] of contour(field, ground.size, levelOf(field, WITHIN_LINE))) {
    pen.moveTo(left + x0 * apart, bottom - y0 * apart);
    pen.lineTo(left + x1 * apart, bottom - y1 * apart);
  }
  pen.stroke();
}
