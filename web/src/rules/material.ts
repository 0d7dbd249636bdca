/** The player's own material: which files a page takes, the bars of MIDI files as stars on the map, and a path through them. */

import { givenBar } from "./bars";
import type { MaterialFile, Path, Project } from "./project";
import type { Point } from "./protocol";
import { NEW_PATH, type Place } from "./scene";

// The same in `clave/play/project/material.py` and in the routes that read the files.
export const MAX_MIDI_BYTES = 4_000_000;
export const MAX_SOUND_BYTES = 50_000_000;
export const MAX_PROJECT_BYTES = 32_000_000;
export const MAX_MATERIAL_FILES = 16;
export const MAX_MATERIAL_BARS = 512;

export type FileKind = "MIDI file" | "sound" | "project";

const KINDS: readonly (readonly [FileKind, RegExp, number])[] = [
  ["MIDI file", /\.(mid|midi|smf|kar|rmi)$/i, MAX_MIDI_BYTES],
  ["sound", /\.(wav|wave|flac|aif|aiff|aifc|ogg|oga|mp3)$/i, MAX_SOUND_BYTES],
  ["project", /\.json$/i, MAX_PROJECT_BYTES],
];

/** What may be picked for material, as a file dialog wants it. */
export const ACCEPTED = ".mid,.midi,.smf,.kar,.rmi,audio/midi,.wav,.wave,.flac,.aif,.aiff,.aifc,.ogg,.oga,.mp3";

export const kindOf = (name: string): FileKind | null => KINDS.find(([, pattern]) => pattern.test(name))?.[0] ?? null;

/** Sizes for a person. */
export const megabytes = (bytes: number): string => (bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.ceil(bytes / 1e6)} MB`);

/** Why a file of this kind is too large to be read; null: it is not. */
export const tooLarge = (size: number, kind: FileKind): string | null => {
  const [, , most] = KINDS.find(([each]) => each === kind)!;
  return size > most ? `Not read: it has ${megabytes(size)}, and a ${kind} has ${megabytes(most)} at most.` : null;
};

/** Why a file is not read at all, by its name and size; null: it is. */
export function whyNotRead({ name, size }: { readonly name: string; readonly size: number }): string | null {
  const kind = kindOf(name);
  if (!kind) return "Not read: neither a MIDI file nor a sound (WAV, FLAC, AIFF, OGG, MP3), by its name.";
  if (size === 0) return "Not read: it is empty (0 bytes).";
  return tooLarge(size, kind);
}

// ---- in the project

/** The project with this file behind those it has, or in the place of one of its name; a sentence where it has no room for it. */
export function withMaterial(project: Project, file: MaterialFile): Project | string {
  const there = project.material.findIndex(({ name }) => name === file.name);
  const others = project.material.filter((_, place) => place !== there);
  if (others.length >= MAX_MATERIAL_FILES) return `Not taken: a project keeps ${MAX_MATERIAL_FILES} files. Remove one first.`;
  const room = MAX_MATERIAL_BARS - others.reduce((bars, each) => bars + each.bars.length, 0);
  if (room <= 0) return `Not taken: a project keeps ${MAX_MATERIAL_BARS} bars of files. Remove a file first.`;
  const left = file.bars.length - room;
  const taken = left > 0 ? { ...file, bars: file.bars.slice(0, room), said: [...file.said.slice(0, 31), `${left} of its bars left out: a project keeps ${MAX_MATERIAL_BARS} bars of files.`] } : file;
  return { ...project, material: there < 0 ? [...others, taken] : project.material.map((each, place) => (place === there ? taken : each)) };
}

export const withoutMaterial = (project: Project, file: number): Project => ({ ...project, material: project.material.filter((_, place) => place !== file) });

// ---- to play

/** A bar of a file as it is, at its place on the map. */
export function starPlace({ settings }: Place, { name, bars }: MaterialFile, bar: number): Place {
  const { pattern, point } = bars[bar]!;
  return { settings: { ...settings, meter: pattern.meter }, bars: [givenBar(pattern, name, point)], fill: null };
}

/** All bars of a file, one after the other. */
export function filePlace({ settings }: Place, { name, bars }: MaterialFile): Place {
  return { settings: { ...settings, meter: bars[0]!.pattern.meter }, bars: bars.map(({ pattern, point }) => givenBar(pattern, name, point)), fill: null };
}

/** The way through a file's stars in their order, a bar for each; null where they all lie at one place. */
export function pathThrough({ bars }: MaterialFile): Path | null {
  const points = bars.map(({ point }) => point).filter((point, place, all) => place === 0 || String(point) !== String(all[place - 1]));
  return points.length < 2 ? null : { ...NEW_PATH, points, bars: bars.length, travelling: true };
}

/** Which star this is, in words: "bar 3". */
export const starName = ({ bars }: MaterialFile, bar: number): string => `bar ${bars[bar]!.bar + 1}`;

/** Does the star of this file at this point play: its own bar, or the map's there? */
export const isStar = (place: Pick<Place, "bars">, name: string, point: Point): boolean => {
  const [first] = place.bars;
  const base = first?.kind === "edited" ? first.base : first;
  if (place.bars.length !== 1 || !base || String(base.point) !== String(point)) return false;
  return base.kind === "generated" || base.source === name;
};
