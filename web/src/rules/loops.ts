/** Drum loops: which dropped sound is one, what is corrected by hand, and how the loop plays. */

import { withKit } from "./kitChanges";
import type { Project, Scene } from "./project";
import type { LoopCorrection, LoopFile, LoopGrid } from "./protocol";
import { withMaterial } from "./material";
import { travelling, withTempo } from "./scene";
import { clamp, MAX_TEMPO_BPM, MIN_TEMPO_BPM, secondsPerStep, stepsPerBar } from "./units";

type HeardStroke = LoopFile["strokes"][number]; // seconds, voice, velocity, how sure

export const ONE_SHOT_SECONDS = 1.5; // what is longer may be a loop
export const LOOP_TEMPO_BPM = [60, 200] as const; // as `clave/sound/loops/bar_lines.py` looks for them
const STEPS_PER_SIXTEENTH = 4;
const LOOP_WORDS = /(^|[^a-z])(loops?|breaks?|beats?|grooves?|\d+ ?bpm)([^a-z]|$)/i;

/** Is this sound a loop, as far as its name and its length (null: not known) say? */
export function seemsLoop(name: string, seconds: number | null): boolean {
  if (LOOP_WORDS.test(name)) return seconds === null || seconds > 0.5;
  return seconds !== null && seconds > 2 * ONE_SHOT_SECONDS;
}

/** A correction that says again what holds: a change is made to it. */
export const asHeard = ({ material, grid }: LoopFile): LoopCorrection => ({ name: material.name, ...grid, strokes: null });

/** The same strokes in bars twice or half as long; null: the tempo would be out of range. */
export function atTempoTimes(loop: LoopFile, times: number): LoopCorrection | null {
  const tempo_bpm = loop.grid.tempo_bpm * times;
  return tempo_bpm < LOOP_TEMPO_BPM[0] || tempo_bpm > LOOP_TEMPO_BPM[1] ? null : { ...asHeard(loop), tempo_bpm };
}

/** The first bar line so many 16ths later; it stays in the file, within its first bar. */
export function withBeatMoved(loop: LoopFile, sixteenths: number): LoopCorrection {
  const { tempo_bpm, meter, first_beat_s } = loop.grid;
  const step = secondsPerStep(tempo_bpm);
  const bar = stepsPerBar(meter) * step;
  const moved = first_beat_s + sixteenths * STEPS_PER_SIXTEENTH * step;
  return { ...asHeard(loop), first_beat_s: Math.max(0, moved < 0 ? moved + bar : moved >= bar ? moved - bar : moved) };
}

export const onGrid = (loop: LoopFile, grid: LoopGrid): LoopCorrection => ({ ...asHeard(loop), ...grid });

/** One stroke as another voice, or gone (null); the grid stays. */
export function withStroke(loop: LoopFile, index: number, voice: number | null): LoopCorrection {
  const strokes = loop.strokes.flatMap((stroke, at): HeardStroke[] => (at !== index ? [stroke] : voice === null ? [] : [[stroke[0], voice, stroke[2], 1]]));
  return { ...asHeard(loop), strokes };
}

/** All strokes of a voice as another one: what sounds alike is corrected at once. */
export function withVoice(loop: LoopFile, from: number, to: number | null): LoopCorrection {
  const strokes = loop.strokes.flatMap(([seconds, voice, velocity, sure]): HeardStroke[] => (voice !== from ? [[seconds, voice, velocity, sure]] : to === null ? [] : [[seconds, to, velocity, 1]]));
  return { ...asHeard(loop), strokes };
}

/** Where strokes and bar lines lie in the file, as shares of its length. */
export const shareOf = (loop: LoopFile, seconds: number): number => clamp(seconds / loop.seconds, 0, 1);

/** The bar lines within the file, in seconds. */
export function barLines({ grid, seconds }: LoopFile): number[] {
  const bar = stepsPerBar(grid.meter) * secondsPerStep(grid.tempo_bpm);
  const count = Math.max(1, Math.ceil((seconds - grid.first_beat_s) / bar - 0.02));
  return Array.from({ length: count }, (_, number) => grid.first_beat_s + number * bar);
}

/** The project that plays a loop: its bars as they were played, its sounds as the kit, at its tempo; its bars are stars. */
export function withLoop(project: Project, loop: LoopFile): Project | string {
  const taken = withMaterial(project, loop.material);
  if (typeof taken === "string") return taken;
  const { scene } = taken;
  const voices = scene.kit.voices.map((sound, voice) => loop.cuts.find((cut) => cut.voice === voice)?.sound ?? sound);
  const withSounds: Scene = withKit(scene, voices, scene.kit.name);
  const inTime = withTempo({ ...withSounds, swing: 0.5 }, clamp(loop.grid.tempo_bpm, MIN_TEMPO_BPM, MAX_TEMPO_BPM));
  return { ...taken, scene: travelling({ ...inTime, settings: { ...scene.settings, meter: loop.grid.meter }, bars: loop.bars, fill: null }, false) };
}
