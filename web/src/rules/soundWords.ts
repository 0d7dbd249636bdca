/** A sound and its settings in a musician's words. */

import type { Heard, Point, SoundDirection, SoundMap } from "./protocol";
import { formatFile, titled } from "./summary";
import type { VoiceSound } from "./voiceSound";

/** By the centre of the spectrum, in Hz. */
const COLOURS = [
  [300, "deep"],
  [900, "dark"],
  [2200, "warm"],
  [4800, "clear"],
  [8000, "bright"],
  [Infinity, "airy"],
] as const;
const NOISY = 0.6;
const CLEAN = 0.12;

const formatBrightness = ({ brightness_hz }: Heard): string => COLOURS.find(([below]) => brightness_hz < below)![1];

/** "0.42 s", "1.5 s". */
const formatSeconds = (seconds: number): string => `${seconds.toFixed(seconds < 1 ? 2 : 1)} s`;

/** "320 Hz", "3.2 kHz". */
export const formatFrequency = (hz: number): string => (hz < 1000 ? `${Math.round(hz)} Hz` : `${(hz / 1000).toFixed(hz < 9950 ? 1 : 0)} kHz`);

export const formatShare = (share: number): string => `${Math.round(share * 100)} %`;

/** "bright, 0.42 s": what the head of a row has room for. */
export const formatHeard = (heard: Heard): string => `${formatBrightness(heard)}, ${formatSeconds(heard.decay_s)}`;

/** "bright, 0.42 s, 98 Hz, noisy". */
export function describeHeard(heard: Heard): string {
  const texture = heard.noisiness > NOISY ? "noisy" : heard.noisiness < CLEAN ? "clean" : null;
  const pitch = heard.pitch_hz === null ? null : `${Math.round(heard.pitch_hz)} Hz`;
  return [formatHeard(heard), pitch, texture].filter(Boolean).join(", ");
}

/** Where the sound comes from, in short: "Analogue kit", "tin.wav", "tin.wav, decoded". */
export function formatOrigin(sound: VoiceSound, kitLabel: string): string {
  if (sound.from === "factory") return `${kitLabel.split(":")[0]} kit`;
  if (sound.from === "map") return "from the map";
  return `${sound.file_name ?? "a file"}${sound.twin ? ", decoded" : ""}`;
}

/** The sound of the map that lies nearest, or null on an empty map. */
export function nearestSound(map: SoundMap, [x, y]: Point): number | null {
  let best: number | null = null;
  let least = Infinity;
  map.x.forEach((each, index) => {
    const distance = (each - x) ** 2 + (map.y[index]! - y) ** 2;
    if (distance < least) [best, least] = [index, distance];
  });
  return best;
}

/** "drum machine 3, kick 12 (CC0)". */
export function describeSource(map: SoundMap, index: number): string {
  const source = map.source[index]!;
  return `${formatFile(map.sources[source]!)} (${map.licences[source]!})`;
}

/** "nearest: drum machine 3, kick 12 (CC0)". */
export function describeNearestSound(map: SoundMap, point: Point): string | null {
  const index = nearestSound(map, point);
  return index === null ? null : `nearest: ${describeSource(map, index)}`;
}

const ENDS: Record<SoundDirection, readonly [low: string, high: string]> = {
  brightness: ["darker", "brighter"],
  decay: ["shorter", "longer"],
  pitch: ["lower", "higher"],
  noisiness: ["cleaner", "noisier"],
};

/** "brighter 1.2", "as it is". */
export function formatShift(direction: SoundDirection, shift: number): string {
  if (Math.abs(shift) < 0.05) return "as it is";
  return `${ENDS[direction][shift < 0 ? 0 : 1]} ${Math.abs(shift).toFixed(1)}`;
}

/** What the colours of a map mean, from its least to its most. */
export const endsOf = (direction: SoundDirection): readonly [string, string] =>
  ({ brightness: ["dark", "bright"], decay: ["short", "long"], pitch: ["low", "high"], noisiness: ["clean", "noisy"] } as const)[direction];

export const formatTune = (semitones: number): string => (semitones === 0 ? "as it is" : `${semitones > 0 ? "+" : "−"}${Math.abs(semitones)} st`);
export const formatDecay = (ratio: number): string => (ratio === 1 ? "as it is" : `× ${ratio < 1 ? ratio.toFixed(2) : ratio.toFixed(1)}`);

/** "Kick sound map: deep, 0.42 s". */
export const nameOfMap = (voice: string): string => `${titled(voice)} sound map`;

export const formatLevel = (level: number): string => (level === 0 ? "silent" : `${(20 * Math.log10(level)).toFixed(1).replace("-", "−")} dB`);
export const formatPan = (pan: number): string => (pan === 0 ? "middle" : `${Math.round(Math.abs(pan) * 100)} % ${pan < 0 ? "left" : "right"}`);
