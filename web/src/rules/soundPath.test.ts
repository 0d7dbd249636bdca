import { expect, test } from "vitest";
import { automated } from "./modulation";
import type { Scene } from "./project";
import type { Point } from "./protocol";
import { NEW_PAGE_PROJECT } from "./scene";
import { type SoundWay, soundPathOf, withoutSoundPath, withSoundPath } from "./soundPath";

const { scene } = NEW_PAGE_PROJECT;
const LINE: readonly Point[] = [[0, 0], [1, 0], [1, 3]]; // prettier-ignore
const along = (moving: Scene, bars: number): Point[] => {
  const [x, y] = moving.automations.slice(-2);
  return Array.from({ length: bars }, (_, bar): Point => [automated(x!, bar), automated(y!, bar)]);
};
const WAYS: readonly (readonly [SoundWay, readonly Point[]])[] = [
  ["once", [[0, 0], [1, 0], [1, 1], [1, 2], [1, 3], [1, 3], [1, 3]]],
  ["loop", [[0, 0], [1, 0], [1, 1], [1, 2], [1, 3], [0, 0], [1, 0]]],
  ["ping-pong", [[0, 0], [1, 0], [1, 1], [1, 2], [1, 3], [1, 2], [1, 1], [1, 0], [0, 0], [1, 0]]],
]; // prettier-ignore

test.each(WAYS)("a sound moves along its path: %s", (way, points) => {
  const moving = withSoundPath(scene, 1, LINE, 5, way);
  expect(moving.automations.map(({ parameter }) => parameter)).toEqual(["snare.sound.x", "snare.sound.y"]);
  expect(along(moving, points.length)).toEqual(points);
  expect(soundPathOf(moving, 1)).toEqual({ points: LINE, bars: 5, way });
  expect(soundPathOf(moving, 2)).toBeNull();
});

test("another path takes the place of the first, and without one the sound stays", () => {
  const swing = { parameter: "swing", breakpoints: [{ bar: 0, value: 0.5 }], loop_bars: null, quantum: "bar" } as const;
  const other = withSoundPath(withSoundPath({ ...scene, automations: [swing] }, 1, LINE, 5, "loop"), 1, [[0, 0], [2, 2]], 3, "once");
  expect(soundPathOf(other, 1)).toEqual({ points: [[0, 0], [2, 2]], bars: 3, way: "once" });
  expect(withoutSoundPath(other, 1).automations).toEqual([swing]);
});

test("a movement of one coordinate alone is no path", () => {
  const moving = withSoundPath(scene, 1, LINE, 5, "loop");
  expect(soundPathOf({ ...moving, automations: moving.automations.slice(1) }, 1)).toBeNull();
});
