/** What the page changes of a scene: its place on the map, its bars, its way from A to B, its mix. Each change makes a new value. */

import { barKey, edited, handCells, withHandCells, withoutHandCells } from "./bars";
import { heardIn, hearing } from "./hearing";
import { type BarAddress, fillOf } from "./plan";
import { type Bar, type GenerationSettings, NEW_PROJECT, NEW_SCENE, type Path, PLAIN_SETTINGS, type Project, type Scene, type VoiceMix } from "./project";
import { MAX_SHIFT, NO_RHYTHM_SHIFT, type Point, type SpaceInfo } from "./protocol";
import { knownOf, sharesOf } from "./styleBlend";
import { barOnCourse, courseOf, pointAt, roundBars, shareAt, vertices } from "./travel";
import { DEFAULT_SOUND } from "./voiceSound";

export const SLOT_COUNT = 8; // places for bars, in projects of before
export const JOURNEY_BARS = [2, 4, 8, 16, 32] as const;
export const LOOP_BARS = [1, 2, 4, 8] as const;
export const FILLS_EVERY = [0, 4, 8, 16] as const; // bars; 0 is never
export const PINS = ["A", "B", "C", "D"] as const;
const ENDS: readonly string[] = ["A", "B"];
export type Pin = (typeof PINS)[number];

const MAX_PHRASE_BARS = 64; // that the space makes together
const PHRASE_VARIATION = 0.25; // of the bars of a phrase, until the player sets another

/** The bars that lie at a point of the map, and how they are generated. */
export type Place = Pick<Scene, "settings" | "bars" | "fill">;

const NEW_PAGE_SCENE: Scene = {
  ...NEW_SCENE,
  tempo: [{ bar: 0, tempo_bpm: 112, ramp: false }],
  kit: { ...NEW_SCENE.kit, name: "", voices: NEW_SCENE.kit.voices.map(() => DEFAULT_SOUND) },
};

/** What a new player begins with. */
export const NEW_PAGE_PROJECT: Project = { ...NEW_PROJECT, scene: NEW_PAGE_SCENE };

// ---- the bars at a place

/** The bars that the space has at this point: one, or a phrase. */
export function generatedBars(point: Point, settings: GenerationSettings, count: number): Bar[] {
  const own = { kind: "generated", point, settings, leg: null, hears: null } as const;
  return count === 1 ? [{ ...own, phrase: null }] : Array.from({ length: count }, (_, index) => ({ ...own, phrase: { bars: count, index, fill: false } }));
}

/** Where the first bar of the loop lies on the map. */
export function pointOf({ bars }: Pick<Place, "bars">): Point {
  const [first] = bars;
  const base = first?.kind === "edited" ? first.base : first;
  return base?.point ?? [0, 0];
}

/** Was anything done to its bars by hand? */
export const isEdited = ({ bars, fill }: Place): boolean => fill !== null || bars.some(({ kind }) => kind !== "generated");

/** What the space has at this point, with these settings. */
export const placeAt = (point: Point, settings: GenerationSettings, count: number): Place => ({ settings, bars: generatedBars(point, settings, count), fill: null });

const hasGiven = ({ bars }: Pick<Place, "bars">): boolean => bars.some((bar) => (bar.kind === "edited" ? bar.base : bar).kind === "given");

/** How many bars the loop has at another place of the map: what was given, such as the bars of a file, is no loop of the map's. */
export const loopOf = (place: Pick<Place, "bars">): number => (hasGiven(place) ? 1 : Math.min(place.bars.length, MAX_PHRASE_BARS));

/** Another place of the map, with what was written by hand into the bars of this one: a layer that stays when the map's bar goes. */
export function movedPlace(before: Place, point: Point, settings = before.settings, count = loopOf(before)): Place {
  const to = placeAt(point, settings, count);
  const layers = before.bars.map(handCells);
  const bars = to.bars.map((bar, index) => withHandCells(bar, layers[index % layers.length]!));
  const inFill = before.fill ? handCells(before.fill) : [];
  return { ...to, bars, fill: inFill.length > 0 ? withHandCells(fillOf(bars.at(-1)!), inFill) : null };
}

export const atPoint = (place: Place, point: Point): Place => movedPlace(place, point);

/** How many strokes were written or silenced by hand, in all bars of the loop. */
export const handCellCount = ({ bars, fill }: Place): number => [...bars, ...(fill ? [fill] : [])].reduce((sum, bar) => sum + handCells(bar).length, 0);

/** The place as the map has it: without what was written by hand, of one voice or of all. */
export const released = (place: Place, voice: number | null = null): Pick<Place, "bars" | "fill"> => ({
  bars: place.bars.map((bar) => withoutHandCells(bar, voice)),
  fill: place.fill && withoutHandCells(place.fill, voice),
});

/** Settings of generation, and the bars of the loop. */
export type PlaceChanges = Partial<GenerationSettings> & { readonly loop?: number };

/** The same place with other settings: a fill is one bar, and a new phrase gets some variation, so that its bars are no copies of each other. */
export function withSettings(place: Place, { loop, ...changes }: PlaceChanges): Place {
  const settings = { ...place.settings, ...changes };
  let count = loop ?? loopOf(place);
  if (changes.section === "fill") count = 1;
  if (loop !== undefined && loop > 1) {
    if (settings.section === "fill") settings.section = "beat";
    if (place.bars.length === 1 && settings.variation === 0) settings.variation = PHRASE_VARIATION;
  }
  return movedPlace(place, pointOf(place), settings, count);
}

/** Is this what the scene plays now? */
export const isSamePlace = (one: Place | null | undefined, other: Place): boolean =>
  !!one && one.bars.length === other.bars.length && one.bars.every((bar, index) => barKey(bar) === barKey(other.bars[index]!));

/** The place with what this space knows, and in words what it lacks. Where a direction moves the density, a share of older links becomes one. */
export function knownHere(place: Place, { styles, sections, meters, directions }: SpaceInfo): { place: Place; unknown: readonly string[] } {
  const { settings } = place;
  const style = knownOf(settings.style, styles);
  const section = sections.includes(settings.section) ? settings.section : (sections[0] ?? settings.section);
  const meter = meters.find((each) => String(each) === String(settings.meter)) ?? meters[0] ?? settings.meter;
  const shift = directions.length === 0 ? NO_RHYTHM_SHIFT : settings.shift;
  const becomes = directions.includes("density") && settings.density !== null;
  const dense = becomes ? { density: null, shift: { ...shift, density: Math.round((settings.density - 0.5) * 2 * MAX_SHIFT * 10) / 10 } } : { density: settings.density, shift };
  const given = hasGiven(place); // needs no space, and stays
  const count = directions.length === 0 && !given ? 1 : place.bars.length; // what has no detail has no bars that agree
  const known: GenerationSettings = { ...settings, style, section, meter, ...dense };
  const unknown = [
    ...(style === settings.style ? [] : sharesOf(settings.style).flatMap(([name]) => (styles.includes(name) ? [] : [`style “${name}”`]))),
    ...(section === settings.section ? [] : [`section “${settings.section}”`]),
    ...(String(meter) === String(settings.meter) ? [] : [`${settings.meter.join("/")}`]),
    ...(count === place.bars.length ? [] : ["phrases"]),
  ];
  const same = JSON.stringify(known) === JSON.stringify(settings) && count === place.bars.length;
  return { place: same ? place : given ? { ...place, settings: known } : movedPlace(place, pointOf(place), known, count), unknown };
}

// ---- one bar by its address

const sceneAt = (project: Project, { scene }: BarAddress): Scene => (scene === null ? project.scene : (project.scenes[scene] ?? project.scene));

/** How the bar at this address is made. */
export function barAt(project: Project, address: BarAddress): Bar {
  const { bars, fill, path, settings, ...scene } = sceneAt(project, address);
  if (!address.path || path === null) {
    const own = bars[address.bar % bars.length]!;
    return address.fill ? (fill ?? fillOf(own)) : own;
  }
  const own = barOnCourse(courseOf({ ...scene, bars, fill, settings, path }), shareAt(path, address.bar), settings);
  const edit = path.edits.find((each) => each.bar === address.bar && each.fill === address.fill);
  return edited(address.fill ? fillOf(own) : own, edit?.operations ?? []);
}

/** The same bar with what it hears where it varies: as it is played, but for what moves. */
export function playedAt(project: Project, address: BarAddress): Bar {
  const scene = sceneAt(project, address);
  return hearing(barAt(project, address), heardIn(scene, courseOf(scene), address.bar, address.fill));
}

/** The project with this bar at the address; of a bar on a path, what was done to it is kept. */
export function withBarAt(project: Project, address: BarAddress, bar: Bar): Project {
  const scene = withBar(sceneAt(project, address), address, bar);
  if (address.scene === null || address.scene >= project.scenes.length) return { ...project, scene }; // the present one, also while it morphs
  return { ...project, scenes: project.scenes.map((each, index) => (index === address.scene ? scene : each)) };
}

function withBar(scene: Scene, { path: onPath, bar: index, fill }: BarAddress, bar: Bar): Scene {
  const { path } = scene;
  if (onPath && path !== null) {
    const others = path.edits.filter((each) => each.bar !== index || each.fill !== fill);
    return { ...scene, path: { ...path, edits: bar.kind === "edited" ? [...others, { bar: index, fill, operations: bar.operations }] : others } };
  }
  return fill ? { ...scene, fill: bar } : { ...scene, bars: scene.bars.map((each, place) => (place === index ? bar : each)) };
}

// ---- the way from A to B

export interface Journey {
  readonly a: Point | null;
  readonly b: Point | null;
  readonly travelling: boolean;
}

export const NEW_PATH: Path = { points: [], curve: "line", smoothing: 0, bars: 8, way: "loop", between: "strokes", quantum: "bar", travelling: false, edits: [], stops: null };

/** How long a journey is and which way it goes: of the path, or chosen before both pins are set. */
export type JourneyKind = Pick<Path, "bars" | "way">;
export const NEW_JOURNEY: JourneyKind = { bars: NEW_PATH.bars, way: NEW_PATH.way };

export const pinOf = ({ anchors }: Scene, pin: Pin): Point | null => anchors.find(({ name }) => name === pin)?.point ?? null;

export const journeyOf = (scene: Scene): Journey => ({ a: pinOf(scene, "A"), b: pinOf(scene, "B"), travelling: scene.path?.travelling ?? false });

/** Is the path one from A to B, bar by bar? Else it was drawn elsewhere. */
export const isJourney = ({ path, anchors }: Scene): boolean =>
  path !== null && path.points.length === 0 && path.curve === "line" && path.quantum === "bar" && path.between === "strokes" && anchors.every(({ name }) => ENDS.includes(name));

/** The points of one round, one a bar; none without a path. */
export function roundPoints(scene: Scene): Point[] {
  const { path } = scene;
  if (path === null) return [];
  const corners = vertices(scene);
  return Array.from({ length: roundBars(path) }, (_, bar) => pointAt(corners, shareAt(path, bar)));
}

/** The scene with a pin at this point. A path through the anchors leads from A to B, and on to C and D, once A and B are there; one that was drawn stays as it is. */
export function withPin(scene: Scene, pin: Pin, point: Point, kind: JourneyKind): Scene {
  const placeOf = (name: string) => PINS.findIndex((each) => each === name);
  const others = scene.anchors.filter(({ name }) => name !== pin);
  const pins = [...others, { name: pin, point }].filter(({ name }) => placeOf(name) >= 0).sort((one, other) => placeOf(one.name) - placeOf(other.name));
  const anchors = [...pins, ...others.filter(({ name }) => placeOf(name) < 0)];
  const { path } = scene;
  if (path !== null && path.points.length > 0) return { ...scene, anchors };
  return { ...scene, anchors, path: ENDS.every((end) => anchors.some(({ name }) => name === end)) ? unevened(path ?? { ...NEW_PATH, ...kind }) : null };
}

/** A path whose stops are to be found once more, if it has any. */
export const unevened = (path: Path): Path => (path.stops ? { ...path, stops: [] } : path);

/** The scene on the way along a path through these points, or through its anchors where there are none. */
export const withNewPath = (scene: Scene, points: readonly Point[], changes: Partial<Path>): Scene => ({ ...scene, path: { ...NEW_PATH, travelling: true, ...changes, points } });

/** The path changed; what was done to its bars by hand stays with those that are still there. */
export function withPath(scene: Scene, changes: Partial<Path>): Scene {
  if (!scene.path) return scene;
  const path = "stops" in changes ? { ...scene.path, ...changes } : unevened({ ...scene.path, ...changes });
  return { ...scene, path: { ...path, edits: path.edits.filter(({ bar }) => bar < roundBars(path)) } };
}

export const travelling = (scene: Scene, on: boolean): Scene => (scene.path && scene.path.travelling !== on ? { ...scene, path: { ...scene.path, travelling: on } } : scene);

// ---- scenes, mix, tempo

/** The project with this scene in its place, or with that place emptied: then the song goes without it. */
export function withSlot(project: Project, slot: number, scene: Scene | null): Project {
  const scenes = [...project.scenes];
  while (scenes.length <= slot) scenes.push(null);
  scenes[slot] = scene;
  while (scenes.at(-1) === null) scenes.pop();
  return { ...project, scenes, song: project.song.filter((part) => scenes[part.scene]) };
}

export const withMix = (scene: Scene, voice: number, mix: Partial<VoiceMix>): Scene => ({
  ...scene,
  mix: scene.mix.map((each, index) => (index === voice ? { ...each, ...mix } : each)),
});

export const tempoOf = ({ tempo }: Scene): number => tempo[0]!.tempo_bpm;

/** Another tempo at the start: later changes of it stay. */
export const withTempo = (scene: Scene, tempoBpm: number): Scene => ({ ...scene, tempo: [{ ...scene.tempo[0]!, tempo_bpm: tempoBpm }, ...scene.tempo.slice(1)] });

export { PLAIN_SETTINGS as DEFAULT_SETTINGS };
