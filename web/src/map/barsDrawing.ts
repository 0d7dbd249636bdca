/** Single bars as markers, each in the look of its style: those in the window, thinned out where there are too many to tell apart. */

import type { CorpusMap } from "../rules/protocol";
import { type CanvasSize, penFor } from "./canvas";
import { lookOf, markerPath, ranks, type StyleLook } from "./markers";
import type { Projection } from "./view";

export interface BarsPicture extends CanvasSize {
  readonly dark: boolean;
  readonly highlighted: ReadonlySet<number>; // styles; empty: all
  readonly projection: Projection;
}

const MOST_DRAWN = 4000; // drawn at once in some milliseconds
const SMALLEST_PX = 1;
const LARGEST_PX = 4;
const SHAPES_FROM_PX = 1.8; // half a width from which shapes can be told apart

/** These bars, or evenly chosen ones of them; the same ones wherever the window is. */
export function thinned(bars: readonly number[], most = MOST_DRAWN): readonly number[] {
  if (bars.length <= most) return bars;
  const every = Math.ceil(bars.length / most);
  return bars.filter((bar) => bar % every === 0);
}

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

/** Draws the bars with these indices. */
export function drawBars(canvas: HTMLCanvasElement, corpus: CorpusMap, bars: readonly number[], picture: BarsPicture): void {
  const pen = penFor(canvas, picture);
  if (!pen) return;
  const { dark, highlighted, projection, scale } = picture;
  const rank = ranks(corpus.style, corpus.styles.length);
  const radius = Math.min(LARGEST_PX, Math.max(SMALLEST_PX, 14 / Math.sqrt(Math.max(20, bars.length / 10)))) * scale;
  const byStyle = new Map<number, number[]>();
  for (const bar of thinned(bars)) {
    const style = corpus.style[bar]!;
    const members = byStyle.get(style) ?? [];
    members.push(bar);
    byStyle.set(style, members);
  }
  for (const [style, members] of byStyle) {
    const look = lookOf(rank[style] ?? -1, dark);
    const sprite = radius > SHAPES_FROM_PX * scale ? stamp(look, radius) : null;
    pen.fillStyle = look.colour;
    pen.globalAlpha = highlighted.size === 0 || highlighted.has(style) ? 0.85 : 0.08;
    for (const bar of members) {
      const [left, top] = projection.toPixel([corpus.x[bar]!, corpus.y[bar]!]);
      if (sprite) pen.drawImage(sprite, left * scale - sprite.width / 2, top * scale - sprite.width / 2);
      else pen.fillRect(left * scale - radius, top * scale - radius, 2 * radius, 2 * radius);
    }
  }
  pen.globalAlpha = 1;
}
