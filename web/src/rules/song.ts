/** Scenes and songs as they are put together: what a tile says, parts of a song, a morph to another scene. Each change makes a new project. */

import { barKey } from "./bars";
import { naturalBars, Plan, sceneBars } from "./plan";
import { type Bar, canonicalJson, NEW_PROJECT, type Project, type Scene, type SongPart } from "./project";
import { withSlot } from "./scene";
import { clamp } from "./units";

export const MAX_SCENES = 128;
export const MAX_PARTS = 1024;
export const MAX_PART_BARS = 1024;
export const MORPH_BARS = [1, 2, 4, 8, 16] as const; // offered for a morph
const FEWEST_TILES = 8; // one a number key

// ---- scenes

/** The tiles: all scenes of the project and one empty place, eight at least. */
export function tilesOf({ scenes }: Project): (Scene | null)[] {
  const count = Math.min(MAX_SCENES, Math.max(FEWEST_TILES, scenes.length + 1));
  return Array.from({ length: count }, (_, slot) => scenes[slot] ?? null);
}

/** What a scene is called: by its number until it has a name. */
export const sceneName = (scene: Scene | null | undefined, slot: number): string => scene?.name || `scene ${slot + 1}`;

const formatBars = (count: number): string => (count === 1 ? "1 bar" : `${count} bars`);

/** One line of what a scene is: "path, 16 bars", "house, 4 bars"; `style` is that of the place where it lies. */
export function describeScene(scene: Scene, style: string): string {
  const given = scene.bars.every(({ kind }) => kind === "given");
  const what = scene.path?.travelling ? "path" : given ? "kept bars" : style;
  const moves = scene.modulations.length + scene.automations.length > 0 ? ", moving" : "";
  return `${what}, ${formatBars(sceneBars(scene))}${moves}`;
}

/** What of the kit of a scene is not here, in words; null: all is. `known` are the names of the kits that are here. */
export function kitTrouble({ kit }: Scene, known: ReadonlySet<string>): string | null {
  const stray = kit.voices.filter(({ from, kit: name }) => from === "factory" && !known.has(name ?? ""));
  if (stray.length === 0) return null;
  const named = [...new Set(stray.flatMap((voice) => voice.kit || []))];
  if (named.length === 0) return "no kit: another one plays";
  return `the kit ${named.map((name) => `“${name}”`).join(", ")} is not here: another plays in its place`;
}

/** The scene with the sounds of `instead` wherever its kit is not here. */
export function withKitHere(scene: Scene, known: ReadonlySet<string>, instead: string): Scene {
  if (kitTrouble(scene, known) === null) return scene;
  const voices = scene.kit.voices.map((voice) => (voice.from === "factory" && !known.has(voice.kit ?? "") ? { ...voice, kit: instead } : voice));
  return { ...scene, kit: { ...scene.kit, voices } };
}

/** The first place without a scene; null: all are taken. */
export function emptySlot({ scenes }: Project): number | null {
  const free = scenes.findIndex((scene) => scene === null);
  if (free >= 0) return free;
  return scenes.length < MAX_SCENES ? scenes.length : null;
}

export function withSceneRenamed(project: Project, slot: number, name: string): Project {
  const scene = project.scenes[slot];
  return scene ? withSlot(project, slot, { ...scene, name: name.trim() }) : project;
}

/** Is this the same scene, but for its name? Asked at every change: what was not touched is not looked into. */
export function isSameScene(one: Scene | null | undefined, other: Scene): boolean {
  if (!one) return false;
  const keys = Object.keys(other) as (keyof Scene)[];
  return keys.every((key) => {
    if (key === "name" || one[key] === other[key]) return true;
    if (key === "bars") return one.bars.length === other.bars.length && one.bars.every((bar, index) => barKey(bar) === barKey(other.bars[index]!));
    return canonicalJson(one[key]) === canonicalJson(other[key]);
  });
}

// ---- parts of the song

const withSong = (project: Project, song: readonly SongPart[]): Project => ({ ...project, song: [...song] });

/** The song with another part before the one at `place`, or at its end: the scene for as many bars as it has. */
export function withPartAdded(project: Project, slot: number, place = project.song.length): Project {
  const scene = project.scenes[slot];
  if (!scene || project.song.length >= MAX_PARTS) return project;
  const part: SongPart = { scene: slot, bars: clamp(sceneBars(scene), 1, MAX_PART_BARS), fill: false, morph_bars: 0 };
  return withSong(project, project.song.toSpliced(clamp(place, 0, project.song.length), 0, part));
}

/** One part changed; its morph is no longer than the part itself. */
export function withPart(project: Project, place: number, changes: Partial<SongPart>): Project {
  return withSong(
    project,
    project.song.map((part, index) => {
      if (index !== place) return part;
      const bars = clamp(Math.round(changes.bars ?? part.bars), 1, MAX_PART_BARS);
      return { ...part, ...changes, bars, morph_bars: clamp(Math.round(changes.morph_bars ?? part.morph_bars), 0, bars) };
    }),
  );
}

/** A part taken to another place: `to` is its place afterwards. */
export function withPartMoved(project: Project, from: number, to: number): Project {
  const part = project.song[from];
  if (!part || from === to || to < 0 || to >= project.song.length) return project;
  return withSong(project, project.song.toSpliced(from, 1).toSpliced(to, 0, part));
}

export const withPartRemoved = (project: Project, place: number): Project => withSong(project, project.song.toSpliced(place, 1));

/** The bar of the song with which a part begins. */
export const firstBarOf = ({ song }: Project, place: number): number => song.slice(0, place).reduce((sum, { bars }) => sum + bars, 0);

/** Which part a bar of the song is in, and how far into it; the song begins anew after its end. */
export function partAt(project: Project, bar: number): { readonly place: number; readonly bar: number } | null {
  if (project.song.length === 0) return null;
  let within = bar % naturalBars(project);
  let place = 0;
  while (within >= project.song[place]!.bars) within -= project.song[place++]!.bars;
  return { place, bar: within };
}

// ---- a morph

/** The present scene on its way to another one. */
export interface Morph {
  readonly slot: number; // of the scene it goes to
  readonly first: number; // bar of the present scene at which it sets out
  readonly bars: number;
}

/** The project while it morphs, as a song of two parts: the present scene, which stands behind the kept ones, then the other. */
export function morphing(project: Project, { slot, first, bars }: Morph): Project {
  const present = { scene: project.scenes.length, bars: first + bars, fill: false, morph_bars: bars };
  const other = { scene: slot, bars: MAX_PART_BARS, fill: false, morph_bars: 0 };
  return { ...project, scenes: [...project.scenes, project.scene], song: [present, other] };
}

const opening = new WeakMap<Scene, Bar>(); // scenes never change

/** The bar with which a scene begins: what its tile shows. */
export function openingBar(scene: Scene): Bar {
  const known = opening.get(scene) ?? new Plan({ ...NEW_PROJECT, scene }).bar(0).pieces[0]![1];
  opening.set(scene, known);
  return known;
}
