/** One bar and its edits: pure functions from pattern to pattern. A cell is a 16th: four of the bar's steps. */

import type { BarPattern, BarStroke } from "./protocol";
import { clamp, STEPS_PER_SIXTEENTH, stepsPerBar } from "./units";

export const STEPS_PER_CELL = STEPS_PER_SIXTEENTH;
export const DEFAULT_VELOCITY = 0.8;
const QUIETEST = 1 / 127;

export const EMPTY_BAR: BarPattern = { meter: [4, 4], strokes: [] };

export const cellCount = (pattern: BarPattern): number => Math.ceil(stepsPerBar(pattern.meter) / STEPS_PER_CELL);

/** Are both equal, stroke by stroke? */
export const isSamePattern = (one: BarPattern, other: BarPattern): boolean =>
  one === other || JSON.stringify([one.meter, one.strokes]) === JSON.stringify([other.meter, other.strokes]);

/** The strokes whose step lies in the cell, in the order of their steps. */
export const strokesInCell = (pattern: BarPattern, voice: number, cell: number): BarStroke[] =>
  pattern.strokes
    .filter(([row, step]) => row === voice && Math.floor(step / STEPS_PER_CELL) === cell)
    .sort((one, other) => one[1] - other[1]);

export const strokeAt = (pattern: BarPattern, voice: number, step: number): BarStroke | undefined =>
  pattern.strokes.find(([row, at]) => row === voice && at === step);

export const loudest = (strokes: readonly BarStroke[]): number => strokes.reduce((most, [, , velocity]) => Math.max(most, velocity), 0);

const MOST_OFFSET_ON_CELL = 1; // steps; a stroke further off is drawn between the cells

/** Does the stroke lie on its cell, rather than between two? */
export const isOnCell = ([, step, , offset]: BarStroke): boolean => step % STEPS_PER_CELL === 0 && Math.abs(offset) < MOST_OFFSET_ON_CELL;

/** The stroke at this step gets this velocity and keeps its place; a velocity of 0 takes it away. */
export function withStroke(pattern: BarPattern, voice: number, step: number, velocity: number): BarPattern {
  const offset = strokeAt(pattern, voice, step)?.[3] ?? 0;
  const others = pattern.strokes.filter(([row, at]) => row !== voice || at !== step);
  return { ...pattern, strokes: velocity > 0 ? [...others, [voice, step, clamp(velocity, QUIETEST, 1), offset]] : others };
}

const withoutCell = (pattern: BarPattern, voice: number, cell: number): BarPattern => ({
  ...pattern,
  strokes: pattern.strokes.filter(([row, step]) => row !== voice || Math.floor(step / STEPS_PER_CELL) !== cell),
});

/** An empty cell gets a stroke on its first step; a struck one is cleared. */
export const withCellToggled = (pattern: BarPattern, voice: number, cell: number): BarPattern =>
  strokesInCell(pattern, voice, cell).length > 0
    ? withoutCell(pattern, voice, cell)
    : withStroke(pattern, voice, cell * STEPS_PER_CELL, DEFAULT_VELOCITY);

/** The loudest stroke of the cell gets this velocity and the others follow in proportion; an empty cell gets one stroke. */
export function withCellVelocity(pattern: BarPattern, voice: number, cell: number, velocity: number): BarPattern {
  const wanted = clamp(velocity, QUIETEST, 1);
  const most = loudest(strokesInCell(pattern, voice, cell));
  if (most === 0) return withStroke(pattern, voice, cell * STEPS_PER_CELL, wanted);
  return {
    ...pattern,
    strokes: pattern.strokes.map((stroke) =>
      stroke[0] === voice && Math.floor(stroke[1] / STEPS_PER_CELL) === cell
        ? [stroke[0], stroke[1], clamp((stroke[2] / most) * wanted, QUIETEST, 1), stroke[3]]
        : stroke,
    ),
  };
}
