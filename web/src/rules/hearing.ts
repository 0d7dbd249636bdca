/** Which bar a bar of a project hears when it varies: the twin of `clave/play/hearing.py`, which has the rules. */

import { asHeard, barKey, meterOf } from "./bars";
import type { Bar, Generated, Given, Scene } from "./project";
import { barOfRound, barOnCourse, type Course, shareAt } from "./travel";

export type Heard = Generated | Given;

/** This bar of the scene's loop or path, as others hear it. */
export function plainBar({ path, bars, settings }: Scene, course: Course, bar: number): Heard {
  const whole = path?.travelling ? barOnCourse(course, shareAt(path, bar), settings) : bars[bar % bars.length]!;
  const own = whole.kind === "edited" ? whole.base : whole;
  return own.kind === "generated" ? asHeard(own) : own;
}

/** What this bar of the scene, or the fill in its place, hears; null: nothing. */
export function heardIn(scene: Scene, course: Course, bar: number, fill: boolean): Heard | null {
  const place = scene.path?.travelling ? barOfRound(scene.path, bar) : bar % scene.bars.length;
  return place > 0 || fill ? plainBar(scene, course, 0) : null;
}

/** The bar when it hears that one: only generated bars that vary, and are none of a phrase, hear another. */
export function hearing(bar: Bar, before: Heard | null): Bar {
  if (bar.kind === "edited") {
    const base = hearing(bar.base, before) as Heard;
    return base === bar.base ? bar : { ...bar, base };
  }
  if (before === null || bar.kind !== "generated" || bar.settings.variation === 0 || String(meterOf(bar)) !== String(meterOf(before))) return bar;
  const isFree = bar.phrase === null && bar.leg === null && bar.hears === null;
  return isFree && barKey(asHeard(bar)) !== barKey(before) ? { ...bar, hears: before } : bar;
}
