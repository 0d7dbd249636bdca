/** Between two scenes: numbers go in a straight line from one to the other, and what is no number changes half-way. The twin of `clave/play/morph.py`. */

import { meterOf } from "./bars";
import type { Bar, GenerationSettings, KitVoice, Lane, VoiceMix } from "./project";
import { clamp } from "./units";

/** The number so far from a to b. */
export const between = (a: number, b: number, t: number): number => a + (b - a) * t;

/** What is no number: the one until half-way, then the other. */
export const halfWay = <Kind>(a: Kind, b: Kind, t: number): Kind => (t < 0.5 ? a : b);

/** A bar so far from one to the other: between two generated ones of a meter, the one that lies there on the map. It hears what the first of them hears. */
export function barsBetween(a: Bar, b: Bar, t: number): Bar {
  const sameMeter = String(meterOf(a)) === String(meterOf(b));
  if (!sameMeter || a.kind !== "generated" || b.kind !== "generated" || a.phrase !== null || b.phrase !== null) return halfWay(a, b, t);
  const point = [between(a.point[0], b.point[0], t), between(a.point[1], b.point[1], t)] as const;
  return { kind: "generated", point, settings: settingsBetween(a.settings, b.settings, t), phrase: null, leg: null, hears: a.hears };
}

function settingsBetween(a: GenerationSettings, b: GenerationSettings, t: number): GenerationSettings {
  const shifted = (name: "density" | "syncopation" | "swing" | "loudness") => between(a.shift[name], b.shift[name], t);
  const bothAsLearned = a.density === null && b.density === null;
  return {
    style: halfWay(a.style, b.style, t),
    section: halfWay(a.section, b.section, t),
    meter: a.meter,
    variation: between(a.variation, b.variation, t),
    density: bothAsLearned ? null : between(a.density ?? 0.5, b.density ?? 0.5, t),
    shift: { density: shifted("density"), syncopation: shifted("syncopation"), swing: shifted("swing"), loudness: shifted("loudness") },
    seed: halfWay(a.seed, b.seed, t),
  };
}

/** The sounds of a kit so far from one to the other: two points of a map have points between them. */
export const voicesBetween = (a: readonly KitVoice[], b: readonly KitVoice[], t: number): KitVoice[] => a.map((one, voice) => voiceBetween(one, b[voice]!, t));

function voiceBetween(a: KitVoice, b: KitVoice, t: number): KitVoice {
  const chosen = halfWay(a, b, t);
  const played = { gain: between(a.gain, b.gain, t), tune: between(a.tune, b.tune, t), decay: between(a.decay, b.decay, t) };
  if (!a.point || !b.point || a.from !== "map" || b.from !== "map" || a.detail !== null || b.detail !== null) return { ...chosen, ...played };
  const point = [between(a.point[0], b.point[0], t), between(a.point[1], b.point[1], t)] as const;
  return { ...chosen, point, variation: between(a.variation, b.variation, t), ...played };
}

/** The mix so far from one to the other; cutoffs go by octaves, and the kind of a filter changes half-way. */
export const mixesBetween = (a: readonly VoiceMix[], b: readonly VoiceMix[], t: number): VoiceMix[] =>
  a.map((one, voice) => {
    const other = b[voice]!;
    return {
      ...halfWay(one, other, t),
      level: between(one.level, other.level, t),
      pan: between(one.pan, other.pan, t),
      resonance_db: between(one.resonance_db, other.resonance_db, t),
      send: between(one.send, other.send, t),
      cutoff_hz: octavesBetween(one.cutoff_hz, other.cutoff_hz, t),
    };
  });

/** Rounding leaves no range. */
const octavesBetween = (a: number, b: number, t: number): number => (a === b ? a : clamp(a * (b / a) ** t, Math.min(a, b), Math.max(a, b)));

/** The lanes so far from one to the other; what is held, ratchets and lengths change half-way. */
export const lanesBetween = (a: readonly Lane[], b: readonly Lane[], t: number): Lane[] =>
  a.map((one, voice) => {
    const other = b[voice]!;
    return {
      ...halfWay(one, other, t),
      density: between(one.density, other.density, t),
      probability: between(one.probability, other.probability, t),
      ratchet_probability: between(one.ratchet_probability, other.ratchet_probability, t),
      accent: between(one.accent, other.accent, t),
      nudge_ms: between(one.nudge_ms, other.nudge_ms, t),
    };
  });
