/** What is done to a bar, as data: the bar stays what it was made of, and the operations follow. */

import { edited } from "./bars";
import type { Bar, Operation } from "./project";
import { type BarPattern, VOICE_COUNT } from "./protocol";
import { stepsPerBar } from "./units";

const MOST_OPERATIONS = 256; // of a bar, as in `clave/play/project/bars.py`
const MOST_SPACE_OPERATIONS = 32; // of these, those that need the space

/** All cells of a bar as it is: whatever it was made of, these make the same strokes. */
export function everyCell(pattern: BarPattern): (readonly [number, number, number, number])[] {
  const places = Array.from({ length: VOICE_COUNT * stepsPerBar(pattern.meter) }, (_, place) => [place % VOICE_COUNT, Math.floor(place / VOICE_COUNT)] as const);
  const struck = new Map(pattern.strokes.map(([voice, step, velocity, offset]) => [`${voice}.${step}`, [velocity, offset] as const]));
  return places.map(([voice, step]) => [voice, step, ...(struck.get(`${voice}.${step}`) ?? ([0, 0] as const))] as const);
}

/** The bar with one more operation. If it has as many as a project may hold, the strokes that it has now take their place. */
export function withOperation(bar: Bar, operation: Operation, now: BarPattern): Bar {
  if (bar.kind !== "edited") return edited(bar, [operation]);
  const before = bar.operations;
  const full = before.length >= MOST_OPERATIONS || (operation.kind !== "cells" && before.filter(({ kind }) => kind !== "cells").length >= MOST_SPACE_OPERATIONS);
  return full ? edited(bar.base, [{ kind: "cells", cells: everyCell(now) }, operation]) : edited(bar, [operation]);
}

/** The bar with strokes written by hand. Those written one after the other count as one operation. */
export function withCellsWritten(bar: Bar, before: BarPattern, after: BarPattern): Bar {
  const cells = changedCells(before, after);
  if (cells.length === 0) return bar;
  const last = bar.kind === "edited" ? bar.operations.at(-1) : undefined;
  if (bar.kind !== "edited" || last?.kind !== "cells") return withOperation(bar, { kind: "cells", cells }, before);
  const rewritten = new Set(cells.map(([voice, step]) => `${voice}.${step}`));
  const kept = last.cells.filter(([voice, step]) => !rewritten.has(`${voice}.${step}`));
  return { ...bar, operations: [...bar.operations.slice(0, -1), { kind: "cells", cells: [...kept, ...cells] }] };
}

export type HumaniseOperation = Operation & { readonly kind: "humanise" };

/** How the bar was humanised, if that was the last thing done to it. */
export function lastHumanise(bar: Bar): HumaniseOperation | null {
  const last = bar.kind === "edited" ? bar.operations.at(-1) : undefined;
  return last?.kind === "humanise" ? last : null;
}

/** The bar before it was humanised, if that was the last thing done to it. */
export const beforeHumanise = (bar: Bar): Bar => (lastHumanise(bar) ? withoutLast(bar) : bar);

/** The bar before the last operation on it. */
function withoutLast(bar: Bar): Bar {
  if (bar.kind !== "edited") return bar;
  return bar.operations.length > 1 ? { ...bar, operations: bar.operations.slice(0, -1) } : bar.base;
}

/** The cells in which two bars of one meter differ, as the second one has them; silent ones have velocity 0. */
function changedCells(before: BarPattern, after: BarPattern): (readonly [number, number, number, number])[] {
  const now = new Map(after.strokes.map((stroke) => [`${stroke[0]}.${stroke[1]}`, stroke]));
  const then = new Map(before.strokes.map((stroke) => [`${stroke[0]}.${stroke[1]}`, stroke]));
  const gone = before.strokes.filter(([voice, step]) => !now.has(`${voice}.${step}`)).map(([voice, step]) => [voice, step, 0, 0] as const);
  const written = after.strokes.filter(([voice, step, velocity, offset]) => {
    const old = then.get(`${voice}.${step}`);
    return !old || old[2] !== velocity || old[3] !== offset;
  });
  return [...gone, ...written.map(([voice, step, velocity, offset]) => [voice, step, velocity, offset] as const)];
}
