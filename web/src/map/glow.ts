/** The density of the bars as a glow: a picture of the whole map, made once, which the window shows a part of. */

import type { CorpusMap } from "../rules/protocol";
import { channelsOf } from "./canvas";

export const GLOW_EDGE = 3.6; // map units: the picture shows [-GLOW_EDGE, GLOW_EDGE] on both axes
const CELLS = 512; // on each side
const FINE = 3; // cells: the half width of the running mean that shows single clusters
const BROAD = 14; // and of the one that joins them
const RAMP = {
  dark: ["#0a0d14", "#14294a", "#2a5a86", "#6fb4d8", "#c4eafa"],
  light: ["#f6f4ef", "#d9dfe6", "#a9bccd", "#6b8ba6", "#335b7d"],
};

/** How many bars lie in each cell, row after row from the top; bars beyond the picture are left out. */
export function countBars({ x, y }: Pick<CorpusMap, "x" | "y">, cells = CELLS): Float32Array {
  const field = new Float32Array(cells * cells);
  x.forEach((each, bar) => {
    const column = Math.floor(((each + GLOW_EDGE) / (2 * GLOW_EDGE)) * cells);
    const row = Math.floor(((GLOW_EDGE - y[bar]!) / (2 * GLOW_EDGE)) * cells);
    if (column >= 0 && column < cells && row >= 0 && row < cells) field[row * cells + column]! += 1;
  });
  return field;
}

/** A square field blurred by a running mean over 2 * reach + 1 cells along rows, then columns; three rounds come close to a Gaussian. */
export function blurred(field: Float32Array, reach: number): Float32Array {
  const side = Math.sqrt(field.length);
  const found = Float32Array.from(field);
  const line = new Float32Array(side);
  for (let round = 0; round < 3; round++)
    for (const [along, across] of [
      [1, side],
      [side, 1],
    ] as const)
      for (let row = 0; row < side; row++) {
        const start = row * across;
        let sum = 0; // nothing lies beyond the edges
        for (let n = 0; n < reach; n++) sum += found[start + n * along]!;
        for (let n = 0; n < side; n++) {
          if (n + reach < side) sum += found[start + (n + reach) * along]!;
          if (n - reach - 1 >= 0) sum -= found[start + (n - reach - 1) * along]!;
          line[n] = sum / (2 * reach + 1);
        }
        for (let n = 0; n < side; n++) found[start + n * along] = line[n]!;
      }
  return found;
}

/** From 0 to 1: the square root of the density, fine clusters over broad regions. */
export function brightness(counts: Float32Array): Float32Array {
  const root = (field: Float32Array) => {
    const most = field.reduce((high, each) => Math.max(high, each), 1e-9);
    return field.map((each) => Math.sqrt(Math.max(0, each) / most));
  };
  const [fine, broad] = [root(blurred(counts, FINE)), root(blurred(counts, BROAD))];
  return fine.map((each, cell) => Math.min(1, 0.78 * each + 0.3 * broad[cell]!));
}

/** A colour of the ramp as channels; 0 is its first, 1 its last. */
function rampAt(ramp: readonly (readonly number[])[], share: number): readonly number[] {
  const place = Math.min(share, 0.9999) * (ramp.length - 1);
  const [low, high] = [ramp[Math.floor(place)]!, ramp[Math.floor(place) + 1]!];
  return low.map((channel, n) => channel + (high[n]! - channel) * (place - Math.floor(place)));
}

export function drawGlow(canvas: HTMLCanvasElement, corpus: CorpusMap, dark: boolean): void {
  canvas.width = canvas.height = CELLS;
  const pen = canvas.getContext("2d");
  if (!pen) return;
  const ramp = RAMP[dark ? "dark" : "light"].map(channelsOf);
  const picture = new ImageData(CELLS, CELLS);
  brightness(countBars(corpus)).forEach((each, cell) => picture.data.set([...rampAt(ramp, each), 255 * Math.min(1, each * 6)], cell * 4));
  pen.putImageData(picture, 0, 0);
}
