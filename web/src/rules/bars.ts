/** The bars of a project, and what of them only a space can make: the twin of `clave/play/project/bars.py`. */

import { type Bar, type BarPattern, canonicalJson, type Cell, type Edited, type Generated, type Given, type Operation, PLAIN_SETTINGS } from "./project";
import { VOICE_COUNT } from "./protocol";
import { type Meter, stepsPerBar } from "./units";

const keys = new WeakMap<Bar, string>(); // bars never change

/** Two bars with one key are the same bar. */
export function barKey(bar: Bar): string {
  const known = keys.get(bar) ?? canonicalJson(bar);
  keys.set(bar, known);
  return known;
}

export const meterOf = (bar: Bar): Meter => (bar.kind === "edited" ? meterOf(bar.base) : bar.kind === "given" ? bar.pattern.meter : bar.settings.meter);

/** A bar that is played as it is, its source and its place on the map where they are known. */
export const givenBar = ({ meter, strokes }: BarPattern, source = "", point: Given["point"] = null): Given => ({ kind: "given", pattern: { meter, strokes }, source, point });

/** The bar as others hear it: as the space has it at its point, or in its phrase. */
export const asHeard = (bar: Generated): Generated => ({ ...bar, settings: { ...bar.settings, shift: PLAIN_SETTINGS.shift }, leg: null, hears: null });

/** The bar with these operations done on it, after those that were done before. */
export function edited(bar: Bar, operations: readonly Operation[]): Bar {
  if (operations.length === 0) return bar;
  return bar.kind === "edited" ? { ...bar, operations: [...bar.operations, ...operations] } : { kind: "edited", base: bar, operations };
}

/** As much of a bar as only a space can make: what to ask it for. Null where it is not needed. */
export function modelPart(bar: Bar): Generated | Edited | null {
  if (bar.kind === "given") return null;
  if (bar.kind === "generated") return bar;
  const last = bar.operations.findLastIndex(({ kind }) => kind !== "cells");
  if (last < 0) return modelPart(bar.base);
  return { kind: "edited", base: bar.base, operations: bar.operations.slice(0, last + 1) };
}

/** The strokes of a bar, from what the space made of its `modelPart`; null where it has none. */
export function finished(bar: Bar, made: BarPattern | null): BarPattern {
  if (bar.kind === "given") return bar.pattern;
  const part = modelPart(bar);
  if (made === null && part !== null) throw new Error(`the space was not asked for this bar: ${barKey(bar)}`);
  if (bar.kind === "generated") return made!;
  const done = part?.kind === "edited" ? part.operations.length : 0;
  const start = made ?? finished(bar.base, null);
  return bar.operations.slice(done).reduce((pattern, operation) => (operation.kind === "cells" ? withCellsSet(pattern, operation.cells) : pattern), start);
}

/** The pattern with each of these cells at its velocity and offset; a velocity of 0 silences the cell. */
export function withCellsSet(pattern: BarPattern, cells: readonly Cell[]): BarPattern {
  const strokes = new Map(pattern.strokes.map((stroke) => [`${stroke[0]}.${stroke[1]}`, stroke]));
  for (const [voice, step, velocity, offset] of cells) {
    const place = `${voice}.${step}`;
    if (velocity > 0) strokes.set(place, [voice, step, velocity, offset]);
    else strokes.delete(place);
  }
  return { ...pattern, strokes: [...strokes.values()] };
}

// ---- what was written by hand

const placeOf = ([voice, step]: Cell): string => `${voice}.${step}`;

/** Does an operation write the bar, or parts of it, anew? Cells written before it are no longer there. */
const writesAnew = ({ kind }: Operation): boolean => kind === "complete" || kind === "taps";

/** The cells of a bar that were written by hand, as they were written last; a whole bar that was written down is none of them. */
export function handCells(bar: Bar): Cell[] {
  if (bar.kind !== "edited") return [];
  const whole = VOICE_COUNT * stepsPerBar(meterOf(bar));
  const since = bar.operations.slice(bar.operations.findLastIndex(writesAnew) + 1);
  const cells = since.flatMap((operation) => (operation.kind === "cells" && operation.cells.length < whole ? operation.cells : []));
  return [...new Map(cells.map((cell) => [placeOf(cell), cell])).values()];
}

/** The bar with these cells written into it, as far as it is long enough. */
export function withHandCells(bar: Bar, cells: readonly Cell[]): Bar {
  const steps = stepsPerBar(meterOf(bar));
  const within = cells.filter(([, step]) => step < steps);
  return edited(bar, within.length > 0 ? [{ kind: "cells", cells: within }] : []);
}

/** The bar without what was written by hand: of one voice, or of all. */
export function withoutHandCells(bar: Bar, voice: number | null = null): Bar {
  if (bar.kind !== "edited") return bar;
  const whole = VOICE_COUNT * stepsPerBar(meterOf(bar));
  const operations = bar.operations.flatMap((operation): Operation[] => {
    if (operation.kind !== "cells" || operation.cells.length >= whole) return [operation];
    const cells = operation.cells.filter(([row]) => voice !== null && row !== voice);
    return cells.length > 0 ? [{ ...operation, cells }] : [];
  });
  return edited(bar.base, operations);
}
