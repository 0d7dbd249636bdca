/** The keys of the grid. */

import type { RefObject } from "preact";
import { loudest, STEPS_PER_CELL, strokeAt, strokesInCell, withCellVelocity, withStroke } from "../rules/pattern";
import { laneCommand } from "./laneKeys";
import { type Page, usePage } from "./page";

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

/** What a letter does to the voice or the cell that has the focus; null for keys that do nothing here. */
function commandOf(key: string, place: GridPlace, page: Page): (() => void) | null {
  const { store, actions, barActions } = page;
  const { voice } = place;
  const toggle = (what: "mute" | "solo") => () => {
    actions.mixVoice(what, voice, { [what]: !store.scene.value.mix[voice]![what] });
    store.settle();
  };
  const lane = laneCommand(key, voice, page);
  if (lane) return lane;
  if (key === "k") return () => barActions.toggleCell(place);
  switch (key.toLowerCase()) {
    case "h":
    case "k":
      return () => barActions.toggleRow(voice);
    case "m":
      return toggle("mute");
    case "s":
      return toggle("solo");
    case "enter":
      return () => (store.opened.value = place);
    default:
      return null;
  }
}

/** Plus and minus: the velocity of the opened step, else of the cell. */
function changeVelocity({ voice, cell }: GridPlace, step: number | null, by: number, { store, actions }: Page): void {
  const pattern = store.shown.value;
  const now = step === null ? loudest(strokesInCell(pattern, voice, cell)) : strokeAt(pattern, voice, step)?.[2];
  if (!now) return;
  const to = Math.max(QUIETEST, now + by);
  actions.edit("velocity", (bar) => (step === null ? withCellVelocity(bar, voice, cell, to) : withStroke(bar, voice, step, to)));
}

const VELOCITY_KEYS: Record<string, number> = { "+": VELOCITY_STEP, "=": VELOCITY_STEP, "-": -VELOCITY_STEP, _: -VELOCITY_STEP };

/** The element that a key moves the focus to, as a selector; null for keys that do not move it. Leaving an opened cell closes it. */
function focusAfter(key: string, place: GridPlace, step: number | null, cells: number, { store }: Page): string | null {
  const cellButton = ({ voice, cell }: GridPlace) => `.cell-button[data-voice="${voice}"][data-cell="${cell}"]`;
  if (step !== null && (key === "ArrowLeft" || key === "ArrowRight")) {
    const next = step + (key === "ArrowLeft" ? -1 : 1);
    if (Math.floor(next / STEPS_PER_CELL) === place.cell) return `[data-step="${next}"]`;
  }
  const closes = step !== null && (key === "Escape" || key === "Enter");
  const to = closes ? place : moved(place, key, store.voices.value.length, cells);
  if (!to) return null;
  store.opened.value = null;
  return cellButton(to);
}

export function useGridKeys(grid: RefObject<HTMLElement | null>, cells: number): (event: KeyboardEvent) => void {
  const page = usePage();
  return (event) => {
    const { voice: row, cell: column, step: part } = (event.target as HTMLElement).dataset;
    if (row === undefined || column === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const place: GridPlace = { voice: Number(row), cell: Number(column) };
    const step = part === undefined ? null : Number(part);
    const useUp = () => {
      event.preventDefault();
      event.stopPropagation();
    };
    const selector = focusAfter(event.key, place, step, cells, page);
    if (selector) {
      useUp();
      requestAnimationFrame(() => grid.current?.querySelector<HTMLElement>(selector)?.focus());
      return;
    }
    const by = VELOCITY_KEYS[event.key];
    const command = by === undefined ? commandOf(event.key, place, page) : () => changeVelocity(place, step, by, page);
    if (!command) return;
    useUp();
    command();
  };
}
