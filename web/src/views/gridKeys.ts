/** The keys of the grid. */

import type { RefObject } from "preact";
import { loudest, STEPS_PER_CELL, strokeAt, strokesInCell, withCellVelocity, withStroke } from "../rules/pattern";
import { usePage } from "./page";

export interface GridPlace {
  readonly voice: number;
  readonly cell: number;
}

const VELOCITY_STEP = 8 / 127;
const QUIETEST = 1 / 127;

/** Where a key takes us: rows and columns, or null for keys that do not move. */
export function moved({ voice, cell }: GridPlace, key: string, voices: number, cells: number): GridPlace | null {
  switch (key) {
    case "ArrowLeft":
      return { voice, cell: Math.max(0, cell - 1) };
    case "ArrowRight":
      return { voice, cell: Math.min(cells - 1, cell + 1) };
    case "ArrowUp":
      return { voice: Math.max(0, voice - 1), cell };
    case "ArrowDown":
      return { voice: Math.min(voices - 1, voice + 1), cell };
    case "Home":
      return { voice, cell: 0 };
    case "End":
      return { voice, cell: cells - 1 };
    default:
      return null;
  }
}

export function useGridKeys(grid: RefObject<HTMLElement | null>, cells: number): (event: KeyboardEvent) => void {
  const { store, actions, barActions } = usePage();
  return (event) => {
    const button = event.target as HTMLElement;
    const { voice: row, cell: column, step: part } = button.dataset;
    if (row === undefined || column === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const place: GridPlace = { voice: Number(row), cell: Number(column) };
    const step = part === undefined ? null : Number(part);
    const stay = () => {
      event.preventDefault();
      event.stopPropagation();
    };
    const focus = (selector: string) => requestAnimationFrame(() => grid.current?.querySelector<HTMLElement>(selector)?.focus());
    const cellButton = (at: GridPlace) => `.cell-button[data-voice="${at.voice}"][data-cell="${at.cell}"]`;

    if (step !== null && (event.key === "ArrowLeft" || event.key === "ArrowRight")) {
      const next = step + (event.key === "ArrowLeft" ? -1 : 1);
      const inside = Math.floor(next / STEPS_PER_CELL) === place.cell;
      if (inside) {
        stay();
        return focus(`[data-step="${next}"]`);
      }
    }
    if (step !== null && (event.key === "Escape" || event.key === "Enter")) {
      stay();
      store.opened.value = null;
      return focus(cellButton(place));
    }
    const next = moved(place, event.key, store.voices.value.length, cells);
    if (next) {
      stay();
      store.opened.value = null;
      return focus(cellButton(next));
    }
    if (event.key === "Enter") {
      stay();
      store.opened.value = place;
    } else if (event.key === "+" || event.key === "=" || event.key === "-" || event.key === "_") {
      stay();
      const by = event.key === "-" || event.key === "_" ? -VELOCITY_STEP : VELOCITY_STEP;
      if (step !== null) {
        const now = strokeAt(store.shown.value, place.voice, step)?.[2];
        if (now) actions.edit("velocity", (pattern) => withStroke(pattern, place.voice, step, Math.max(QUIETEST, now + by)));
      } else {
        const now = loudest(strokesInCell(store.shown.value, place.voice, place.cell));
        if (now) actions.edit("velocity", (pattern) => withCellVelocity(pattern, place.voice, place.cell, now + by));
      }
    } else if (event.key === "k") {
      stay();
      barActions.toggleCell(place);
    } else if (event.key === "K") {
      stay();
      barActions.toggleRow(place.voice);
    } else if (event.key === "m" || event.key === "M") {
      stay();
      actions.mixVoice("mute", place.voice, { mute: !store.groove.value.mix[place.voice]!.mute });
      store.settle();
    } else if ((event.key === "o" || event.key === "O") && store.instrument.value?.sound) {
      stay();
      store.sounds.opened.value = place.voice;
    } else if (event.key === "s" || event.key === "S") {
      stay();
      actions.mixVoice("solo", place.voice, { solo: !store.groove.value.mix[place.voice]!.solo });
      store.settle();
    }
  };
}
