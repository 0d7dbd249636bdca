/** Moves of parameters, sampled over the bars of a loop, and the automation that repeats them. */

import { automated } from "./modulation";
import { PARAMETERS, VOICE_SLUGS } from "./parameters";
import type { Automation, Scene } from "./project";
import { pointOf } from "./scene";
import { clamp } from "./units";

export const GRID = 64; // samples a bar
export const MAX_RECORDED_BARS = 64; // so that an automation has room for each sample
export const RECORD_LOOPS = [1, 2, 4, 8, 16] as const; // bars, offered for recording over and over

const STRAIGHT = 1e-9; // a sample that lies on the line between its neighbours is left out

/** The values of all parameters that a player moves by hand: those that automation could have moved instead. */
export function valuesOf(scene: Scene): ReadonlyMap<string, number> {
  const { settings, swing, tempo, kit, mix, lanes } = scene;
  const values = new Map<string, number>([
    ["variation", settings.variation],
    ["shift.density", settings.shift.density],
    ["shift.syncopation", settings.shift.syncopation],
    ["shift.swing", settings.shift.swing],
    ["shift.loudness", settings.shift.loudness],
    ["swing", swing],
    ["tempo", tempo[0]!.tempo_bpm],
  ]);
  if (!scene.path?.travelling) {
    const [x, y] = pointOf(scene);
    values.set("map.x", x).set("map.y", y);
  }
  if (settings.density !== null) values.set("density", settings.density);
  VOICE_SLUGS.forEach((slug, voice) => {
    const [sound, level, lane] = [kit.voices[voice]!, mix[voice]!, lanes[voice]!];
    const own = { tune: sound.tune, decay: sound.decay, gain: sound.gain, level: level.level, pan: level.pan, density: lane.density, probability: lane.probability, accent: lane.accent, nudge: lane.nudge_ms };
    for (const [name, value] of Object.entries(own)) values.set(`${slug}.${name}`, value);
    if (sound.point) values.set(`${slug}.sound.x`, sound.point[0]).set(`${slug}.sound.y`, sound.point[1]);
  });
  return values;
}

/** The parameters that differ, and what they were and are. Two that come into being or go are no move. */
export function movesBetween(before: Scene, after: Scene): { readonly parameter: string; readonly from: number; readonly to: number }[] {
  const old = valuesOf(before);
  return [...valuesOf(after)].flatMap(([parameter, to]) => {
    const from = old.get(parameter);
    return from === undefined || from === to ? [] : [{ parameter, from, to }];
  });
}

/** The scene after a move by hand: what was moved is automated no more. */
export function inHand(before: Scene, after: Scene): Scene {
  if (after.automations.length === 0 || after.automations !== before.automations) return after;
  return withoutAutomation(after, movesBetween(before, after).map(({ parameter }) => parameter)); // prettier-ignore
}

/** One parameter over the samples of a loop, from what automates it now, or its value at rest. */
export const sampled = (automation: Automation | undefined, own: number, bars: number): number[] =>
  Array.from({ length: bars * GRID }, (_, place) => (automation ? automated(automation, place / GRID) : own));

/** The automation that has these samples, one after the other, and begins anew after them. */
export function automationOf(parameter: string, samples: readonly number[]): Automation {
  const [low, high] = PARAMETERS.get(parameter)!;
  const kept = samples
    .map((value, place) => ({ bar: place / GRID, value: clamp(value, low, high) }))
    .filter(({ value }, place, all) => {
      const [before, after] = [all[place - 1], all[place + 1]];
      return !before || !after || Math.abs(value - (before.value + after.value) / 2) > STRAIGHT;
    });
  const level = kept.every(({ value }) => value === kept[0]!.value);
  const within = parameter.startsWith("map.") || parameter.startsWith("shift.") || parameter === "variation" || parameter === "density";
  return { parameter, breakpoints: level ? kept.slice(0, 1) : kept, loop_bars: samples.length / GRID, quantum: within ? "step" : "bar" };
}

/** The scene with this automation in the place of any of the same parameter. */
export const withAutomation = (scene: Scene, automation: Automation): Scene => ({ ...scene, automations: [...scene.automations.filter(({ parameter }) => parameter !== automation.parameter), automation] });

export function withoutAutomation(scene: Scene, parameters: readonly string[]): Scene {
  const automations = scene.automations.filter(({ parameter }) => !parameters.includes(parameter));
  return automations.length === scene.automations.length ? scene : { ...scene, automations };
}
