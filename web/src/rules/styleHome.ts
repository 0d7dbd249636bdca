/** Going to a style: to its home on the map, in its meter and at its usual tempo, or into a blend with the present one. */

import type { Scene } from "./project";
import type { SpaceInfo } from "./protocol";
import { movedPlace, travelling, withPath, withSettings, withTempo } from "./scene";
import { MOST_STYLES, sharesOf, withAnother } from "./styleBlend";

export interface StyleOptions {
  readonly blend?: boolean; // with the present style, instead of in its place
  readonly stay?: boolean; // at this point, in this meter and at this tempo
}

export type StyleHome = SpaceInfo["style_homes"][number];

/** The scene in a style: what was written by hand, and what is held, stays. Blending stays where it is, unless there is no style to blend with. */
export function inStyle(scene: Scene, name: string, { style_homes }: Pick<SpaceInfo, "style_homes">, { blend = false, stay = false }: StyleOptions = {}): Scene {
  const { settings } = scene;
  const blends = blend && settings.style !== null;
  const home = style_homes.find(({ style }) => style === name);
  if (blends || stay || !home) {
    const style = blends ? withAnother(settings.style, name) : name;
    return { ...withPath(scene, {}), ...withSettings(scene, { style }) };
  }
  const { point, meter, tempo_bpm } = home;
  const there = movedPlace(scene, point, { ...settings, style: name, section: "beat", meter });
  return { ...withTempo(travelling(scene, false), tempo_bpm ?? scene.tempo[0]!.tempo_bpm), ...there };
}

/** Why a style cannot join the present ones; null: it can. */
export function whyNoBlend({ settings }: Pick<Scene, "settings">, name: string): string | null {
  const shares = sharesOf(settings.style);
  if (shares.some(([each]) => each === name)) return `${name} is in it already.`;
  return shares.length >= MOST_STYLES ? `Three styles blend at most: ${shares.map(([each]) => each).join(", ")}.` : null;
}

/** The styles whose names hold what was typed, those that begin with it first. */
export function found(styles: readonly string[], typed: string): readonly string[] {
  const wanted = typed.trim().toLowerCase();
  const matching = styles.filter((style) => style.toLowerCase().includes(wanted));
  return wanted === "" ? matching : [...matching].sort((one, other) => Number(other.toLowerCase().startsWith(wanted)) - Number(one.toLowerCase().startsWith(wanted)));
}
