import { expect, test } from "vitest";
import { given, projectOf } from "../../tests/givenBars";
import { plannedBars } from "./plan";
import { FACTORY_VOICE, NEW_SCENE, type Project, type Scene } from "./project";
import { describeScene, emptySlot, firstBarOf, isSameScene, kitTrouble, morphing, openingBar, partAt, tilesOf, withKitHere, withPart, withPartAdded, withPartMoved, withPartRemoved, withSceneRenamed } from "./song";

const pattern = (step: number) => ({ meter: [4, 4] as const, strokes: [[0, step, 1, 0]] as const });
const scene = (step: number, changes: Partial<Scene> = {}): Scene => ({ ...NEW_SCENE, bars: [given(pattern(step))], ...changes });
const path = { points: [[0, 0], [3, 0]] as const, curve: "line", smoothing: 0, bars: 16, way: "loop", between: "map", quantum: "bar", travelling: true, edits: [], stops: null } as const; // prettier-ignore
const project: Project = { ...projectOf([pattern(0)]), scenes: [scene(1), null, scene(2, { name: "lift", bars: [given(pattern(2)), given(pattern(3))] })] };
const parts = ({ song }: Project) => song.map((part) => [part.scene, part.bars]);

test("there are eight tiles, and one more than the scenes beyond them", () => {
  expect(tilesOf(project).map(Boolean)).toEqual([true, false, true, false, false, false, false, false]);
  expect(tilesOf({ ...project, scenes: Array.from({ length: 12 }, () => scene(0)) })).toHaveLength(13);
  expect(tilesOf({ ...project, scenes: Array.from({ length: 128 }, () => scene(0)) })).toHaveLength(128);
  expect([emptySlot(project), emptySlot({ ...project, scenes: Array.from({ length: 128 }, () => scene(0)) })]).toEqual([1, null]);
});

test("a scene is said in one line", () => {
  const generated = scene(0, { bars: NEW_SCENE.bars });
  expect([describeScene(generated, "house"), describeScene(scene(0, { path }), "house"), describeScene(project.scenes[2]!, "house")]).toEqual(["house, 1 bar", "path, 16 bars", "kept bars, 2 bars"]);
  const automations = [{ parameter: "swing", breakpoints: [{ bar: 0, value: 0.6 }], loop_bars: 1, quantum: "bar" }] as const;
  expect(describeScene({ ...generated, automations }, "house")).toBe("house, 1 bar, moving");
});

test("a kit that is not here is said, and another sounds in its place; what is from elsewhere stays", () => {
  const known = new Set(["analogue", "room"]);
  const voices = NEW_SCENE.kit.voices.map((voice, index) => (index < 2 ? { ...voice, kit: "gone" } : index === 2 ? { ...FACTORY_VOICE, from: "map" as const, kit: null, point: [0, 0] as const } : voice));
  const stray = scene(0, { kit: { name: "gone", voices } });
  expect([kitTrouble(scene(0), known), kitTrouble(stray, known)]).toEqual([null, "the kit “gone” is not here: another plays in its place"]);
  expect(kitTrouble(scene(0, { kit: { name: "", voices: voices.map(() => ({ ...FACTORY_VOICE, kit: "" })) } }), known)).toBe("no kit: another one plays");
  expect(withKitHere(stray, known, "room").kit.voices.map(({ kit }) => kit)).toEqual(["room", "room", null, "analogue", "analogue", "analogue", "analogue", "analogue"]);
  expect(withKitHere(scene(0), known, "room")).toEqual(scene(0));
});

test("parts are added, moved, changed and taken out; a morph fits its part", () => {
  let made = withPartAdded(withPartAdded(withPartAdded(project, 0), 2), 1); // there is no scene 1
  expect(parts(made)).toEqual([[0, 1], [2, 2]]); // prettier-ignore
  made = withPartAdded(made, 2, 0);
  expect(parts(made)).toEqual([[2, 2], [0, 1], [2, 2]]); // prettier-ignore
  made = withPart(made, 0, { bars: 8, morph_bars: 6 });
  expect(withPart(made, 0, { bars: 4 }).song[0]).toMatchObject({ bars: 4, morph_bars: 4 });
  expect([withPart(made, 0, { bars: 0 }).song[0]!.bars, withPart(made, 0, { bars: 9999 }).song[0]!.bars]).toEqual([1, 1024]);
  expect(parts(withPartMoved(made, 0, 2))).toEqual([[0, 1], [2, 2], [2, 8]]); // prettier-ignore
  expect(withPartMoved(made, 0, 3)).toBe(made);
  expect([firstBarOf(made, 2), partAt(made, 8), partAt(made, 10), partAt(made, 11), partAt(project, 3)]).toEqual([9, { place: 1, bar: 0 }, { place: 2, bar: 1 }, { place: 0, bar: 0 }, null]);
  expect(parts(withPartRemoved(made, 1))).toEqual([[2, 8], [2, 2]]); // prettier-ignore
});

test("a morph is the song from the present scene to the other, which then stays", () => {
  const at = (x: number) => ({ ...NEW_SCENE, bars: [{ kind: "generated", point: [x, 0], settings: NEW_SCENE.settings, phrase: null, leg: null, hears: null }] as const });
  const between = morphing({ ...project, scene: at(0), scenes: [at(1)] }, { slot: 0, first: 2, bars: 3 });
  const xs = plannedBars(between, 7).map(({ pieces }) => (pieces[0]![1].kind === "generated" ? pieces[0]![1].point[0] : null));
  expect(xs).toEqual([0, 0, 0.25, 0.5, 0.75, 1, 1]);
});

test("a scene is the same whatever it is called, and begins with its first bar, on a path as well", () => {
  expect([isSameScene(project.scenes[0], { ...scene(1), name: "x" }), isSameScene(project.scenes[0], scene(2)), isSameScene(null, scene(2))]).toEqual([true, false, false]);
  expect(openingBar(project.scenes[0]!)).toEqual(given(pattern(1)));
  expect(openingBar(scene(0, { path }))).toMatchObject({ kind: "generated", point: [0, 0] });
  expect(withSceneRenamed(project, 2, "  new ").scenes[2]!.name).toBe("new");
});
