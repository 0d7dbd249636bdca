/** What may be modulated or automated, by name, and the range it is kept within: the twin of `PARAMETERS` in `clave/play/project/movement.py`. */

import { MAX_DECAY, MAX_GAIN, MAX_SHIFT, MAX_TUNE, MIN_DECAY } from "./protocol";
import { MAX_LEVEL } from "./sequencer";
import { MAX_SWING, MAX_TEMPO_BPM, MIN_SWING, MIN_TEMPO_BPM } from "./units";

/** The eight voices in the names of parameters. */
export const VOICE_SLUGS = ["kick", "snare", "closed-hi-hat", "open-hi-hat", "tom", "cymbal", "clap", "other"] as const;

const MAP_EDGE = 1000; // map units
export const MAX_NUDGE_MS = 50;
export const MIN_CUTOFF_HZ = 20;
export const MAX_CUTOFF_HZ = 20_000;
export const CUTOFF_OCTAVES = Math.log2(MAX_CUTOFF_HZ / MIN_CUTOFF_HZ);

type Range = readonly [low: number, high: number];

const OF_THE_SCENE: Readonly<Record<string, Range>> = {
  "map.x": [-MAP_EDGE, MAP_EDGE],
  "map.y": [-MAP_EDGE, MAP_EDGE],
  variation: [0, 1],
  density: [0, 1],
  "shift.density": [-MAX_SHIFT, MAX_SHIFT], // standard deviations
  "shift.syncopation": [-MAX_SHIFT, MAX_SHIFT],
  "shift.swing": [-MAX_SHIFT, MAX_SHIFT],
  "shift.loudness": [-MAX_SHIFT, MAX_SHIFT],
  swing: [MIN_SWING, MAX_SWING],
  tempo: [MIN_TEMPO_BPM, MAX_TEMPO_BPM], // quarters a minute
};

const OF_A_VOICE: Readonly<Record<string, Range>> = {
  "sound.x": [-MAP_EDGE, MAP_EDGE],
  "sound.y": [-MAP_EDGE, MAP_EDGE],
  tune: [-MAX_TUNE, MAX_TUNE], // semitones
  decay: [MIN_DECAY, MAX_DECAY], // ratio
  gain: [0, MAX_GAIN], // linear
  density: [0, 1], // share of strokes
  level: [0, MAX_LEVEL], // linear
  pan: [-1, 1],
  probability: [0, 1],
  accent: [-1, 1],
  cutoff: [0, CUTOFF_OCTAVES],
  send: [0, 1],
  nudge: [-MAX_NUDGE_MS, MAX_NUDGE_MS],
};

export const PARAMETERS: ReadonlyMap<string, Range> = new Map([
  ...Object.entries(OF_THE_SCENE),
  ...VOICE_SLUGS.flatMap((voice) => Object.entries(OF_A_VOICE).map(([name, range]): [string, Range] => [`${voice}.${name}`, range])),
]);
