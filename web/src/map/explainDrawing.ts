/** How a bar and a sound go through a model, drawn: matrices of 8 voices, numbers as bars, points and ellipses, levels. */

import type { BarPattern, ComparedBar, CorpusMap, MapEllipse, Point } from "../rules/protocol";
import { VOICE_COUNT } from "../rules/protocol";
import { stepsPerBar } from "../rules/units";
import { type CanvasSize, type Channels, penFor } from "./canvas";

export interface Inks {
  readonly ink: string;
  readonly quiet: string;
  readonly line: string;
  readonly accent: string;
  readonly voices: readonly string[];
}

/** What of the strokes a matrix shows. */
export type MatrixPart = "hits" | "velocity" | "timing";

const LEAST_CELL_PX = 2;

const TIMES_WIDER = 3; // than it is: a few milliseconds are to be seen

/** The pen in CSS pixels, over a grid of 8 rows with a shade for every quarter note. */
function onGrid(canvas: HTMLCanvasElement, size: CanvasSize, steps: number, { line }: Inks) {
  const pen = penFor(canvas, size);
  if (!pen) return null;
  pen.setTransform(size.scale, 0, 0, size.scale, 0, 0);
  const [wide, high] = [size.width / steps, size.height / VOICE_COUNT];
  pen.fillStyle = line;
  pen.globalAlpha = 0.45;
  for (let step = 0; step < steps; step += 32) pen.fillRect(step * wide, 0, 16 * wide, size.height);
  pen.globalAlpha = 1;
  for (let row = 1; row < VOICE_COUNT; row++) pen.fillRect(0, row * high, size.width, 0.5);
  return { pen, wide, high };
}

/** One part of a bar as the encoder reads it. */
export function drawMatrix(canvas: HTMLCanvasElement, size: CanvasSize, { meter, strokes }: BarPattern, part: MatrixPart, inks: Inks): void {
  const grid = onGrid(canvas, size, stepsPerBar(meter), inks);
  if (!grid) return;
  const { pen, wide, high } = grid;
  for (const [voice, step, velocity, offset] of strokes) {
    const [left, top] = [step * wide, voice * high];
    pen.fillStyle = inks.voices[voice]!;
    pen.globalAlpha = part === "velocity" ? 0.15 + 0.85 * velocity : 1;
    if (part === "timing") {
      const middle = left + wide / 2;
      const away = offset * TIMES_WIDER * wide;
      pen.fillRect(Math.min(middle, middle + away), top + high * 0.4, Math.abs(away), high * 0.2);
      pen.fillRect(middle + away - 1, top + high * 0.15, 2, high * 0.7);
    } else pen.fillRect(left, top + 1, Math.max(LEAST_CELL_PX, wide), high - 2);
  }
  pen.globalAlpha = 1;
}

/** The probability of each cell as its brightness; over it, what is kept (a bar), gained (a plus) and lost (a cross). */
export function drawAnswer(canvas: HTMLCanvasElement, size: CanvasSize, steps: number, probability: readonly (readonly number[])[] | null, bar: ComparedBar, inks: Inks): void {
  const grid = onGrid(canvas, size, steps, inks);
  if (!grid) return;
  const { pen, wide, high } = grid;
  probability?.forEach((row, voice) => {
    pen.fillStyle = inks.voices[voice]!;
    row.forEach((share, step) => {
      if (share < 0.01) return;
      pen.globalAlpha = 0.75 * share;
      pen.fillRect(step * wide, voice * high + 1, Math.max(LEAST_CELL_PX, wide), high - 2);
    });
  });
  pen.globalAlpha = 1;
  const middle = ([voice, step]: readonly [number, number]): Point => [(step + 0.5) * wide, (voice + 0.5) * high];
  const arm = Math.min(4, high * 0.36);
  pen.fillStyle = inks.ink;
  for (const cell of bar.kept) {
    const [x, y] = middle(cell);
    pen.fillRect(x - 1, y - arm, 2, 2 * arm);
  }
  pen.lineWidth = 1.6;
  pen.strokeStyle = inks.accent;
  for (const cell of bar.gained) {
    const [x, y] = middle(cell);
    lines(pen, [[x - arm, y], [x + arm, y]], [[x, y - arm], [x, y + arm]]); // prettier-ignore
  }
  pen.strokeStyle = inks.ink;
  for (const cell of bar.lost) {
    const [x, y] = middle(cell);
    lines(pen, [[x - arm, y - arm], [x + arm, y + arm]], [[x - arm, y + arm], [x + arm, y - arm]]); // prettier-ignore
  }
}

function lines(pen: CanvasRenderingContext2D, ...ways: readonly (readonly [from: Point, to: Point])[]): void {
  pen.beginPath();
  for (const [from, to] of ways) {
    pen.moveTo(...from);
    pen.lineTo(...to);
  }
  pen.stroke();
}

/** Numbers as bars up and down from zero, in groups of their own ink. */
export function drawNumbers(canvas: HTMLCanvasElement, size: CanvasSize, groups: readonly (readonly [numbers: readonly number[], ink: string])[], line: string): void {
  const pen = penFor(canvas, size);
  if (!pen) return;
  pen.setTransform(size.scale, 0, 0, size.scale, 0, 0);
  const all = groups.flatMap(([numbers]) => numbers);
  const most = Math.max(1, ...all.map(Math.abs));
  const [wide, middle] = [size.width / Math.max(1, all.length), size.height / 2];
  pen.fillStyle = line;
  pen.fillRect(0, middle, size.width, 0.5);
  let left = 0;
  for (const [numbers, ink] of groups) {
    pen.fillStyle = ink;
    for (const number of numbers) {
      const high = (Math.abs(number) / most) * (middle - 1);
      pen.fillRect(left, number < 0 ? middle : middle - high, Math.max(0.75, wide * 0.8), Math.max(0.5, high));
      left += wide;
    }
  }
}

/** A square window on the map. */
export interface MapWindow {
  readonly centre: Point;
  readonly half: number; // half its side, map units
}

export interface MapPicture {
  readonly window: MapWindow;
  readonly corpus: Pick<CorpusMap, "x" | "y"> | null;
  readonly ellipse: MapEllipse | null;
  readonly guess: Point | null;
  readonly found: Point | null;
}

const DOT_PX = 0.9;

/** Where a point lies in the window, as shares of its side from the left and from the top. */
export const placeIn = ([x, y]: Point, { centre, half }: MapWindow): Point => [(x - centre[0] + half) / (2 * half), 1 - (y - centre[1] + half) / (2 * half)];

/** The bars that were learned from, the ellipses of one and two deviations, the guess as a cross, what was found as a dot. */
export function drawPlaces(canvas: HTMLCanvasElement, size: CanvasSize, { window, corpus, ellipse, guess, found }: MapPicture, inks: Inks): void {
  const pen = penFor(canvas, size);
  if (!pen) return;
  pen.setTransform(size.scale, 0, 0, size.scale, 0, 0);
  const side = size.width;
  const at = (point: Point): Point => placeIn(point, window).map((share) => share * side) as unknown as Point;
  pen.fillStyle = inks.quiet;
  pen.globalAlpha = 0.5;
  corpus?.x.forEach((x, bar) => {
    const [left, top] = at([x, corpus.y[bar]!]);
    if (left >= 0 && left <= side && top >= 0 && top <= side) pen.fillRect(left - DOT_PX / 2, top - DOT_PX / 2, DOT_PX, DOT_PX);
  });
  pen.globalAlpha = 1;
  if (ellipse) {
    const [x, y] = at(ellipse.centre);
    const scale = side / (2 * window.half);
    pen.strokeStyle = inks.accent;
    for (const [deviations, width] of [[1, 1.6], [2, 0.7]] as const) { // prettier-ignore
      pen.lineWidth = width;
      pen.beginPath();
      pen.ellipse(x, y, Math.max(1, ellipse.radii[0] * scale * deviations), Math.max(1, ellipse.radii[1] * scale * deviations), -ellipse.angle, 0, 2 * Math.PI);
      pen.stroke();
    }
  }
  pen.strokeStyle = pen.fillStyle = inks.ink;
  pen.lineWidth = 1.4;
  if (guess) {
    const [x, y] = at(guess);
    lines(pen, [[x - 4, y - 4], [x + 4, y + 4]], [[x - 4, y + 4], [x + 4, y - 4]]); // prettier-ignore
  }
  if (!found) return;
  const [x, y] = at(found);
  pen.beginPath();
  pen.arc(x, y, 3, 0, 2 * Math.PI);
  pen.fill();
}

/** A log spectrogram, the lowest band at the bottom, from the ground's colour to the ink's. */
export function drawLevels(canvas: HTMLCanvasElement, bands: number, frames: number, levels: Uint8Array, low: Channels, high: Channels): void {
  [canvas.width, canvas.height] = [frames, bands];
  const pen = canvas.getContext("2d");
  if (!pen) return;
  const image = pen.createImageData(frames, bands);
  levels.forEach((level, cell) => {
    const [band, frame] = [Math.floor(cell / frames), cell % frames];
    const at = 4 * ((bands - 1 - band) * frames + frame);
    for (let channel = 0; channel < 3; channel++) image.data[at + channel] = low[channel]! + ((high[channel]! - low[channel]!) * level) / 255;
    image.data[at + 3] = 255;
  });
  pen.putImageData(image, 0, 0);
}
