/** What is held: a voice whose row or sound stays whatever else changes, and cells that stay while the rest of a bar is filled in. */

import { cellCount, STEPS_PER_CELL } from "./pattern";
import type { Given, Lane, Scene } from "./project";
import type { Block, BarPattern } from "./protocol";
import { stepsPerBar } from "./units";

// ---- voices

/** What is held of a voice. */
export interface Held {
  readonly rhythm: boolean; // its row
  readonly sound: boolean;
}

export const heldOf = ({ lanes, kit }: Pick<Scene, "lanes" | "kit">, voice: number): Held => ({ rhythm: lanes[voice]!.hold !== null, sound: kit.voices[voice]!.locked });

/** "held", "sound held", "all held", or "hold" when nothing is. */
export const describeHeld = ({ rhythm, sound }: Held): string => (rhythm ? (sound ? "all held" : "held") : sound ? "sound held" : "hold");

/** The row of a voice, as a bar that holds nothing else. */
export const rowOf = ({ meter, strokes }: BarPattern, voice: number): Given => ({ kind: "given", pattern: { meter, strokes: strokes.filter(([row]) => row === voice) }, source: "held", point: null });

const withLane = (scene: Scene, voice: number, changes: Partial<Lane>): Scene => ({ ...scene, lanes: scene.lanes.map((lane, index) => (index === voice ? { ...lane, ...changes } : lane)) });

/** The scene with the row of a voice held as this bar has it; null releases it. */
export const withHold = (scene: Scene, voice: number, pattern: BarPattern | null): Scene => withLane(scene, voice, { hold: pattern && rowOf(pattern, voice) });

/** The scene with the rows that are held as this bar has them. */
export const withHeldRows = (scene: Scene, pattern: BarPattern): Scene =>
  scene.lanes.reduce((changed, { hold }, voice) => (hold === null || sameRow(hold.kind === "given" ? hold.pattern : null, pattern, voice) ? changed : withHold(changed, voice, pattern)), scene);

const sameRow = (held: BarPattern | null, pattern: BarPattern, voice: number): boolean => held !== null && JSON.stringify(held.strokes.filter(([row]) => row === voice)) === JSON.stringify(rowOf(pattern, voice).pattern.strokes);

// ---- rows and cells, while the rest is filled in

export interface GridCell {
  readonly voice: number;
  readonly cell: number;
}

export interface Holds {
  readonly rows: ReadonlySet<number>; // voices whose row is held
  readonly cells: ReadonlySet<string>; // "voice.cell"
}

export const NOTHING_HELD: Holds = { rows: new Set(), cells: new Set() };

const keyOf = ({ voice, cell }: GridCell): string => `${voice}.${cell}`;

export const isHeld = ({ rows, cells }: Holds, at: GridCell): boolean => rows.has(at.voice) || cells.has(keyOf(at));

export function withCells({ rows, cells }: Holds, which: readonly GridCell[], on: boolean): Holds {
  const kept = new Set(cells);
  for (const at of which) {
    if (on) kept.add(keyOf(at));
    else kept.delete(keyOf(at));
  }
  return { rows, cells: kept };
}

const range = (one: number, other: number): number[] => Array.from({ length: Math.abs(other - one) + 1 }, (_, n) => Math.min(one, other) + n);

/** All cells between two corners, both included. */
export const cellsBetween = (one: GridCell, other: GridCell): GridCell[] =>
  range(one.voice, other.voice).flatMap((voice) => range(one.cell, other.cell).map((cell) => ({ voice, cell })));

/** Are these columns held in every row? */
export const areColumnsHeld = (holds: Holds, cells: readonly number[], voices: number): boolean =>
  cells.every((cell) => range(0, voices - 1).every((voice) => isHeld(holds, { voice, cell })));

/** The fewest blocks [voice, first step, steps] that cover what is held. */
export function heldBlocks(holds: Holds, pattern: BarPattern, voices: number): Block[] {
  const steps = stepsPerBar(pattern.meter);
  const cells = cellCount(pattern);
  return range(0, voices - 1).flatMap((voice) => {
    const blocks: [number, number, number][] = [];
    for (let cell = 0; cell < cells; cell++) {
      if (!isHeld(holds, { voice, cell })) continue;
      const first = cell * STEPS_PER_CELL;
      const last = Math.min(steps, first + STEPS_PER_CELL);
      const before = blocks.at(-1);
      if (before && before[1] + before[2] === first) before[2] = last - before[1];
      else blocks.push([voice, first, last - first]);
    }
    return blocks;
  });
}

/** "kick, snare and 8 cells"; null when nothing is held. */
export function describeHolds(holds: Holds, pattern: BarPattern, names: readonly string[]): string | null {
  const rows = names.filter((_, voice) => holds.rows.has(voice));
  if (rows.length === names.length) return "everything";
  const others = names.flatMap((_, voice) => (holds.rows.has(voice) ? [] : range(0, cellCount(pattern) - 1).filter((cell) => isHeld(holds, { voice, cell }))));
  const words = [...rows, ...(others.length > 0 ? [`${others.length} cell${others.length === 1 ? "" : "s"}`] : [])];
  return words.length > 1 ? `${words.slice(0, -1).join(", ")} and ${words.at(-1)}` : (words[0] ?? null);
}
