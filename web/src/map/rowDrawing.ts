/** The cells of one voice on a canvas: velocity as height, a stroke between cells as a thin bar at its true place. */

import { isOnCell, STEPS_PER_CELL } from "../rules/pattern";
import type { BarPattern } from "../rules/protocol";
import { type CanvasSize, penFor } from "./canvas";

export interface RowColours {
  readonly cell: string;
  readonly onBeat: string;
  readonly ink: string; // of the voice
  readonly mark: string; // of what was written by hand, or stays
}

export interface RowPicture extends CanvasSize {
  readonly pattern: BarPattern;
  readonly voice: number;
  readonly cells: number;
  readonly cellsPerBeat: number;
  readonly opened: number | null; // the cell that shows its four steps
  readonly byHand: ReadonlySet<number>; // steps
  readonly staying: ReadonlySet<number>; // cells that stay when the rest is filled in
  readonly colours: RowColours;
}

export const GAP_PX = 2;
const OPENED = 4; // cells: the width of an opened one
const ROUND_PX = 4;
const TICK_PX = 3;
const FAINTEST = 0.42; // opacity of the softest stroke

/** The left edge and the width of each cell. */
export function cellBoxes(cells: number, opened: number | null, width: number): (readonly [left: number, width: number])[] {
  const shares = Array.from({ length: cells }, (_, cell) => (cell === opened ? OPENED : 1));
  const unit = (width + GAP_PX) / shares.reduce((sum, share) => sum + share, 0);
  let left = 0;
  return shares.map((share) => {
    const box = [left, share * unit - GAP_PX] as const;
    left += share * unit;
    return box;
  });
}

export function drawRow(canvas: HTMLCanvasElement, picture: RowPicture): void {
  const pen = penFor(canvas, picture);
  if (!pen) return;
  const { width, height, scale, pattern, voice, cells, cellsPerBeat, opened, byHand, staying, colours } = picture;
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  const boxes = cellBoxes(cells, opened, width);
  boxes.forEach(([left, wide], cell) => {
    pen.fillStyle = cell % cellsPerBeat === 0 || cell === opened ? colours.onBeat : colours.cell;
    for (const [from, size] of cell === opened ? quarters(left, wide) : [[left, wide] as const]) round(pen, from, 0, size, height);
    if (!staying.has(cell) && cell !== opened) return;
    pen.strokeStyle = staying.has(cell) ? colours.mark : colours.ink;
    pen.lineWidth = 1.5;
    pen.strokeRect(left + 0.75, 0.75, wide - 1.5, height - 1.5);
  });
  for (const stroke of pattern.strokes) {
    const [row, step, velocity, offset] = stroke;
    if (row !== voice) continue;
    const cell = Math.floor(step / STEPS_PER_CELL);
    const box = boxes[cell];
    if (!box) continue;
    const [left, wide] = box;
    const high = Math.max(3, velocity * height);
    pen.globalAlpha = FAINTEST + (1 - FAINTEST) * velocity;
    pen.fillStyle = colours.ink;
    const place = left + ((step - cell * STEPS_PER_CELL + offset) / STEPS_PER_CELL) * (wide + GAP_PX);
    if (cell === opened) {
      const [from, size] = quarters(left, wide)[step - cell * STEPS_PER_CELL]!;
      round(pen, from, height - high, size, high);
    } else if (isOnCell(stroke)) round(pen, place, height - high, wide, high);
    else pen.fillRect(place - TICK_PX / 2, height - high, TICK_PX, high);
    pen.globalAlpha = 1;
  }
  pen.fillStyle = colours.mark;
  for (const step of byHand) {
    const [left, wide] = boxes[Math.floor(step / STEPS_PER_CELL)] ?? [0, 0];
    if (wide > 0) pen.fillRect(left + 1, 0, Math.max(4, wide - 2), 2);
  }
}

/** The four steps of an opened cell. */
const quarters = (left: number, width: number): (readonly [left: number, width: number])[] =>
  Array.from({ length: STEPS_PER_CELL }, (_, n) => [left + (n * (width + GAP_PX)) / STEPS_PER_CELL, (width + GAP_PX) / STEPS_PER_CELL - GAP_PX] as const);

function round(pen: CanvasRenderingContext2D, left: number, top: number, width: number, height: number): void {
  pen.beginPath();
  pen.roundRect(left, top, Math.max(1, width), height, Math.min(ROUND_PX, width / 2, height / 2));
  pen.fill();
}
