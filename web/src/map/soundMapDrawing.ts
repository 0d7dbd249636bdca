/** The sounds of a voice drawn on a canvas: a dot each, in the colour of the voice, dark to pale by a descriptor. */

import { toShare } from "../rules/mapPoint";
import type { SoundDirection, SoundMap } from "../rules/protocol";
import { type Channels, channelsOf, penFor } from "./canvas";

export interface SoundPicture {
  readonly size: number; // CSS pixels, both sides
  readonly scale: number; // device pixels to a CSS pixel
  readonly dark: boolean;
  readonly colour: string; // of the voice, #rrggbb
  readonly by: SoundDirection;
  readonly most: number; // dots; of more sounds, evenly chosen ones are drawn
}

const mix = (one: Channels, other: Channels, share: number): Channels => one.map((value, n) => value + (other[n]! - value) * share) as unknown as Channels;

const SHADES = 12;
const MIDDLE = 0.5; // where the colour of the voice itself lies
const NIGHT: Channels = [16, 20, 30];
const PAPER: Channels = [255, 255, 255];
const INK: Channels = [30, 22, 30];

/** From 0, deep, over the colour of the voice to 1, pale; lightness alone carries the rank. */
export function shade(colour: string, rank: number, dark: boolean): string {
  const own = channelsOf(colour);
  const low = mix(own, dark ? NIGHT : INK, dark ? 0.62 : 0.6);
  const high = mix(own, PAPER, dark ? 0.72 : 0.45);
  const found = rank < MIDDLE ? mix(low, own, rank / MIDDLE) : mix(own, high, (rank - MIDDLE) / (1 - MIDDLE));
  return `rgb(${found.map(Math.round).join(" ")})`;
}

/** Every how many-th sound is drawn, so that there are at most so many. */
export const strideOf = (sounds: number, most: number): number => Math.max(1, Math.ceil(sounds / most));

export function drawSoundMap(canvas: HTMLCanvasElement, map: SoundMap, { size, scale, dark, colour, by, most }: SoundPicture): void {
  const pen = penFor(canvas, { width: size, height: size, scale });
  if (!pen) return;
  const ranks = map[by];
  const stride = strideOf(map.x.length, most);
  const shown = map.x.length / stride;
  const radius = Math.min(3.4, Math.max(0.9, (0.16 * size) / Math.sqrt(Math.max(1, shown)))) * scale;
  const dots = Array.from({ length: SHADES }, () => new Path2D());
  for (let index = 0; index < map.x.length; index += stride) {
    const [x, y] = [toShare(map.x[index]!) * size * scale, (1 - toShare(map.y[index]!)) * size * scale];
    const dot = dots[Math.min(SHADES - 1, Math.floor((ranks[index] ?? MIDDLE) * SHADES))]!;
    dot.moveTo(x + radius, y);
    dot.arc(x, y, radius, 0, 2 * Math.PI);
  }
  pen.globalAlpha = 0.82;
  dots.forEach((dot, n) => {
    pen.fillStyle = shade(colour, (n + 0.5) / SHADES, dark);
    pen.fill(dot);
  });
}
