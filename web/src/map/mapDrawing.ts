/** The corpus drawn on a canvas: a glow where bars are dense, in the colours of their styles, and a marker for each bar. */

import { toShare } from "../rules/mapPoint";
import type { CorpusMap } from "../rules/protocol";
import { clamp } from "../rules/units";
import { type CanvasSize, channelsOf, penFor } from "./canvas";
import { lookOf, markerPath, ranks, type StyleLook } from "./markers";

export interface MapPicture extends CanvasSize {
  readonly dark: boolean;
  readonly highlighted: ReadonlySet<number>; // styles; empty: all
}

const FIELD = 96; // cells of the glow on each side
const BLUR_CELLS = 3;
const SMALLEST_PX = 1.3;
const LARGEST_PX = 2.1;
const GLOW = { dark: 0.46, light: 0.4 };

export function drawMap(canvas: HTMLCanvasElement, corpus: CorpusMap, picture: MapPicture): void {
  const pen = penFor(canvas, picture);
  if (!pen) return;
  drawGlow(pen, corpus, picture);
  drawPoints(pen, corpus, picture);
}

/** Blurs a square field in place, by a running mean along rows, then columns; three rounds come close to a Gaussian. */
function blur(field: Float32Array): void {
  const line = new Float32Array(FIELD);
  for (let round = 0; round < 3; round++)
    for (const [along, across] of [
      [1, FIELD],
      [FIELD, 1],
    ] as const)
      for (let row = 0; row < FIELD; row++) {
        for (let n = 0; n < FIELD; n++) {
          let sum = 0;
          for (let d = -BLUR_CELLS; d <= BLUR_CELLS; d++) sum += field[row * across + Math.min(FIELD - 1, Math.max(0, n + d)) * along]!;
          line[n] = sum / (2 * BLUR_CELLS + 1);
        }
        for (let n = 0; n < FIELD; n++) field[row * across + n * along] = line[n]!;
      }
}

function drawGlow(pen: CanvasRenderingContext2D, corpus: CorpusMap, { dark, highlighted }: MapPicture): void {
  const rank = ranks(corpus.style, corpus.styles.length);
  const [count, ...tints] = [0, 1, 2, 3].map(() => new Float32Array(FIELD * FIELD)) as [Float32Array, Float32Array, Float32Array, Float32Array];
  corpus.x.forEach((x, bar) => {
    const style = corpus.style[bar]!;
    if (highlighted.size > 0 && !highlighted.has(style)) return;
    const column = Math.floor(toShare(x) * FIELD);
    const row = Math.floor((1 - toShare(corpus.y[bar]!)) * FIELD);
    if (column < 0 || column >= FIELD || row < 0 || row >= FIELD) return;
    const cell = row * FIELD + column;
    const tint = channelsOf(lookOf(rank[style] ?? -1, dark).colour);
    count[cell]! += 1;
    tints.forEach((field, channel) => (field[cell]! += tint[channel]!));
  });
  for (const field of [count, ...tints]) blur(field);
  const most = count.reduce((high, value) => Math.max(high, value), 1e-9);
  const glow = new ImageData(FIELD, FIELD);
  count.forEach((value, cell) => {
    tints.forEach((field, channel) => (glow.data[cell * 4 + channel] = value > 0 ? field[cell]! / value : 0));
    glow.data[cell * 4 + 3] = 255 * (dark ? GLOW.dark : GLOW.light) * Math.sqrt(value / most);
  });
  const small = document.createElement("canvas");
  small.width = small.height = FIELD;
  small.getContext("2d")?.putImageData(glow, 0, 0);
  pen.imageSmoothingQuality = "high";
  pen.drawImage(small, 0, 0, pen.canvas.width, pen.canvas.height);
}

/** Half the width of a marker, CSS pixels: as large as so many markers on the map allow, so that shapes can be distinguished. */
const markerRadius = (width: number, height: number, markers: number): number =>
  clamp(0.37 * Math.sqrt((width * height) / Math.max(1, markers)), SMALLEST_PX, LARGEST_PX);

function stamp(style: StyleLook, radius: number): HTMLCanvasElement {
  const sprite = document.createElement("canvas");
  sprite.width = sprite.height = Math.ceil(radius * 4);
  const ink = sprite.getContext("2d");
  if (!ink) return sprite;
  ink.translate(sprite.width / 2, sprite.width / 2);
  ink.fillStyle = style.colour;
  ink.fill(new Path2D(markerPath(style.marker, radius)));
  return sprite;
}

/** The rarest styles last, so that the frequent ones do not cover them; what is not highlighted is drawn faintly beneath. */
function drawPoints(pen: CanvasRenderingContext2D, corpus: CorpusMap, { width, height, scale, dark, highlighted }: MapPicture): void {
  const rank = ranks(corpus.style, corpus.styles.length);
  const bars = new Map<number, number[]>();
  corpus.style.forEach((style, bar) => bars.get(style)?.push(bar) ?? bars.set(style, [bar]));
  const isHighlighted = (style: number) => highlighted.size === 0 || highlighted.has(style);
  const place = (style: number) => (isHighlighted(style) ? 1000 : 0) + (rank[style] ?? -1);
  const all = corpus.style.length;
  const standing = corpus.style.filter(isHighlighted).length;
  for (const [style, members] of [...bars].sort(([one], [other]) => place(one) - place(other))) {
    const radius = markerRadius(width, height, isHighlighted(style) ? standing : all) * scale;
    const sprite = stamp(lookOf(rank[style] ?? -1, dark), radius);
    pen.globalAlpha = !isHighlighted(style) ? 0.08 : highlighted.size > 0 ? 0.82 : all > 8000 ? 0.64 : 0.78;
    for (const bar of members) {
      const left = toShare(corpus.x[bar]!) * width * scale - sprite.width / 2;
      const top = (1 - toShare(corpus.y[bar]!)) * height * scale - sprite.width / 2;
      pen.drawImage(sprite, left, top);
    }
  }
  pen.globalAlpha = 1;
}
