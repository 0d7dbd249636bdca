/** Eight sounds as a few letters for the link. What only this computer holds, a file, travels as its place on the map. */

import { onMap } from "./mapPoint";
import { MAX_DECAY, MAX_GAIN, MAX_SEED, MAX_SHIFT, MAX_TUNE, MIN_DECAY, SOUND_DIRECTIONS, VOICE_COUNT } from "./protocol";
import { clamp } from "./units";
import { DEFAULT_SOUND, type VoiceSound } from "./voiceSound";

const BETWEEN_VOICES = "_";
const SHIFT_LETTERS = { brightness: "b", decay: "d", pitch: "p", noisiness: "n" } as const;

const short = (value: number, digits: number): string => String(Number(value.toFixed(digits)));

/** "m0.5,-1.2v30r7t-3": a point of the map, variation in percent, seed, tune; a letter that is missing stands at its default. */
function writeSound(sound: VoiceSound, ofAll: string): string {
  const { point, variation, seed, shift, gain, tune, decay, velocity_layers, kit } = sound;
  const words: string[] = [];
  const write = (letter: string, value: number, plain: number, digits: number) => {
    if (short(value, digits) !== short(plain, digits)) words.push(letter + short(value, digits));
  };
  if (sound.from !== "factory" && point) {
    words.push(`m${short(point[0], 3)},${short(point[1], 3)}`);
    write("v", variation * 100, 0, 1);
    write("r", seed, 0, 0);
    for (const name of SOUND_DIRECTIONS) write(SHIFT_LETTERS[name], shift[name], 0, 2);
  }
  write("g", gain * 100, 100, 1);
  write("t", tune, 0, 2);
  write("e", decay * 100, 100, 1);
  write("l", Number(velocity_layers), 0, 0);
  if (sound.from === "factory" && kit && kit !== ofAll) words.push(`K${kit.replaceAll(BETWEEN_VOICES, " ")}`); // last: it may hold any letter
  return words.join("");
}

function readSound(text: string, ofAll: string): VoiceSound {
  const [words = "", kit] = text.split(/K(.*)/s);
  const values = new Map([...words.matchAll(/([a-z])([-\d.,]+)/g)].map(([, letter = "", value = ""]) => [letter, value]));
  const number = (letter: string, low: number, high: number, plain: number): number => {
    const value = Number(values.get(letter) ?? Number.NaN);
    return Number.isFinite(value) ? clamp(value, low, high) : plain;
  };
  const played: VoiceSound = {
    ...DEFAULT_SOUND,
    gain: number("g", 0, MAX_GAIN * 100, 100) / 100,
    tune: number("t", -MAX_TUNE, MAX_TUNE, 0),
    decay: number("e", MIN_DECAY * 100, MAX_DECAY * 100, 100) / 100,
    velocity_layers: number("l", 0, 1, 0) === 1,
  };
  const [x, y] = (values.get("m") ?? "").split(",").map((part) => (part === "" ? Number.NaN : Number(part)));
  if (x === undefined || y === undefined || !Number.isFinite(x) || !Number.isFinite(y)) return { ...played, kit: kit || ofAll };
  const shift = (name: keyof typeof SHIFT_LETTERS) => number(SHIFT_LETTERS[name], -MAX_SHIFT, MAX_SHIFT, 0);
  return {
    ...played,
    from: "map",
    kit: null,
    point: onMap([x, y]),
    variation: number("v", 0, 100, 0) / 100,
    seed: Math.round(number("r", 0, MAX_SEED, 0)),
    shift: { brightness: shift("brightness"), decay: shift("decay"), pitch: shift("pitch"), noisiness: shift("noisiness") },
  };
}

/** All eight, or "" where each is as the kit of this name has it. */
export function writeSounds(sounds: readonly VoiceSound[], kit: string): string {
  const written = sounds.map((sound) => writeSound(sound, kit));
  return written.some(Boolean) ? written.join(BETWEEN_VOICES) : "";
}

export function readSounds(text: string, kit: string): VoiceSound[] {
  const written = text.split(BETWEEN_VOICES);
  return Array.from({ length: VOICE_COUNT }, (_, voice) => readSound(written[voice] ?? "", kit));
}
