/** A voice's sound on a path over its sound map: the point of the sound, automated over the bars. */

import { VOICE_SLUGS } from "./parameters";
import type { Automation, Path, Scene } from "./project";
import type { Point } from "./protocol";

export const MAX_SOUND_BARS = 512; // there and back are 1022: as many as an automation may loop

export type SoundWay = Path["way"];

const coordinates = (voice: number): readonly [string, string] => [`${VOICE_SLUGS[voice]!}.sound.x`, `${VOICE_SLUGS[voice]!}.sound.y`];

const isOf = (voice: number) => {
  const names: readonly string[] = coordinates(voice);
  return ({ parameter }: { readonly parameter: string }): boolean => names.includes(parameter);
};

/** The bars, from 0 on, at which the corners of a line are reached in so many bars: the first bar is at its start, the last at its end. */
function arrivals(points: readonly Point[], bars: number): number[] {
  const lengths = [0];
  for (let part = 1; part < points.length; part++) lengths.push(lengths.at(-1)! + Math.hypot(points[part]![0] - points[part - 1]![0], points[part]![1] - points[part - 1]![1]));
  const whole = lengths.at(-1)! || 1;
  return lengths.map((length) => ((bars - 1) * length) / whole);
}

/** The scene with the sound of a voice on this path. A sound is read at the start of each bar. */
export function withSoundPath(scene: Scene, voice: number, points: readonly Point[], bars: number, way: SoundWay): Scene {
  const last = bars - 1;
  const there = arrivals(points, bars).map((bar, place) => ({ bar, point: points[place]! }));
  const back = way === "ping-pong" ? there.slice(0, -1).reverse().map(({ bar, point }) => ({ bar: 2 * last - bar, point })) : []; // prettier-ignore
  const stations = [...there, ...back].filter(({ bar }, place, all) => place === 0 || bar > all[place - 1]!.bar);
  const loop = way === "once" ? null : way === "loop" ? bars : Math.max(1, 2 * last);
  const curves = coordinates(voice).map((parameter, coordinate): Automation => ({ parameter, breakpoints: stations.map(({ bar, point }) => ({ bar, value: point[coordinate]! })), loop_bars: loop, quantum: "bar" }));
  return { ...scene, automations: [...scene.automations.filter((each) => !isOf(voice)(each)), ...curves] };
}

export const withoutSoundPath = (scene: Scene, voice: number): Scene => ({ ...scene, automations: scene.automations.filter((each) => !isOf(voice)(each)) });

export interface SoundPath {
  readonly points: readonly Point[]; // from one end to the other
  readonly bars: number;
  readonly way: SoundWay;
}

/** The path of a voice's sound, as `withSoundPath` makes it; null: it stays where it is, or moves otherwise. */
export function soundPathOf({ automations }: Scene, voice: number): SoundPath | null {
  const [x, y] = coordinates(voice).map((name) => automations.find(({ parameter }) => parameter === name));
  if (!x || !y || x.loop_bars !== y.loop_bars || x.breakpoints.length !== y.breakpoints.length) return null;
  if (x.breakpoints.some(({ bar }, place) => bar !== y.breakpoints[place]!.bar)) return null;
  const stations = x.breakpoints.map(({ bar, value }, place) => ({ bar, point: [value, y.breakpoints[place]!.value] as Point }));
  const end = stations.at(-1)!.bar;
  const loop = x.loop_bars ?? null;
  const comesBack = loop !== null && loop === end; // at the end of the round it is back where it began
  const bars = loop === null ? Math.round(end) + 1 : comesBack ? Math.round(loop / 2) + 1 : Math.round(loop);
  const way = loop === null ? "once" : comesBack ? "ping-pong" : "loop";
  return { points: stations.filter(({ bar }) => way !== "ping-pong" || bar <= end / 2).map(({ point }) => point), bars, way };
}
