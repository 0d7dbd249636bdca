/**
 * Undo and redo of whole values. Changes that carry the same label in one gesture, however long it rests, or in quick
 * succession, count as one.
 */

const MERGE_MS = 700;
const MOST_STEPS_BACK = 200;
export const ANSWER = "answer"; // bars that answer a player: all of them in a row are one change, however long it lasts

export interface Change<T> {
  readonly value: T;
  readonly label: string; // what was done to get here
}

export interface History<T> {
  readonly past: readonly Change<T>[];
  readonly present: Change<T>;
  readonly future: readonly Change<T>[];
  readonly changedAt: number; // milliseconds; -Infinity: the next change is one of its own
  readonly gesture?: number | null; // in which the present change was made
}

export const begin = <T>(value: T): History<T> => ({ past: [], present: { value, label: "" }, future: [], changedAt: -Infinity });

/** A new present; the gesture it is made in, if any, and `now` in milliseconds, of a clock that may be set back, decide whether it continues the change before it. */
export function change<T>(history: History<T>, value: T, label: string, now: number, gesture: number | null = null): History<T> {
  const present = { value, label };
  const same = label === ANSWER || (gesture !== null && history.gesture === gesture && history.changedAt !== -Infinity);
  const continues = history.present.label === label && (same || Math.abs(now - history.changedAt) < MERGE_MS) && history.future.length === 0;
  const past = continues ? history.past : [...history.past, history.present].slice(-MOST_STEPS_BACK);
  return { past, present, future: [], changedAt: now, gesture };
}

/** The present as it turned out, once the server has answered: no step of its own. */
export const amend = <T>(history: History<T>, value: T): History<T> => ({ ...history, present: { ...history.present, value } });

export function undo<T>(history: History<T>): History<T> {
  const before = history.past.at(-1);
  if (!before) return history;
  return {
    past: history.past.slice(0, -1),
    present: before,
    future: [history.present, ...history.future],
    changedAt: -Infinity,
  };
}

export function redo<T>(history: History<T>): History<T> {
  const [after, ...rest] = history.future;
  if (!after) return history;
  return { past: [...history.past, history.present], present: after, future: rest, changedAt: -Infinity };
}
