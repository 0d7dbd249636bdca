/** A controller with 8 x 8 pads, such as a Launchpad: what each pad does, and its light. The twin of `clave/play/live/midi_grid.py`. */

import { type Message, NOTE_ON } from "./midiMessages";

export type Colour = "off" | "dim" | "green" | "amber" | "red";
const GRID = 8; // rows and columns
const SCENE_ROWS = 4;
const VOICE_ROW = 4;
const FIRST_STEP_ROW = 5;

/** How a controller numbers its pads, and its velocities for colours. */
export interface GridModel {
  readonly label: string;
  readonly firstNote: number; // of the lowest row's left pad
  readonly rowNotes: number; // from a row to the one above
  readonly colours: Readonly<Record<Colour, number>>;
}

/** The later Launchpads in programmer mode; the first ones in their X-Y layout, which counts rows from the top. */
export const GRID_MODELS = {
  launchpad: { label: "Launchpad X, Mini MK3, Pro MK3", firstNote: 11, rowNotes: 10, colours: { off: 0, dim: 1, green: 21, amber: 9, red: 5 } },
  "launchpad-s": { label: "Launchpad S, Mini MK1 or MK2", firstNote: 112, rowNotes: -16, colours: { off: 12, dim: 29, green: 60, amber: 63, red: 15 } },
} as const satisfies Record<string, GridModel>;
export type GridModelName = keyof typeof GRID_MODELS;

/** The note of a pad; rows count from the top, columns from the left. */
export const noteOfPad = ({ firstNote, rowNotes }: GridModel, row: number, column: number): number => firstNote + (GRID - 1 - row) * rowNotes + column;

export interface Pad {
  readonly kind: "scene" | "voice" | "sixteenth";
  readonly number: number; // counted from 0
}

/** What the pad in this row and column is for. */
export function padAt(row: number, column: number): Pad {
  if (row < SCENE_ROWS) return { kind: "scene", number: row * GRID + column };
  return row === VOICE_ROW ? { kind: "voice", number: column } : { kind: "sixteenth", number: (row - FIRST_STEP_ROW) * GRID + column };
}

const PADS = Array.from({ length: GRID * GRID }, (_, place) => [Math.floor(place / GRID), place % GRID] as const);

/** The pad that has this note; null for a note that is no pad's. */
export function padOfNote(model: GridModel, note: number): Pad | null {
  const found = PADS.find(([row, column]) => noteOfPad(model, row, column) === note);
  return found ? padAt(...found) : null;
}

/** What a grid shows. */
export interface GridView {
  readonly scenes: readonly boolean[]; // which places hold a scene
  readonly current: number | null; // the scene that plays
  readonly queued: number | null; // the one that comes next
  readonly voice: number; // whose 16ths are shown
  readonly struck: readonly boolean[]; // the 16ths of the bar, whether it has strokes there
  readonly sounding: number | null; // the 16th that sounds
}

/** The colour of each pad. */
export const lights = (view: GridView): readonly (readonly Colour[])[] =>
  Array.from({ length: GRID }, (_, row) => Array.from({ length: GRID }, (__, column) => colourOf(padAt(row, column), view)));

function colourOf({ kind, number }: Pad, view: GridView): Colour {
  if (kind === "scene") {
    if (!view.scenes[number]) return "off";
    return number === view.current ? "green" : number === view.queued ? "amber" : "dim";
  }
  if (kind === "voice") return number === view.voice ? "amber" : "dim";
  const sounds = number === view.sounding;
  if (number >= view.struck.length) return "off";
  if (view.struck[number]) return sounds ? "red" : "green";
  return sounds ? "dim" : "off";
}

/** Sends a grid the lights that have changed. */
export class GridLights {
  private shown: (readonly Colour[])[] = [];

  changes(model: GridModel, wanted: readonly (readonly Colour[])[]): readonly Message[] {
    const found = PADS.filter(([row, column]) => this.shown[row]?.[column] !== wanted[row]![column]);
    this.shown = [...wanted];
    return found.map(([row, column]) => [NOTE_ON, noteOfPad(model, row, column), model.colours[wanted[row]![column]!]]);
  }

  /** The grid is new: everything is sent with the next `changes`. */
  forget(): void {
    this.shown = [];
  }
}
