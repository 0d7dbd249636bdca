/** What the page says of drum maps. */

import type { DrumMapLook } from "./protocol";

type Note = DrumMapLook["notes"][number];
type Fit = DrumMapLook["fits"][number];

/** The names that files may be read with, as a player reads them. */
export const saidMap = (name: string): string => ({ fit: "the map that fits", own: "my drum map" })[name] ?? name.replaceAll("-", " ");

/** A map to choose, with the share of the strokes that it lists. */
export const saidFit = ({ name, known }: Fit): string => `${saidMap(name)}: ${percent(known)}`;

/** How often and where a note is struck, and what a guess goes by. */
export function saidNote({ strokes, bars, first_bar: first, guessed, why }: Note): string {
  const where = bars === 1 ? `in bar ${first}` : `in ${bars} bars, from bar ${first} on`;
  return `${strokes} ${strokes === 1 ? "stroke" : "strokes"} ${where}${guessed ? `; a guess${why ? `, ${why}` : ""}` : ""}`;
}

/** The map in a sentence: how much of the file it reads. */
export function saidLook({ name, known, notes, fits }: DrumMapLook): string {
  const unknown = notes.filter(({ guessed }) => guessed).length;
  const rest = unknown === 0 ? "" : ` ${unknown === 1 ? "One note is" : `${unknown} notes are`} left out of what plays, until you read it with the voices below.`;
  const kit = fits.find((fit) => fit.name === name)?.kit ?? known;
  return `${saidMap(name)} lists ${percent(known)} of the strokes, ${percent(kit)} as strokes of the kit.${rest}`.replace(/^./, (first) => first.toUpperCase());
}

const percent = (share: number): string => `${Math.floor(100 * share)} %`;

/** The notes that are given to a voice or left out (null) by hand; the rest stays as the map has it. */
export const givenNotes = (notes: readonly Note[], chosen: ReadonlyMap<number, string | null>): Record<string, string | null> =>
  Object.fromEntries(notes.map(({ note, voice }) => [note, chosen.has(note) ? chosen.get(note)! : voice]));
