/** What the browser's storage holds, and values from it, which may be anything. */

import type { ClickHistory } from "../rules/clickHistory";
import type { Project } from "../rules/project";
import type { BarPattern } from "../rules/protocol";
import { clamp } from "../rules/units";

export type StoredRecord = Record<string, unknown>;
export const asRecord = (value: unknown): StoredRecord => (typeof value === "object" && value !== null ? (value as StoredRecord) : {});
export const finite = (value: unknown, low: number, high: number, otherwise: number): number =>
  typeof value === "number" && Number.isFinite(value) ? clamp(value, low, high) : otherwise;

/** The strokes of bars, by their `barKey`. */
export type Strokes = readonly (readonly [key: string, pattern: BarPattern])[];

/** What was stored, and the link it had. */
export interface Remembered {
  readonly project: Project;
  readonly clicks: ClickHistory;
  readonly strokes: Strokes;
  readonly link: string;
}
