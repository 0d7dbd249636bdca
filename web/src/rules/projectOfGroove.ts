/**
 * The groove as a project, and back. A project says how each bar is made again; the strokes that came of it are kept
 * beside it, by `barKey`. What the page does not show of a project that was opened stays in it.
 */

import { barKey, edited } from "./bars";
import { type GenerationSettings, type Groove, type Journey, LOOP_BARS, type MapPlace, NEW_GROOVE, SLOT_COUNT } from "./groove";
import { pointsOf } from "./journey";
import { EMPTY_BAR } from "./pattern";
import { fillOf } from "./plan";
import { type Bar, canonicalJson, type GenerationSettings as BarSettings, type KitVoice, NEW_PROJECT, NEW_SCENE, type Operation, type Path, type PathEdit, type Project, type Scene } from "./project";
import type { BarPattern, Point } from "./protocol";
import { stepsPerBar } from "./units";

/** The strokes of bars, by their `barKey`. */
export type Strokes = ReadonlyMap<string, BarPattern>;

const PINS = ["A", "B"] as const;

// ---- the bars of a place and of a journey

const given = (pattern: BarPattern): Bar => ({ kind: "given", pattern: { meter: pattern.meter, strokes: pattern.strokes }, source: "" });

const barSettings = ({ style, section, meter, variation, density, shift, seed }: GenerationSettings): BarSettings => ({ style, section, meter, variation, density, shift, seed });

/** The bars that the space has at this place: one, or a phrase. */
function generatedBars({ point, settings }: MapPlace): Bar[] {
  const { bars } = settings;
  const own = { kind: "generated", point, settings: barSettings(settings) } as const;
  return bars === 1 ? [{ ...own, phrase: null }] : Array.from({ length: bars }, (_, index) => ({ ...own, phrase: { bars, index, fill: false } }));
}

/** The strokes of each bar of the loop. */
export const loopOf = ({ pattern, phrase }: MapPlace): readonly BarPattern[] => (phrase.length > 0 ? phrase : [pattern]);

/** How each bar of the loop is made again. */
export const barsOf = (place: MapPlace): readonly Bar[] => place.bars ?? (place.edited ? loopOf(place).map(given) : generatedBars(place));

/** How the fill is made again; null: as the space has it there. */
export const fillBarOf = (place: MapPlace): Bar | null => place.fillBar ?? (place.fill && !hasFill(barsOf(place)[0]!) ? given(place.fill) : null);

/** Does the space have a fill that goes with this bar? */
export const hasFill = (bar: Bar): boolean => fillOf(bar).kind !== "given" && barKey(fillOf(bar)) !== barKey(bar);

/** The place after an operation on one of its bars, which has these strokes now. */
export function withBarMade(place: MapPlace, bar: BarPattern, made: BarPattern, change: BarChange): MapPlace {
  const swap = (each: BarPattern) => (each === bar ? made : each);
  const changed = { ...place, pattern: swap(place.pattern), phrase: place.phrase.map(swap), fill: place.fill && swap(place.fill), edited: true };
  if (place.fill === bar) return { ...changed, bars: barsOf(place), fillBar: change(fillBarOf(place) ?? fillOf(barsOf(place)[0]!)) };
  const loop = loopOf(place);
  return { ...changed, bars: barsOf(place).map((each, index) => (loop[index] === bar ? change(each) : each)), fillBar: fillBarOf(place) };
}

/** What an operation makes of the way in which a bar is made. */
export type BarChange = (bar: Bar) => Bar;

/** The bar with strokes written by hand. Those written one after the other count as one operation. */
export const withCellsWritten =
  (before: BarPattern, after: BarPattern): BarChange =>
  (bar) => {
    const cells = cellsBetween(before, after);
    if (cells.length === 0) return bar;
    const last = bar.kind === "edited" ? bar.operations.at(-1) : undefined;
    if (bar.kind !== "edited" || last?.kind !== "cells") return edited(bar, [{ kind: "cells", cells }]);
    const rewritten = new Set(cells.map(([voice, step]) => `${voice}.${step}`));
    const kept = last.cells.filter(([voice, step]) => !rewritten.has(`${voice}.${step}`));
    return { ...bar, operations: [...bar.operations.slice(0, -1), { kind: "cells", cells: [...kept, ...cells] }] };
  };

/** The bar, humanised like this; null: as it was before it was. */
export const withHumanise =
  (operation: (Operation & { kind: "humanise" }) | null, again: boolean): BarChange =>
  (bar) => {
    const base = again && endsHumanised(bar) ? withoutLast(bar) : bar;
    return operation ? edited(base, [operation]) : base;
  };

export const withOperation =
  (operation: Operation): BarChange =>
  (bar) =>
    edited(bar, [operation]);

/** How the bar was humanised, if that was the last thing done to it. */
export function lastHumanise(bar: Bar): (Operation & { kind: "humanise" }) | null {
  const last = bar.kind === "edited" ? bar.operations.at(-1) : undefined;
  return last?.kind === "humanise" ? last : null;
}

const endsHumanised = (bar: Bar): boolean => lastHumanise(bar) !== null;

/** The bar before the last operation on it. */
export function withoutLast(bar: Bar): Bar {
  if (bar.kind !== "edited") return bar;
  return bar.operations.length > 1 ? { ...bar, operations: bar.operations.slice(0, -1) } : bar.base;
}

/** The cells in which two bars of one meter differ, as the second one has them; silent ones have velocity 0. */
export function cellsBetween(before: BarPattern, after: BarPattern): (readonly [number, number, number, number])[] {
  const now = new Map(after.strokes.map((stroke) => [`${stroke[0]}.${stroke[1]}`, stroke]));
  const then = new Map(before.strokes.map((stroke) => [`${stroke[0]}.${stroke[1]}`, stroke]));
  const gone = before.strokes.filter(([voice, step]) => !now.has(`${voice}.${step}`)).map(([voice, step]) => [voice, step, 0, 0] as const);
  const written = after.strokes.filter(([voice, step, velocity, offset]) => {
    const old = then.get(`${voice}.${step}`);
    return !old || old[2] !== velocity || old[3] !== offset;
  });
  return [...gone, ...written.map(([voice, step, velocity, offset]) => [voice, step, velocity, offset] as const)];
}

/** What was done to the bars of the round; where that is not known, every cell is written. */
export function editsOf({ edited: isEdited, edits, patterns, fills }: Journey): readonly PathEdit[] {
  if (!isEdited) return [];
  if (edits) return edits;
  const whole = (fill: boolean) => (pattern: BarPattern, bar: number) => ({ bar, fill, operations: [{ kind: "cells" as const, cells: everyCell(pattern) }] });
  return [...patterns.map(whole(false)), ...fills.map(whole(true))];
}

function everyCell(pattern: BarPattern): (readonly [number, number, number, number])[] {
  const places = Array.from({ length: 8 * stepsPerBar(pattern.meter) }, (_, place) => [place % 8, Math.floor(place / 8)] as const);
  const struck = new Map(pattern.strokes.map(([voice, step, velocity, offset]) => [`${voice}.${step}`, [velocity, offset] as const]));
  return places.map(([voice, step]) => [voice, step, ...(struck.get(`${voice}.${step}`) ?? ([0, 0] as const))] as const);
}

/** The journey after an operation on one of its bars. */
export function withJourneyBarMade(journey: Journey, bar: BarPattern, made: BarPattern, change: BarChange): Journey {
  const swap = (each: BarPattern) => (each === bar ? made : each);
  const changed = { ...journey, patterns: journey.patterns.map(swap), fills: journey.fills.map(swap), edited: true };
  const known = [...editsOf(journey)];
  const fill = journey.fills.includes(bar);
  const index = (fill ? journey.fills : journey.patterns).indexOf(bar);
  const before = known.find((each) => each.bar === index && each.fill === fill);
  const base: Bar = { kind: "given", pattern: EMPTY_BAR, source: "" }; // any: only its operations count
  const after = change(edited(base, before?.operations ?? []));
  const others = known.filter((each) => each !== before);
  return { ...changed, edits: after.kind === "edited" ? [...others, { bar: index, fill, operations: after.operations }] : others };
}

/** How each bar of the journey's round is made again, fills after them if there are any. */
function journeyBars(journey: Journey, settings: GenerationSettings): { bars: Bar[]; fills: Bar[] } {
  const edits = editsOf(journey);
  const made = (fill: boolean) => (point: Point, bar: number) => {
    const own: Bar = { kind: "generated", point, settings: barSettings(settings), phrase: null };
    return edited(fill ? fillOf(own) : own, edits.find((each) => each.bar === bar && each.fill === fill)?.operations ?? []);
  };
  const points = pointsOf(journey);
  return { bars: points.map(made(false)), fills: points.map(made(true)) };
}

// ---- to a project

/** A place as it is stored: as a scene has it. */
export type StoredPlace = Pick<Scene, "settings" | "bars" | "fill">;

export const storedPlace = (place: MapPlace): StoredPlace => ({ settings: barSettings(place.settings), bars: barsOf(place), fill: fillBarOf(place) });

const sceneOfPlace = (place: MapPlace): Scene => ({ ...NEW_SCENE, ...storedPlace(place) });

/** The slot's scene: the one that was opened, unless another place is kept there now. */
function sceneOfSlot(place: MapPlace, opened: Scene | null | undefined): Scene {
  const own = sceneOfPlace(place);
  const same = opened && canonicalJson([opened.bars, opened.fill]) === canonicalJson([own.bars, own.fill]);
  return same ? opened : own;
}

/** Everything that is being played, without the strokes that the space makes. */
export function toProject(groove: Groove): Project {
  const { place, slots, mix, sounds, kit, opened } = groove;
  const before = opened ?? NEW_PROJECT;
  const kept: (Scene | null)[] = slots.map((slot, index) => (slot ? sceneOfSlot(slot, before.scenes[index]) : null));
  const scenes = [...kept, ...before.scenes.slice(SLOT_COUNT)];
  while (scenes.at(-1) === null) scenes.pop();
  const [first, ...later] = before.scene.tempo;
  const scene: Scene = {
    ...before.scene,
    ...sceneOfPlace(place),
    name: before.scene.name,
    lanes: before.scene.lanes,
    modulations: before.scene.modulations,
    automations: before.scene.automations,
    tempo: [{ ...first!, tempo_bpm: groove.tempoBpm }, ...later],
    swing: groove.swing,
    fill_every: groove.fillEvery,
    kit: { ...before.scene.kit, name: kit, voices: sounds.map((sound): KitVoice => (sound.from === "factory" ? { ...sound, kit: sound.kit ?? kit } : sound)) },
    mix: mix.map((each, voice) => ({ ...before.scene.mix[voice], ...each })),
    ...wayOf(groove),
  };
  const song = before.song.filter((part) => scenes[part.scene]);
  return { ...before, volume: groove.volume, quantum: groove.quantum, scene, scenes, song };
}

/** The pins as anchors and the journey as a path; a path that the page does not travel stays until a pin is set. */
function wayOf({ journey, opened }: Groove): Pick<Scene, "anchors" | "path"> {
  const { a, b, bars, mode, travelling } = journey;
  if (opened && !a && !b && !isJourney(opened.scene)) return { anchors: opened.scene.anchors, path: opened.scene.path };
  const anchors = PINS.flatMap((name, pin) => ([a, b][pin] ? [{ name, point: [a, b][pin]! }] : []));
  const path: Path = { points: [], curve: "line", smoothing: 0, bars, way: mode, quantum: "bar", travelling, edits: editsOf(journey) };
  return { anchors, path: a && b ? path : null };
}

/** Is the way through this scene one from A to B, bar by bar, or none? */
function isJourney({ anchors, path }: Scene): boolean {
  if (anchors.some(({ name }) => !PINS.some((pin) => pin === name)) || anchors.length > PINS.length) return false;
  return path === null || (path.points.length === 0 && path.curve === "line" && path.quantum === "bar" && anchors.length === PINS.length);
}

// ---- from a project

/** The bars whose strokes `fromProject` needs: also those that a humanised one was made of. */
export function barsNeeded(project: Project): Bar[] {
  const { scene, scenes } = project;
  const placed = [scene, ...scenes.slice(0, SLOT_COUNT)].flatMap((each) => (each ? [...each.bars, ...(each.fill ? [each.fill] : [])] : []));
  const journey = journeyOf(scene);
  const { bars, fills } = journeyBars(journey, settingsOf(scene, 1));
  const all = [...placed, ...bars, ...(scene.fill_every > 0 ? fills : [])];
  const bases = all.flatMap((bar) => (endsHumanised(bar) ? [withoutLast(bar)] : []));
  return [...new Map([...all, ...bases].map((bar) => [barKey(bar), bar])).values()];
}

/** Each bar that a groove holds, and its strokes. */
export function barsHeld(groove: Groove): (readonly [Bar, BarPattern])[] {
  const { place, slots, visits, journey } = groove;
  const zipped = (bars: readonly Bar[], strokes: readonly BarPattern[]) => bars.flatMap((bar, index) => (strokes[index] ? [[bar, strokes[index]] as const] : []));
  const ofPlace = (each: MapPlace) => {
    const bars = barsOf(each);
    return [...zipped(bars, loopOf(each)), ...(each.fill ? [[fillBarOf(each) ?? fillOf(bars[0]!), each.fill] as const] : [])];
  };
  const { bars, fills } = journeyBars(journey, place.settings);
  return [...[place, ...slots, ...visits].flatMap((each) => (each ? ofPlace(each) : [])), ...zipped(bars, journey.patterns), ...zipped(fills, journey.fills)];
}

/** The strokes of all that a groove holds, for `fromProject`; `baseOf` has the strokes of which those of a humanised bar were made. */
export function strokesOf(groove: Groove, baseOf: (made: BarPattern) => BarPattern): Map<string, BarPattern> {
  const held = barsHeld(groove);
  const bases = held.flatMap(([bar, made]) => (endsHumanised(bar) ? [[withoutLast(bar), baseOf(made)] as const] : []));
  return new Map([...bases, ...held].map(([bar, made]) => [barKey(bar), made]));
}

const settingsOf = ({ settings }: StoredPlace, bars: number): GenerationSettings => {
  const { style, section, meter, shift, density, variation, seed } = settings;
  return { style, section, meter, shift, density, variation, seed, bars };
};

/** The place again, with the strokes of its bars. */
export function placeOfScene(scene: StoredPlace, strokes: Strokes): MapPlace {
  const { bars, fill } = scene;
  const loop = bars.map((bar) => strokesFor(bar, strokes));
  const first = bars[0]!;
  const base = first.kind === "edited" ? first.base : first;
  const point = base.kind === "generated" ? base.point : ([0, 0] as const);
  const length = LOOP_BARS.find((each) => each === bars.length) ?? 1;
  const settings = settingsOf(scene, length);
  const plain: MapPlace = { point, settings, pattern: loop[0]!, phrase: loop.length > 1 ? loop : [], fill: fill ? strokesFor(fill, strokes) : hasFill(first) ? (strokes.get(barKey(fillOf(first))) ?? null) : null, edited: false, bars: null, fillBar: null };
  const natural = fill === null && canonicalJson(generatedBars(plain)) === canonicalJson(bars);
  return natural ? plain : { ...plain, edited: true, bars, fillBar: fill };
}

const strokesFor = (bar: Bar, strokes: Strokes): BarPattern => strokes.get(barKey(bar)) ?? (bar.kind === "given" ? bar.pattern : EMPTY_BAR);

function journeyOf(scene: Scene): Journey {
  const { path, anchors } = scene;
  if (!isJourney(scene)) return NEW_GROOVE.journey;
  const [a, b] = PINS.map((pin) => anchors.find(({ name }) => name === pin)?.point ?? null);
  const journey: Journey = { ...NEW_GROOVE.journey, a: a!, b: b! };
  if (path === null) return journey;
  return { ...journey, bars: path.bars, mode: path.way, travelling: path.travelling, edited: path.edits.length > 0, edits: path.edits.length > 0 ? path.edits : null };
}

/** The groove of a project, with the strokes of its bars. The click history begins anew. */
export function fromProject(project: Project, strokes: Strokes): Groove {
  const { scene, scenes } = project;
  const place = placeOfScene(scene, strokes);
  const journey = journeyOf(scene);
  const { bars, fills } = journeyBars(journey, place.settings);
  const travelled = (made: readonly Bar[]) => (made.every((bar) => strokes.has(barKey(bar))) ? made.map((bar) => strokes.get(barKey(bar))!) : []);
  return {
    ...NEW_GROOVE,
    place,
    visits: [place],
    visit: 0,
    journey: { ...journey, patterns: travelled(bars), fills: travelled(fills) },
    fillEvery: scene.fill_every,
    slots: Array.from({ length: SLOT_COUNT }, (_, slot) => (scenes[slot] ? placeOfScene(scenes[slot], strokes) : null)),
    mix: scene.mix.map(({ mute, solo, level, pan }) => ({ mute, solo, level, pan })),
    tempoBpm: scene.tempo[0]!.tempo_bpm,
    swing: scene.swing,
    quantum: project.quantum,
    volume: project.volume,
    kit: scene.kit.name,
    sounds: scene.kit.voices.map((voice) => (voice.from === "factory" && voice.kit === scene.kit.name ? { ...voice, kit: null } : voice)),
    opened: project,
  };
}

/** What of a project is kept, but not heard in this page. */
export function silentParts({ scene, song, scenes }: Project): string[] {
  const plainLane = canonicalJson(NEW_SCENE.lanes[0]);
  return [
    ...(isJourney(scene) ? [] : ["its path"]),
    ...(scene.lanes.some((lane) => canonicalJson(lane) !== plainLane) ? ["its lanes"] : []),
    ...(scene.modulations.length > 0 ? ["its modulation"] : []),
    ...(scene.automations.length > 0 ? ["its automation"] : []),
    ...(scene.tempo.length > 1 ? ["its tempo changes"] : []),
    ...(song.length > 0 ? ["its song"] : []),
    ...(scenes.length > SLOT_COUNT ? [`its scenes after ${SLOT_COUNT}`] : []),
  ];
}
