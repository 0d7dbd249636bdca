/** Bars of known strokes, as a project that plays them. */

import { givenBar } from "../src/rules/bars";
import type { Bar, Project, Scene } from "../src/rules/project";
import type { BarPattern } from "../src/rules/protocol";
import { NEW_PAGE_PROJECT, withTempo } from "../src/rules/scene";
import { Score } from "../src/rules/score";

export const given = (pattern: BarPattern): Bar => givenBar(pattern);

/** A project with this loop. */
export function projectOf(loop: readonly BarPattern[], changes: Partial<Scene> = {}, tempoBpm = 120): Project {
  return { ...NEW_PAGE_PROJECT, scene: { ...withTempo(NEW_PAGE_PROJECT.scene, tempoBpm), bars: loop.map(given), ...changes } };
}

/** Its bars as they are played; nothing of them needs a space. */
export const scoreOf = (loop: readonly BarPattern[], changes: Partial<Scene> = {}, tempoBpm = 120): Score => new Score(projectOf(loop, changes, tempoBpm), new Map());
