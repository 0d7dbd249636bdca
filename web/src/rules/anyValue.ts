/** Values from outside, which may be anything: read as what is needed, or as nothing. */

import { clamp } from "./units";

export type StoredRecord = Record<string, unknown>;
export const asRecord = (value: unknown): StoredRecord => (typeof value === "object" && value !== null ? (value as StoredRecord) : {});
export const finite = (value: unknown, low: number, high: number, otherwise: number): number =>
  typeof value === "number" && Number.isFinite(value) ? clamp(value, low, high) : otherwise;
