/** What may be modulated or automated, by name, with the range it is kept within and how often it is read: the twin of `PARAMETERS` in `clave/play/project/movement.py`. */

import { MAP_EDGE } from "./mapPoint";
import { MAX_DECAY, MAX_GAIN, MAX_SHIFT, MAX_TUNE, MIN_DECAY } from "./protocol";
import { MAX_LEVEL } from "./sequencer";
import { MAX_SWING, MAX_TEMPO_BPM, MIN_SWING, MIN_TEMPO_BPM } from "./units";

/** The eight voices in the names of parameters. */
export const VOICE_SLUGS = ["kick", "snare", "closed-hi-hat", "open-hi-hat", "tom", "cymbal", "clap", "other"] as const;

export const MAX_NUDGE_MS = 50;
export const MIN_CUTOFF_HZ = 20;
export const MAX_CUTOFF_HZ = 20_000;
export const CUTOFF_OCTAVES = Math.log2(MAX_CUTOFF_HZ / MIN_CUTOFF_HZ);

export const MAX_RATCHET = 8;

type Parameter = readonly [low: number, high: number, each: "step" | "bar"];

const OF_THE_SCENE: Readonly<Record<string, Parameter>> = {
  "map.x": [-MAP_EDGE, MAP_EDGE, "bar"],
  "map.y": [-MAP_EDGE, MAP_EDGE, "bar"],
  variation: [0, 1, "bar"],
  density: [0, 1, "bar"],
  "shift.density": [-MAX_SHIFT, MAX_SHIFT, "bar"], // standard deviations
  "shift.syncopation": [-MAX_SHIFT, MAX_SHIFT, "bar"],
  "shift.swing": [-MAX_SHIFT, MAX_SHIFT, "bar"],
  "shift.loudness": [-MAX_SHIFT, MAX_SHIFT, "bar"],
  swing: [MIN_SWING, MAX_SWING, "bar"],
  tempo: [MIN_TEMPO_BPM, MAX_TEMPO_BPM, "bar"], // quarters a minute
};

const OF_A_VOICE: Readonly<Record<string, Parameter>> = {
  "sound.x": [-MAP_EDGE, MAP_EDGE, "bar"],
  "sound.y": [-MAP_EDGE, MAP_EDGE, "bar"],
  "shift.brightness": [-MAX_SHIFT, MAX_SHIFT, "bar"], // standard deviations
  "shift.decay": [-MAX_SHIFT, MAX_SHIFT, "bar"],
  "shift.pitch": [-MAX_SHIFT, MAX_SHIFT, "bar"],
  "shift.noisiness": [-MAX_SHIFT, MAX_SHIFT, "bar"],
  tune: [-MAX_TUNE, MAX_TUNE, "bar"], // semitones
  decay: [MIN_DECAY, MAX_DECAY, "bar"], // ratio
  gain: [0, MAX_GAIN, "bar"], // linear
  density: [0, 1, "bar"], // share of strokes
  level: [0, MAX_LEVEL, "step"], // linear
  pan: [-1, 1, "step"],
  probability: [0, 1, "step"],
  ratchet: [1, MAX_RATCHET, "step"], // strokes, rounded
  ratchet_probability: [0, 1, "step"],
  swing: [MIN_SWING, MAX_SWING, "bar"],
  accent: [-1, 1, "step"],
  cutoff: [0, CUTOFF_OCTAVES, "step"],
  send: [0, 1, "step"],
  nudge: [-MAX_NUDGE_MS, MAX_NUDGE_MS, "step"],
};

export const PARAMETERS: ReadonlyMap<string, Parameter> = new Map([
  ...Object.entries(OF_THE_SCENE),
  ...VOICE_SLUGS.flatMap((voice) => Object.entries(OF_A_VOICE).map(([name, range]): [string, Parameter] => [`${voice}.${name}`, range])),
]);
