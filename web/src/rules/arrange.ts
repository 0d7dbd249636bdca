/**
 * The two pure functions of the instrument: what the spaces have to decode for a project, and what it plays then.
 * Neither knows a model. The twin of `clave/play/arrange.py`: `tests/fixtures/arrange.json.gz` holds both to them.
 */

import { barKey, finished, modelPart } from "./bars";
import { chance, PROBABILITY, RATCHET } from "./chance";
import { MIN_CUTOFF_HZ, VOICE_SLUGS } from "./parameters";
import { naturalBars, type PlannedBar, plannedBars } from "./plan";
import { type Bar, type BarPattern, canonicalJson, type Edited, type Generated, type KitVoice, type Lane, type Project, type Rounds, type VoiceMix } from "./project";
import { audible, stepsPerBeat } from "./sequencer";
import { TempoCurve } from "./tempo";
import { clamp, secondsPerStep, STEPS_PER_SIXTEENTH, stepsPerBar, swingSteps } from "./units";

const RATCHET_FALL = 0.9; // velocity of each further stroke of a ratchet, over that before it
const QUIETEST = 1 / 127; // what sounds is never silent

/** What the spaces have to decode for a project: each bar and each sound once. */
export interface Requests {
  readonly bars: readonly (Generated | Edited)[];
  readonly sounds: readonly VoiceAndSound[]; // without their playback settings
}

export interface VoiceAndSound {
  readonly voice: number;
  readonly sound: KitVoice;
}

/** One stroke of a performance. */
export interface Strike {
  readonly seconds: number; // from the start of the first bar; below 0 for an early stroke on its first beat
  readonly voice: number;
  readonly velocity: number; // in (0, 1]
  readonly position: number; // steps from the start, swing, offset and nudge included
  readonly grid: number; // steps from the start, swing included
  readonly end: number; // steps from the start: the end of the step it belongs to
  readonly level: number; // linear
  readonly pan: number; // -1 to 1
  readonly sound: number; // index into the sounds of the performance
  readonly bar: number; // since the beginning
  readonly step: number; // of the bar
  readonly tone: Tone;
}

/** The filter of a stroke, and how much of it is sent to the room. */
export interface Tone {
  readonly filter: VoiceMix["filter"];
  readonly cutoff: number; // octaves above 20 Hz
  readonly resonance: number; // dB at the cutoff
  readonly send: number; // linear, beside the level; the level of the room is in it
}

/** A bar before its lanes and chance, how long it lasts and the sounds of its voices: what its loudness is judged by. */
export interface BarSource {
  readonly pattern: BarPattern;
  readonly seconds: number;
  readonly sounds: readonly KitVoice[];
}

export const sourceOf = ({ tempo, steps, voices }: PlannedBar, pattern: BarPattern): BarSource => ({ pattern, seconds: steps * secondsPerStep(tempo.startBpm), sounds: voices });

/** How a stroke that comes from this step of the bar sounds. */
export function toneOf(bar: PlannedBar, voice: number, cell: number): Tone {
  const [name, { filter, cutoff_hz, resonance_db, send }] = [VOICE_SLUGS[voice]!, bar.mix[voice]!];
  const off = filter === "off";
  return {
    filter,
    cutoff: off ? 0 : bar.value(`${name}.cutoff`, Math.log2(cutoff_hz / MIN_CUTOFF_HZ), cell),
    resonance: off ? 0 : resonance_db,
    send: bar.value(`${name}.send`, send, cell) * bar.roomLevel,
  };
}

/** The same of a voice that nothing moves. */
export const stillTone = ({ filter, cutoff_hz, resonance_db, send }: VoiceMix, roomLevel: number): Tone => ({
  filter,
  cutoff: filter === "off" ? 0 : Math.log2(cutoff_hz / MIN_CUTOFF_HZ),
  resonance: filter === "off" ? 0 : resonance_db,
  send: send * roomLevel,
});

/** Bars, tempo, kit, mix and strokes of a project: what is heard, with no question left open. */
export interface Performance {
  readonly bars: readonly BarPattern[]; // as they are struck, chance decided
  readonly tempo: TempoCurve;
  readonly sounds: readonly VoiceAndSound[]; // the first eight are the kit at the beginning
  readonly strikes: readonly Strike[]; // those that are heard, in the order they sound
  readonly sources: readonly BarSource[]; // of each bar
  readonly volume: number;
  readonly name: string;
}

/** The sound without how it is played: what has to be decoded. */
export const bareSound = (sound: KitVoice): KitVoice => ({ ...sound, gain: 1, tune: 0, decay: 1, velocity_layers: false, locked: false });

/** Two sounds with one key sound the same but for their playback settings. */
export const soundRequestKey = (voice: number, sound: KitVoice): string => `${voice} ${canonicalJson(bareSound(sound))}`;

/** What the spaces have to decode for the first so many bars, or for as many as the project has. */
export function requests(project: Project, bars = naturalBars(project)): Requests {
  const found = new Map<string, Generated | Edited>();
  const sounds = new Map<string, VoiceAndSound>();
  for (const planned of plannedBars(project, bars)) {
    for (const part of barsToDecode(planned)) if (!found.has(barKey(part))) found.set(barKey(part), part);
    planned.voices.forEach((sound, voice) => {
      const key = soundRequestKey(voice, sound);
      if (!sounds.has(key)) sounds.set(key, { voice, sound: bareSound(sound) });
    });
  }
  return { bars: [...found.values()], sounds: [...sounds.values()] };
}

/** What only the space can make of a bar: its pieces, and the bars whose rows are held. */
export function barsToDecode({ pieces, lanes }: PlannedBar): (Generated | Edited)[] {
  const held = lanes.flatMap(({ hold }) => (hold === null ? [] : [hold]));
  return [...pieces.map(([, own]) => own), ...held].flatMap((bar) => modelPart(bar) ?? []);
}

/** The strokes that the space made of a bar, by its `barKey`. */
export interface DecodedBars {
  get(key: string): BarPattern | undefined;
}

/** The performance of the first so many bars; `decoded` has the strokes that the space made of each bar, by `barKey`. */
export function arrange(project: Project, decoded: DecodedBars, bars = naturalBars(project)): Performance {
  const planned = plannedBars(project, bars);
  const tempo = new TempoCurve(planned.map((bar) => bar.tempo));
  const sounds = new Map<string, VoiceAndSound & { readonly index: number }>();
  const indexOf = (sound: KitVoice, voice: number): number => {
    const key = `${voice} ${canonicalJson(sound)}`;
    const known = sounds.get(key) ?? { voice, sound, index: sounds.size };
    sounds.set(key, known);
    return known.index;
  };
  const patterns: BarPattern[] = [];
  const strikes: Strike[] = [];
  const sources: BarSource[] = [];
  for (const bar of planned) {
    const own = bar.voices.map(indexOf);
    const heard = audibleVoices(bar.mix);
    const { rows: struck, pattern } = struckBar(bar, decoded, project.seed);
    sources.push(sourceOf(bar, pattern));
    struck.forEach((strokes, voice) => {
      if (heard[voice]) strikes.push(...strokes.map((stroke) => strikeOf(bar, voice, stroke, tempo, own[voice]!)));
    });
    patterns.push({ meter: bar.meter, strokes: struck.flatMap((strokes, voice) => cellsOf(strokes, voice, bar.steps)) });
  }
  strikes.sort((one, other) => one.seconds - other.seconds || one.voice - other.voice || one.velocity - other.velocity);
  return { bars: patterns, tempo, sounds: [...sounds.values()], strikes, sources, volume: project.volume, name: project.name || "groove" };
}

/** A bar before its lanes and chance, and what they make of each of its rows. */
export interface StruckBar {
  readonly pattern: BarPattern; // with the rows that are held
  readonly rows: readonly (readonly LaneStroke[])[]; // of each voice
}

/** Puts a bar together and sends each row through its lane. */
export function struckBar(bar: PlannedBar, decoded: DecodedBars, seed: number): StruckBar {
  const pattern = composed(bar, decoded);
  const sources = bar.lanes.map(({ hold }) => (hold === null ? pattern : patternOf(hold, decoded)));
  const rows = bar.lanes.map((lane, voice) => laneStrokes(bar, voice, lane, sources[voice]!, seed));
  if (sources.every((source) => source === pattern)) return { pattern, rows };
  const strokes = sources.flatMap((source, voice) => source.strokes.filter(([row, step]) => row === voice && step < bar.steps));
  return { pattern: { ...pattern, strokes }, rows };
}

export const audibleVoices = (mix: PlannedBar["mix"]): boolean[] => audible(mix.map(({ mute }) => mute), mix.map(({ solo }) => solo)); // prettier-ignore

/** A stroke of a lane, chance decided; a ratchet is several. */
export interface LaneStroke {
  readonly step: number; // of the bar, any fraction
  readonly velocity: number;
  readonly offset: number; // steps
  readonly ends: number; // step of the bar at which the next one may begin
  readonly cell: number; // step of the bar that it comes from
}

function patternOf(bar: Bar, decoded: DecodedBars): BarPattern {
  const part = modelPart(bar);
  if (part === null) return finished(bar, null);
  const made = decoded.get(barKey(part));
  if (!made) throw new Error(`a bar was not decoded: ${barKey(part)}`);
  return finished(bar, made);
}

/** The bar that is put together of its pieces, each from its step on; a stroke goes by its step. */
function composed({ pieces, meter }: PlannedBar, decoded: DecodedBars): BarPattern {
  if (pieces.length === 1) return patternOf(pieces[0]![1], decoded);
  const strokes = pieces.flatMap(([from, bar], place) => {
    const to = pieces[place + 1]?.[0] ?? Infinity;
    return patternOf(bar, decoded).strokes.filter(([, step]) => step >= from && step < to);
  });
  return { meter, strokes };
}

/** The strokes of a row by their step, as exact as Python keeps them: in single precision. */
function rowOf(pattern: BarPattern, voice: number): ReadonlyMap<number, readonly [velocity: number, offset: number]> {
  const own = pattern.strokes.filter(([row, , velocity]) => row === voice && velocity > 0);
  return new Map(own.map(([, step, velocity, offset]) => [step, [Math.fround(velocity), Math.fround(offset)]]));
}

type Found = readonly [step: number, velocity: number, offset: number];

/** The strokes of a voice in this bar, through its lane: hold, own length, density, rounds, chance, accent, ratchet. */
function laneStrokes(bar: PlannedBar, voice: number, lane: Lane, source: BarPattern, seed: number): LaneStroke[] {
  const row = rowOf(source, voice);
  const sourceSteps = stepsPerBar(source.meter);
  const name = VOICE_SLUGS[voice]!;
  let found: Found[] = [];
  for (let step = 0; step < bar.steps; step++) {
    const cell = lane.loop_steps === null ? step : ((bar.start + step) % lane.loop_steps) % sourceSteps;
    const stroke = row.get(cell);
    if (stroke) found.push([step, ...stroke]);
  }
  const density = bar.value(`${name}.density`, lane.density, 0);
  if (density < 1) {
    const loudest = found.toSorted((one, other) => other[1] - one[1] || one[0] - other[0]);
    found = loudest.slice(0, Math.ceil(density * found.length - 1e-9)).sort((one, other) => one[0] - other[0]);
  }
  return found.flatMap((each) => struckBy(each, bar, voice, lane, seed));
}

/** Does it happen in the round of this number, counted from 0? */
export const happens = ({ cycle, first }: Rounds, round: number): boolean => (first === "only" ? round === 0 : cycle[round % cycle.length]! && (round > 0 || first === "too"));

/** What rounds, chance, accent and ratchet make of one stroke: none, one or several. */
function struckBy([step, velocity, offset]: Found, bar: PlannedBar, voice: number, lane: Lane, seed: number): LaneStroke[] {
  const name = VOICE_SLUGS[voice]!;
  const now = (parameter: string, own: number): number => bar.value(`${name}.${parameter}`, own, step);
  const round = lane.loop_steps === null ? bar.round : Math.floor((bar.start + step) / lane.loop_steps);
  if (!happens(lane.rounds, round)) return [];
  if (chance(seed, PROBABILITY, voice, bar.index, step) >= now("probability", lane.probability)) return [];
  const accent = now("accent", lane.accent) / 2;
  const factor = step % stepsPerBeat(bar.meter) === 0 ? 1 + accent : 1 - accent;
  let struck = accent === 0 ? velocity : clamp(velocity * factor, QUIETEST, 1);
  let count = happens(lane.ratchet_rounds, round) ? Math.floor(now("ratchet", lane.ratchet) + 0.5) : 1;
  if (count > 1 && chance(seed, RATCHET, voice, bar.index, step) >= now("ratchet_probability", lane.ratchet_probability)) count = 1;
  const apart = STEPS_PER_SIXTEENTH / count;
  return Array.from({ length: count }, (_, each) => {
    const at = step + each * apart;
    const stroke = { step: at, velocity: struck, offset, ends: count === 1 ? step + 1 : at + apart, cell: step };
    struck *= RATCHET_FALL;
    return stroke;
  });
}

/** When a stroke sounds, and how loud. */
function strikeOf(bar: PlannedBar, voice: number, stroke: LaneStroke, curve: TempoCurve, sound: number): Strike {
  const [name, mix, lane] = [VOICE_SLUGS[voice]!, bar.mix[voice]!, bar.lanes[voice]!];
  const swing = bar.value(`${name}.swing`, lane.swing ?? bar.swing, 0);
  const grid = bar.start + swingSteps(stroke.step, swing);
  const nudge = bar.value(`${name}.nudge`, lane.nudge_ms, stroke.cell) / 1000; // seconds
  const played = grid + stroke.offset;
  return {
    seconds: curve.secondsAt(played) + nudge,
    voice,
    velocity: stroke.velocity,
    position: played + nudge / secondsPerStep(curve.bpmAt(played)),
    grid,
    end: bar.start + swingSteps(stroke.ends, swing),
    level: bar.value(`${name}.level`, mix.level, stroke.cell),
    pan: bar.value(`${name}.pan`, mix.pan, stroke.cell),
    sound,
    bar: bar.index,
    step: stroke.cell,
    tone: toneOf(bar, voice, stroke.cell),
  };
}

/** The strokes of a row on the grid, ratchets within it: the loudest at each step, at the offset of the last. */
function cellsOf(strokes: readonly LaneStroke[], voice: number, steps: number): BarPattern["strokes"] {
  const cells = new Map<number, readonly [velocity: number, offset: number]>();
  for (const { step, velocity, offset } of strokes) {
    const cell = Math.min(Math.trunc(step), steps - 1); // a ratchet may reach over the bar line
    cells.set(cell, [Math.max(cells.get(cell)?.[0] ?? 0, velocity), offset]);
  }
  return [...cells].map(([step, [velocity, offset]]) => [voice, step, Math.fround(velocity), offset] as const);
}
