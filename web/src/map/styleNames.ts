/** The names of styles on the map, like cities: the largest first, more as one zooms, none over another. */

import type { CorpusMap, MapGround, Point, SpaceInfo } from "../rules/protocol";
import type { Pixel, Projection } from "./view";

export interface StyleName {
  readonly name: string;
  readonly point: Point; // its home, or where its bars are densest
  readonly bars: number;
}

export interface PlacedName extends StyleName {
  readonly pixel: Pixel; // of its middle
  readonly size: number; // of its letters, CSS pixels
}

const AT_HOME = 10; // names
const AT_HOME_NARROW = 6;
const NARROW_PX = 560;
const MOVED = [0, -1.1, 1.1, -2.2, 2.2]; // lines
const SMALLEST_PX = 13;
const LARGEST_PX = 22;
const LETTER = 0.62; // width of a letter, of its size
const APART_PX = 10;
const LINE_HEIGHT = 1.3;

/** All styles with bars on the map, the one with the most bars first. */
export function styleNames(corpus: CorpusMap, ground: MapGround, homes: SpaceInfo["style_homes"] = []): StyleName[] {
  const bars = corpus.styles.map(() => 0);
  for (const style of corpus.style) if (style >= 0) bars[style]! += 1;
  return corpus.styles
    .flatMap((name, style): StyleName[] => {
      const field = ground.styles[name];
      return field && bars[style]! > 0 ? [{ name, point: homes.find((home) => home.style === name)?.point ?? densest(field, ground), bars: bars[style]! }] : [];
    })
    .sort((one, other) => other.bars - one.bars);
}

/** The point of the lattice with the highest value; its rows begin at the bottom. */
function densest(field: readonly number[], { size, span }: MapGround): Point {
  const at = field.reduce((best, value, place) => (value > field[best]! ? place : best), 0);
  const step = (2 * span) / (size - 1);
  return [-span + (at % size) * step, -span + Math.floor(at / size) * step];
}

/** Those that have room in the window, each at least so many pixels high; a name whose place is taken stands a little above or below it. */
export function placed(names: readonly StyleName[], projection: Projection, leastHeight = 0): PlacedName[] {
  const { width, height } = projection.size;
  const most = Math.round((width < NARROW_PX ? AT_HOME_NARROW : AT_HOME) * Math.max(1, projection.view.zoom) ** 1.5);
  const largest = names[0]?.bars ?? 1;
  const found: (PlacedName & { readonly half: Pixel })[] = [];
  const isFree = ([left, top]: Pixel, [w, h]: Pixel): boolean =>
    left > w && left < width - w && top > h && top < height - h && found.every(({ pixel, half }) => Math.abs(pixel[0] - left) > w + half[0] || Math.abs(pixel[1] - top) > h + half[1]);
  for (const each of names.slice(0, most)) {
    const [left, top] = projection.toPixel(each.point);
    const size = Math.round(SMALLEST_PX + (LARGEST_PX - SMALLEST_PX) * Math.sqrt(each.bars / largest));
    const half: Pixel = [(each.name.length * size * LETTER + APART_PX) / 2, Math.max(leastHeight, size * LINE_HEIGHT) / 2];
    const pixel = MOVED.map((lines): Pixel => [left, top + lines * 2 * half[1]]).find((place) => isFree(place, half));
    if (pixel) found.push({ ...each, pixel, size, half });
  }
  return found;
}
