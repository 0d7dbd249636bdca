/**
 * What each bar of a project plays, before any space is asked: which scene it is, how far it has morphed into the next,
 * which bar of its loop or path is due, whether it is a fill, and what automation and modulation make of all that.
 * The twin of `clave/play/plan.py`.
 */

import { edited, meterOf, modelPart } from "./bars";
import { chance, CRASH } from "./chance";
import { heardIn, hearing, plainBar } from "./hearing";
import { Movement, Walks } from "./modulation";
import { barsBetween, between, halfWay, lanesBetween, mixesBetween, voicesBetween } from "./morph";
import { VOICE_SLUGS } from "./parameters";
import type { Bar, Cell, KitVoice, Lane, Project, Scene, VoiceMix } from "./project";
import { stepsPerBeat } from "./sequencer";
import { type BarTempo, tempoOfBar } from "./tempo";
import { barOfRound, barOnCourse, type Course, courseOf, looks, roundBars, shareAt } from "./travel";
import { type Meter, stepsPerBar } from "./units";
import { leastMultiple, wholeRound } from "./wholeRound";

const CRASH_SHARE = 0.45; // of the bars after a fill that begin with one
const CRASH_CELLS: readonly Cell[] = [[5, 0, 0.85, 0], [2, 0, 0, 0], [3, 0, 0, 0]]; // a cymbal, in the place of the hat

const MAX_PLANNED_BARS = 100_000;

/** Which bar plays from this step on. */
export type Piece = readonly [step: number, bar: Bar];

/** Where a bar stands in the project: what an edit of it changes. */
export interface BarAddress {
  readonly scene: number | null; // index of a scene of the song; null: the present scene
  readonly path: boolean; // else it is one of the scene's loop
  readonly bar: number; // of the path's round, or of the loop
  readonly fill: boolean;
}

/** One bar of a project, as far as it can be said without a space. */
export interface PlannedBar {
  readonly index: number; // bars since the beginning
  readonly address: BarAddress;
  readonly start: number; // steps since the beginning
  readonly meter: Meter;
  readonly steps: number;
  readonly pieces: readonly Piece[]; // the first one from step 0
  readonly voices: readonly KitVoice[];
  readonly mix: readonly VoiceMix[];
  readonly roomLevel: number;
  readonly lanes: readonly Lane[];
  readonly swing: number;
  readonly tempo: BarTempo;
  readonly round: number; // of the scene's loop or path, since the scene began
  /** Does anything move this parameter? */
  readonly moves: (parameter: string) => boolean;
  /** What a parameter is at this step of the bar. */
  readonly value: (parameter: string, own: number, step: number) => number;
}

/** Where a bar of the song is: its scene, the bar within that, and the way to the next scene. */
interface Place {
  readonly scene: Scene;
  readonly number: number | null; // of the scene, in a song
  readonly bar: number; // since the scene began
  readonly fill: boolean;
  readonly into: Scene | null; // the scene it is on the way to
  readonly share: number; // of that way
  readonly before: readonly [scene: Scene, bar: number] | null; // another scene that the part before ends with, and its last bar
}

/** How many bars there are: those of the song, or as many as it takes to hear all of the scene. */
export const naturalBars = ({ song, scene }: Project): number => (song.length > 0 ? song.reduce((sum, { bars }) => sum + bars, 0) : sceneBars(scene));

/** The same of a scene: rounds of its path or loop until its fill was heard, and until its lanes, waves and curves begin anew; once is once. */
export function sceneBars(scene: Scene): number {
  const { path } = scene;
  return path?.travelling && path.way === "once" ? path.bars : wholeRound(scene, filledBars(scene), roundOf(scene));
}

/** A round of the path or loop, or as many as it takes to hear a fill: what has to be decoded before it plays. */
export function filledBars({ path, bars, fill_every: fillEvery }: Scene): number {
  if (path?.travelling && path.way === "once") return path.bars;
  const size = roundOf({ path, bars });
  return fillEvery > 0 ? size * Math.max(1, Math.ceil(fillEvery / size)) : size;
}

/** How many bars a round of the scene has: of its path while that travels, else of its loop. */
const roundOf = ({ path, bars }: Pick<Scene, "path" | "bars">): number => (path?.travelling ? roundBars(path) : bars.length);

/** Where this bar is, counted from 0; a song begins anew after its end. */
function placeOf(project: Project, bar: number): Place {
  const { song, scenes } = project;
  if (song.length === 0) return { scene: project.scene, number: null, bar, fill: false, into: null, share: 0, before: null };
  let within = bar % naturalBars(project);
  let number = 0;
  while (within >= song[number]!.bars) within -= song[number++]!.bars;
  const [part, after] = [song[number]!, song[(number + 1) % song.length]!];
  const morphed = within - (part.bars - part.morph_bars) + 1; // bars of the morph that have begun
  const share = morphed > 0 ? morphed / (part.morph_bars + 1) : 0;
  const earlier = song[number - 1];
  const before = earlier && within === 0 && earlier.scene !== part.scene ? ([scenes[earlier.scene]!, earlier.bars - 1] as const) : null;
  return { scene: scenes[part.scene]!, number: part.scene, bar: within, fill: part.fill && within === part.bars - 1, into: share > 0 ? scenes[after.scene]! : null, share, before };
}

/** The bar that is played as this one: after 100,000 bars, whole rounds are repeated, and music may play for ever. */
export function playedAs(project: Project, index: number): number {
  if (index < MAX_PLANNED_BARS) return index;
  const natural = naturalBars(project);
  return index % (Math.max(1, Math.floor(MAX_PLANNED_BARS / natural)) * natural);
}

/** The bars of a project, in any order: what each of them plays. Of those before a bar, at most a round is looked at. */
export class Plan {
  private readonly lines: BarLines;
  private readonly courses = new Map<Scene, Course>();
  private readonly movements = new Map<Scene, Movement>();

  constructor(
    readonly project: Project,
    private readonly walks = new Walks(),
  ) {
    this.lines = new BarLines(project);
  }

  /** The bar of this number, counted from 0. */
  bar(index: number): PlannedBar {
    if (!(index >= 0 && index < MAX_PLANNED_BARS)) throw new RangeError(`a project is played for ${MAX_PLANNED_BARS} bars at most, bar ${index} was wanted`);
    const place = placeOf(this.project, index);
    const { steps, beats } = this.lines.at(index);
    const since = this.project.song.length > 0 ? index - place.bar : 0; // when its scene began
    return plannedBar(place, index, { steps, beats: beats - this.lines.at(since).beats }, this);
  }

  /** What moves in a scene. */
  movementOf(scene: Scene): Movement {
    const known = this.movements.get(scene) ?? new Movement(scene.automations, scene.modulations, this.project.seed, this.walks);
    this.movements.set(scene, known);
    return known;
  }

  /** The course of a scene's path, worked out once. */
  courseOf(scene: Scene): Course {
    const known = this.courses.get(scene) ?? courseOf(scene);
    this.courses.set(scene, known);
    return known;
  }
}

/** The first so many bars of a project, one after the other. */
export function plannedBars(project: Project, count: number): PlannedBar[] {
  if (!(count >= 1 && count <= MAX_PLANNED_BARS)) throw new RangeError(`1 to ${MAX_PLANNED_BARS} bars can be played at once, got ${count}`);
  const plan = new Plan(project);
  return Array.from({ length: count }, (_, index) => plan.bar(index));
}

/** The start of a bar. */
interface Moment {
  readonly steps: number; // since the beginning
  readonly beats: number; // the same, or since the scene began
}

/** Where the bars of a project begin. Meters go round: only the bars of one round are counted, and where all have one meter, one bar. */
class BarLines {
  private readonly round: number;
  private readonly starts: Moment[] = [{ steps: 0, beats: 0 }]; // of each bar of the round that was looked at, and of the one after them

  constructor(private readonly project: Project) {
    this.round = possibleMeters(project).size === 1 ? 1 : roundOfMeters(project);
  }

  at(bar: number): Moment {
    const rounds = Math.floor(bar / this.round);
    const within = this.within(bar % this.round);
    if (rounds === 0) return within;
    const whole = this.within(this.round);
    return { steps: rounds * whole.steps + within.steps, beats: rounds * whole.beats + within.beats };
  }

  private within(bar: number): Moment {
    while (this.starts.length <= bar) {
      const { steps, beats } = this.starts.at(-1)!;
      const meter = meterAt(placeOf(this.project, this.starts.length - 1));
      this.starts.push({ steps: steps + stepsPerBar(meter), beats: beats + stepsPerBar(meter) / stepsPerBeat(meter) });
    }
    return this.starts[bar]!;
  }
}

function possibleMeters({ song, scenes, scene }: Project): Set<string> {
  const played = song.length > 0 ? song.map((part) => scenes[part.scene]!) : [scene];
  const meters = [...new Set(played)].flatMap(({ path, settings, bars, fill }) => (path?.travelling ? [settings.meter] : [...bars, ...(fill ? [fill] : [])].map(meterOf)));
  return new Set(meters.map(String));
}

/** After how many bars their meters begin anew. */
function roundOfMeters({ song, scene }: Project): number {
  if (song.length > 0) return song.reduce((sum, { bars }) => sum + bars, 0);
  return leastMultiple(scene.bars.length, Math.max(1, scene.fill_every));
}

/** Is the fill of this bar of the scene due? */
const isFillDue = (scene: Scene, bar: number, due: boolean): boolean => due || (scene.fill_every > 0 && (bar + 1) % scene.fill_every === 0);

/** The bar of the loop, or the fill in its place. */
function loopBar(scene: Scene, bar: number, fill: boolean): Bar {
  const own = scene.bars[bar % scene.bars.length]!;
  return fill ? (scene.fill ?? fillOf(own)) : own;
}

function meterAt({ scene, bar, fill, into, share }: Place): Meter {
  const of = (each: Scene, place: number): Meter => (each.path?.travelling ? each.settings.meter : meterOf(loopBar(each, place, isFillDue(each, place, fill))));
  const own = of(scene, bar);
  if (into === null) return own;
  const coming = of(into, 0);
  return String(own) === String(coming) ? own : halfWay(own, coming, share);
}

function addressOf({ scene, number, bar, fill }: Place): BarAddress {
  const { path, bars } = scene;
  const own = { scene: number, fill: isFillDue(scene, bar, fill) };
  return path?.travelling ? { ...own, path: true, bar: barOfRound(path, bar) } : { ...own, path: false, bar: bar % bars.length };
}

function plannedBar(at: Place, index: number, { steps: start, beats }: Moment, plan: Plan): PlannedBar {
  const { scene, bar, fill, into, share: t } = at;
  const leading = into === null ? scene : halfWay(scene, into, t);
  const movement = plan.movementOf(leading);
  const piecesFrom = (from: Scene, place: number) => {
    const moved: Moved = (own, step) => movedBar(own, movement, place, beats, step);
    return piecesOf(from, place, fill, { moved, looks: (own) => movement.looks(MOVING_BARS, own) }, plan.courseOf(from));
  };
  let pieces = piecesFrom(scene, bar);
  if (at.before !== null) {
    const heard = plainBar(at.before[0], plan.courseOf(at.before[0]), at.before[1]);
    pieces = pieces.map(([step, own]) => [step, hearing(own, heard)]);
  }
  let { swing, mix, lanes } = scene;
  let voices = scene.kit.voices;
  let roomLevel = scene.room.level;
  let tempo = tempoOfBar(scene.tempo, bar);
  if (into !== null) {
    pieces = piecesBetween(pieces, piecesFrom(into, 0), t);
    const arriving = tempoOfBar(into.tempo, 0);
    swing = between(swing, into.swing, t);
    tempo = [between(tempo[0], arriving[0], t), between(tempo[1], arriving[1], t)];
    voices = voicesBetween(voices, into.kit.voices, t);
    mix = mixesBetween(mix, into.mix, t);
    roomLevel = between(roomLevel, into.room.level, t);
    lanes = lanesBetween(lanes, into.lanes, t);
  }
  if (index > 0 && endsInFill(placeOf(plan.project, index - 1)) && chance(plan.project.seed, CRASH, index) < CRASH_SHARE) {
    const [[step, own], ...others] = pieces as [Piece, ...Piece[]];
    pieces = [[step, withCrash(own)], ...others];
  }
  const meter = meterOf(pieces[0]![1]);
  const steps = stepsPerBar(meter);
  const atStart = (name: string, own: number): number => movement.value(name, own, bar, beats);
  return {
    index,
    address: addressOf(at),
    start,
    meter,
    steps,
    pieces,
    voices: voices.map((voice, n) => movedVoice(voice, VOICE_SLUGS[n]!, movement, atStart)),
    mix,
    roomLevel,
    lanes,
    swing: atStart("swing", swing),
    round: Math.floor(bar / roundOf(scene)),
    tempo: { steps, startBpm: atStart("tempo", tempo[0]), endBpm: atStart("tempo", tempo[1]) },
    moves: (parameter) => movement.moves(parameter),
    value: (parameter, own, step) => movement.value(parameter, own, bar + step / steps, beats + step / stepsPerBeat(meter)),
  };
}

/** The bar at a step of its meter, moved. */
type Moved = (bar: Bar, step: number) => Bar;

/** What automation and modulation do to a bar, and at which steps of its meter it is looked at. */
interface Moving {
  readonly moved: Moved;
  readonly looks: (meter: Meter) => number[];
}

function piecesOf(scene: Scene, bar: number, fillDue: boolean, moving: Moving, course: Course): Piece[] {
  const fill = isFillDue(scene, bar, fillDue);
  const heard = heardIn(scene, course, bar, fill);
  return piecesAlone(scene, bar, fill, moving, course).map(([step, own]) => [step, hearing(own, heard)]);
}

function piecesAlone(scene: Scene, bar: number, fill: boolean, { moved, looks: automated }: Moving, course: Course): Piece[] {
  const { path, settings } = scene;
  if (!path?.travelling) {
    const own = loopBar(scene, bar, fill);
    const quick = modelPart(own)?.kind === "generated"; // what needs the space for long is looked at once a bar
    return (quick ? automated(meterOf(own)) : [0]).map((step) => [step, moved(own, step)]);
  }
  const turn = barOfRound(path, bar);
  const operations = path.edits.find((each) => each.bar === turn && each.fill === fill)?.operations ?? [];
  const steps = new Set([...looks(path, settings.meter), ...automated(settings.meter)]);
  return [...steps].sort((one, other) => one - other).map((step) => {
    const own = barOnCourse(course, shareAt(path, bar + step / stepsPerBar(settings.meter)), settings);
    return [step, edited(moved(fill ? fillOf(own) : own, step), operations)];
  });
}

/** Did the space make it as a fill, edited or not? */
function isFill(bar: Bar): boolean {
  if (bar.kind === "edited") return isFill(bar.base);
  return bar.kind === "generated" && (bar.settings.section === "fill" || (!!bar.phrase?.fill && bar.phrase.index === bar.phrase.bars - 1));
}

/** Is the bar there a fill of the space? Its morph does not count. */
function endsInFill({ scene, bar, fill }: Place): boolean {
  const due = isFillDue(scene, bar, fill);
  return scene.path?.travelling ? due || scene.settings.section === "fill" : isFill(loopBar(scene, bar, due));
}

/** The bar with a crash on 1 in the place of the hat; a fill, and what was given or edited, stays as it is. */
const withCrash = (bar: Bar): Bar => (bar.kind === "generated" && !isFill(bar) ? edited(bar, [{ kind: "cells", cells: CRASH_CELLS }]) : bar);

/** The fill that goes with a bar: what the space has there; a bar that was given is its own. */
export function fillOf(bar: Bar): Bar {
  if (bar.kind === "edited") return bar.base.kind === "given" ? bar : fillOf(bar.base);
  if (bar.kind === "given") return bar;
  if (bar.phrase === null) return { ...bar, settings: { ...bar.settings, section: "fill" }, leg: null, hears: null };
  return { ...bar, phrase: { bars: bar.phrase.bars, index: bar.phrase.bars - 1, fill: true } };
}

/** Where the two change at the same steps, piece by piece; else the one until half-way, then the other. */
function piecesBetween(a: Piece[], b: Piece[], t: number): Piece[] {
  const sameSteps = a.length === b.length && a.every(([step], place) => step === b[place]![0]);
  if (!sameSteps || String(meterOf(a[0]![1])) !== String(meterOf(b[0]![1]))) return halfWay(a, b, t);
  return a.map(([step, one], place) => [step, barsBetween(one, b[place]![1], t)]);
}

const OFF_THE_LEG = ["map.x", "map.y", "variation", "density"] as const; // what moves these leaves the leg of a path for the map
const MOVING_BARS = [...OFF_THE_LEG, "shift.density", "shift.syncopation", "shift.swing", "shift.loudness"] as const;

/** The bar at what automation and modulation make of its point and settings, at this step of this bar of the scene. */
function movedBar(bar: Bar, movement: Movement, sceneBars: number, sceneBeats: number, step: number): Bar {
  if (!MOVING_BARS.some((name) => movement.moves(name))) return bar;
  if (bar.kind === "given") return bar;
  if (bar.kind === "edited") return { ...bar, base: movedBar(bar.base, movement, sceneBars, sceneBeats, step) as typeof bar.base };
  const { settings, point } = bar;
  const [bars, beats] = [sceneBars + step / stepsPerBar(settings.meter), sceneBeats + step / stepsPerBeat(settings.meter)];
  const now = (name: (typeof MOVING_BARS)[number], own: number): number => movement.value(name, own, bars, beats);
  const { shift } = settings;
  return {
    ...bar,
    ...(OFF_THE_LEG.some((name) => movement.moves(name)) ? { leg: null, hears: null } : {}),
    point: [now("map.x", point[0]), now("map.y", point[1])],
    settings: {
      ...settings,
      variation: now("variation", settings.variation),
      density: movement.moves("density") ? now("density", settings.density ?? 0.5) : settings.density,
      shift: {
        density: now("shift.density", shift.density),
        syncopation: now("shift.syncopation", shift.syncopation),
        swing: now("shift.swing", shift.swing),
        loudness: now("shift.loudness", shift.loudness),
      },
    },
  };
}

const MOVING_VOICES = ["tune", "decay", "gain", "sound.x", "sound.y", "shift.brightness", "shift.decay", "shift.pitch", "shift.noisiness"] as const;

/** The sound at what automation and modulation make of its point and its playback settings; the sound itself where nothing moves it. */
function movedVoice(voice: KitVoice, name: string, movement: Movement, now: (parameter: string, own: number) => number): KitVoice {
  if (!MOVING_VOICES.some((each) => movement.moves(`${name}.${each}`))) return voice;
  const { shift } = voice;
  return {
    ...voice,
    tune: now(`${name}.tune`, voice.tune),
    decay: now(`${name}.decay`, voice.decay),
    gain: now(`${name}.gain`, voice.gain),
    shift: voice.point
      ? {
          brightness: now(`${name}.shift.brightness`, shift.brightness),
          decay: now(`${name}.shift.decay`, shift.decay),
          pitch: now(`${name}.shift.pitch`, shift.pitch),
          noisiness: now(`${name}.shift.noisiness`, shift.noisiness),
        }
      : shift,
    point: voice.point && [now(`${name}.sound.x`, voice.point[0]), now(`${name}.sound.y`, voice.point[1])],
  };
}
