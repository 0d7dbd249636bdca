/** The sounds of a page without a server: pieces of one file, each some sounds in a row, and which of them a point lies between. */

import { type Heard, type KitVoice, type Point } from "../rules/protocol";
import { clamp } from "../rules/units";

/** Some sounds one after the other, compressed together. */
export interface Piece {
  readonly at: number; // bytes into the file
  readonly bytes: number;
  readonly starts: readonly number[]; // samples into the piece
  readonly lengths: readonly number[];
}

/** `sounds.json` of an exported page: `clave/app/static_page/sound_files.py` writes it. */
export interface SoundIndex {
  readonly span: number; // map units: the grid lies over [-span, span]
  readonly points: number; // in a row of it
  readonly piece: number; // sounds of a row in a piece
  readonly kits: Readonly<Record<string, Piece>>;
  readonly voices: Readonly<Record<string, { readonly rows: readonly (readonly Piece[])[]; readonly heard: readonly (readonly HeardNumbers[])[] }>>;
  readonly drawn: readonly (readonly KitVoice[])[];
}

type HeardNumbers = readonly [brightness: number, decay: number, pitch: number | null, noisiness: number];

export interface GridSound {
  readonly row: number;
  readonly column: number;
  readonly weight: number;
}

/** The sounds of the grid around a point, nearer ones with more weight; beyond the edge those of the edge. */
export function around({ span, points }: Pick<SoundIndex, "span" | "points">, [x, y]: Point): GridSound[] {
  const [across, up] = [x, y].map((each) => ((clamp(each, -span, span) / span + 1) / 2) * (points - 1)) as [number, number];
  const [column, row] = [across, up].map((each) => Math.min(Math.floor(each), points - 2)) as [number, number];
  const [right, above] = [across - column, up - row];
  return [
    { row, column, weight: (1 - right) * (1 - above) },
    { row, column: column + 1, weight: right * (1 - above) },
    { row: row + 1, column, weight: (1 - right) * above },
    { row: row + 1, column: column + 1, weight: right * above },
  ];
}

/** What is heard between the sounds of the grid; the pitch is that of the nearest. */
export function heardBetween(heard: readonly (readonly HeardNumbers[])[], sounds: readonly GridSound[]): Heard {
  const own = sounds.map(({ row, column, weight }) => ({ weight, numbers: heard[row]![column]! }));
  const mean = (place: 0 | 1 | 3) => own.reduce((sum, { weight, numbers }) => sum + weight * numbers[place], 0);
  const nearest = own.reduce((most, each) => (each.weight > most.weight ? each : most));
  return { brightness_hz: mean(0), decay_s: mean(1), pitch_hz: nearest.numbers[2], noisiness: clamp(mean(3), 0, 1) };
}
