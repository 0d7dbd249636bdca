/**
 * What was heard, as strokes at their times, and bars made of it: each stroke at the step next to it, the rest as its offset,
 * so that the bars play it again where it was.
 */

import type { BarSource, Tone } from "./arrange";
import { VOICE_SLUGS } from "./parameters";
import { type Automation, type BarPattern, canonicalJson, type Given, type KitVoice, NEW_SCENE, type Project, type Scene, type SongPart, type TempoChange, type VoiceMix } from "./project";
import { MAX_SCENES } from "./song";
import { countUpTo } from "./tempo";
import { clamp, MAX_TEMPO_BPM, type Meter, MIN_TEMPO_BPM, stepsPerBar, STEPS_PER_QUARTER } from "./units";

export const REMEMBERED_BARS = 64;
export const KEPT_BARS = [1, 2, 4, 8, 16, 32, 64] as const; // offered

const FARTHEST = 2; // steps that a stroke may lie before or after its step
const NEVER_ROUNDED = 1e-6; // steps; below the precision of a clock
const SAME_TEMPO = 1e-9; // relative: the same tempo but for the clock's rounding

/** One stroke as it sounded. */
export interface HeardStroke {
  readonly time: number; // seconds of the clock
  readonly voice: number;
  readonly velocity: number; // in (0, 1]
  readonly level: number; // linear
  readonly pan: number; // -1 to 1
  readonly sound: KitVoice;
  readonly tone: Tone; // filter and send
  readonly source: BarSource | null; // the bar it was as loud as
}

/** One bar as it sounded. */
export interface HeardBar {
  readonly start: number; // seconds of the clock
  readonly seconds: number;
  readonly meter: Meter;
  readonly plannedBpm: number; // at its start
  readonly voices: readonly KitVoice[];
  readonly mix: readonly VoiceMix[];
  readonly strokes: readonly HeardStroke[];
}

/** Strokes from the start of the first of these bars; what was silent between them, as the music had stopped, is left out. */
export function heardEvents(bars: readonly HeardBar[]): { readonly strokes: readonly HeardStroke[]; readonly seconds: number } {
  const strokes: HeardStroke[] = [];
  let seconds = 0;
  for (const bar of bars) {
    strokes.push(...bar.strokes.map((stroke) => ({ ...stroke, time: stroke.time - bar.start + seconds })));
    seconds += bar.seconds;
  }
  return { strokes: strokes.sort((one, other) => one.time - other.time), seconds };
}

/** The tempo at which a bar lasts as long as it did: the planned one, unless that changed on the way. */
function tempoOf({ seconds, meter, plannedBpm }: HeardBar): number {
  const bpm = (stepsPerBar(meter) * 60) / (STEPS_PER_QUARTER * seconds);
  return Math.abs(bpm / plannedBpm - 1) < SAME_TEMPO ? plannedBpm : clamp(bpm, MIN_TEMPO_BPM, MAX_TEMPO_BPM);
}

/** A stroke on its way to a cell. */
interface Placed {
  readonly position: number; // steps from the start of the run
  readonly stroke: HeardStroke;
}

interface Celled extends Placed {
  readonly step: number; // from the start of the run
}

/**
 * A step of its own for each stroke of a voice, as near as the others leave it; strokes come in the order in which they sound.
 * Two that find no two steps become one, the louder: `merged` counts them.
 */
export function stepsFor(strokes: readonly Placed[], steps: number): { readonly cells: readonly Celled[]; readonly merged: number } {
  const cells: { position: number; stroke: HeardStroke; step: number }[] = [];
  let merged = 0;
  for (const placed of strokes) {
    const latest = Math.min(steps - 1, Math.floor(placed.position + FARTHEST));
    const taken = cells.at(-1)?.step ?? -1;
    const wanted = Math.max(taken + 1, Math.min(Math.round(placed.position), steps - 1));
    if (wanted <= latest || taken < 0) {
      cells.push({ ...placed, step: Math.min(wanted, Math.max(latest, 0)) });
    } else if (!makeRoom(cells, latest)) {
      merged += 1;
      const last = cells.at(-1)!;
      if (placed.stroke.velocity > last.stroke.velocity) cells[cells.length - 1] = { ...placed, step: last.step };
    } else cells.push({ ...placed, step: latest });
  }
  return { cells, merged };
}

/** Moves the strokes before a step to earlier ones, so that it is free. False: they cannot all go. */
function makeRoom(cells: { position: number; step: number }[], step: number): boolean {
  const moves: [cell: { step: number }, to: number][] = [];
  let free = step - 1;
  for (let place = cells.length - 1; place >= 0 && cells[place]!.step > free; place--, free--) {
    if (free < 0 || cells[place]!.position - free >= FARTHEST) return false;
    moves.push([cells[place]!, free]);
  }
  for (const [cell, to] of moves) cell.step = to;
  return true;
}

/** One run of bars of one kit and one set of muted voices as a scene; `merged` counts strokes that shared a step. */
export interface KeptRun {
  readonly scene: Scene;
  readonly merged: number;
}

/** The sounds but for what may move from bar to bar. */
const kindOf = ({ voices }: HeardBar): string => canonicalJson(voices.map((voice) => ({ ...voice, tune: 0, decay: 1, gain: 1, point: voice.point && [0, 0] })));

/** The bars, cut where the kit became another one. */
export function runsOf(bars: readonly HeardBar[]): HeardBar[][] {
  const runs: HeardBar[][] = [];
  let before = "";
  for (const bar of bars) {
    const kind = kindOf(bar);
    if (kind === before) runs.at(-1)!.push(bar);
    else runs.push([bar]);
    before = kind;
  }
  return runs;
}

/** The bars of one kit as a scene that plays them again. */
export function sceneOf(bars: readonly HeardBar[], name: string, source: string): KeptRun {
  const starts: number[] = [0];
  for (const { meter } of bars) starts.push(starts.at(-1)! + stepsPerBar(meter));
  const placed: Placed[][] = VOICE_SLUGS.map(() => []);
  const times: number[] = [0];
  for (const { seconds } of bars) times.push(times.at(-1)! + seconds);
  for (const stroke of heardEvents(bars).strokes) {
    const place = Math.min(bars.length, Math.max(1, countUpTo(times, stroke.time))) - 1; // an early stroke sounds in the tempo of the bar before
    const { meter, seconds } = bars[place]!;
    placed[stroke.voice]!.push({ position: starts[place]! + ((stroke.time - times[place]!) / seconds) * stepsPerBar(meter), stroke });
  }
  const found = placed.map((strokes) => stepsFor(strokes.sort((one, other) => one.position - other.position), starts.at(-1)!));
  const cells = found.flatMap((each) => each.cells);
  const strokes: [number, number, number, number][][] = bars.map(() => []);
  const barOf = (step: number): number => starts.findLastIndex((start, place) => place < bars.length && start <= step);
  for (const { step, position, stroke } of cells) {
    const bar = barOf(step);
    const offset = Math.round((position - step) / NEVER_ROUNDED) * NEVER_ROUNDED;
    strokes[bar]!.push([stroke.voice, step - starts[bar]!, stroke.velocity, clamp(offset, -FARTHEST, FARTHEST - NEVER_ROUNDED) + 0]);
  }
  const patterns = bars.map(({ meter }, bar): BarPattern => ({ meter, strokes: strokes[bar]!.sort((one, other) => one[1] - other[1] || one[0] - other[0]) }));
  const placeOf = (step: number): number => barOf(step) + (step - starts[barOf(step)]!) / stepsPerBar(bars[barOf(step)]!.meter);
  const [first] = bars;
  const mix = first!.mix.map((own, voice): VoiceMix => {
    const heard = cells.find(({ stroke }) => stroke.voice === voice)?.stroke;
    return { ...own, level: heard?.level ?? own.level, pan: heard?.pan ?? own.pan, mute: false, solo: false };
  });
  const scene: Scene = {
    ...NEW_SCENE,
    name,
    tempo: tempoMap(bars.map(tempoOf)),
    settings: { ...NEW_SCENE.settings, meter: first!.meter },
    bars: patterns.map((pattern): Given => ({ kind: "given", pattern, source, point: null })),
    kit: { name: first!.voices[0]?.kit ?? "kept", voices: first!.voices.map((voice) => ({ ...voice, locked: false })) },
    mix,
    automations: [...movedMixes(cells, mix, placeOf), ...movedSounds(bars)],
  };
  return { scene, merged: found.reduce((sum, each) => sum + each.merged, 0) };
}

const tempoMap = (tempos: readonly number[]): TempoChange[] => tempos.flatMap((tempo_bpm, bar) => (tempo_bpm === tempos[bar - 1] ? [] : [{ bar, tempo_bpm, ramp: false }]));

const ONCE = { loop_bars: null, quantum: "bar" } as const;

/** Level and pan, where strokes of a voice differ in them. */
function movedMixes(cells: readonly Celled[], mix: readonly VoiceMix[], placeOf: (step: number) => number): Automation[] {
  return VOICE_SLUGS.flatMap((slug, voice) => {
    const own = cells.filter(({ stroke }) => stroke.voice === voice);
    return (["level", "pan"] as const).flatMap((what): Automation[] => {
      if (own.every(({ stroke }) => stroke[what] === mix[voice]![what])) return [];
      return [{ ...ONCE, parameter: `${slug}.${what}`, breakpoints: own.map(({ step, stroke }) => ({ bar: placeOf(step), value: stroke[what] })) }];
    });
  });
}

/** Tune, decay, gain and place of a sound, where they differ from bar to bar. */
function movedSounds(bars: readonly HeardBar[]): Automation[] {
  const settings: readonly [name: string, of: (voice: KitVoice) => number][] = [
    ["tune", ({ tune }) => tune],
    ["decay", ({ decay }) => decay],
    ["gain", ({ gain }) => gain],
    ["sound.x", ({ point }) => point?.[0] ?? 0],
    ["sound.y", ({ point }) => point?.[1] ?? 0],
  ];
  return VOICE_SLUGS.flatMap((slug, voice) =>
    settings.flatMap(([name, of]): Automation[] => {
      const values = bars.map(({ voices }) => of(voices[voice]!));
      if (values.every((value) => value === values[0])) return [];
      return [{ ...ONCE, parameter: `${slug}.${name}`, breakpoints: values.map((value, bar) => ({ bar, value })) }];
    }),
  );
}

/** The project with what was heard as scenes behind its own and as its song, or at the end of it; null where there is no room. */
export function withHeard(project: Project, bars: readonly HeardBar[], name: string): { readonly project: Project; readonly merged: number; readonly scenes: number } | null {
  const runs = runsOf(bars);
  if (project.scenes.length + runs.length > MAX_SCENES) return null;
  const kept = runs.map((run, place) => sceneOf(run, runs.length === 1 ? name : `${name}, ${place + 1}`, name));
  const parts = runs.map((run, place): SongPart => ({ scene: project.scenes.length + place, bars: run.length, fill: false, morph_bars: 0 }));
  const made: Project = { ...project, scenes: [...project.scenes, ...kept.map(({ scene }) => scene)], song: [...project.song, ...parts] };
  return { project: made, merged: kept.reduce((sum, each) => sum + each.merged, 0), scenes: runs.length };
}
