import { expect, test } from "vitest";
import { randomProject } from "../../tests/randomProject";
import { NEW_GROOVE } from "./groove";
import { toProject } from "./projectOfGroove";
import { projectIn, readProject, writeProject } from "./projectLink";

test("a project goes into a link and comes back", async () => {
  const edited = { ...NEW_GROOVE.place, edited: true, pattern: { meter: [4, 4] as const, strokes: [[0, 0, 0.8, 0.25] as const] } };
  const project = { ...toProject({ ...NEW_GROOVE, place: edited, slots: NEW_GROOVE.slots.map(() => edited) }), name: "Ünder wäter" };
  const letters = (await writeProject(project))!;
  expect(letters).toMatch(/^[\w-]+$/);
  expect(letters.length).toBeLessThan(1500);
  expect(projectIn(`#p=0,0&z=${letters}`)).toBe(letters);
  expect(JSON.parse(await readProject(letters))).toEqual(project);
});

test("one that is too big has no link", async () => {
  const scenes = Array.from({ length: 40 }, (_, seed) => randomProject(seed).scene);
  expect(await writeProject({ ...toProject(NEW_GROOVE), scenes })).toBeNull();
});

test("what is no project in letters is refused, and so is one that unfolds without end", async () => {
  const huge = (await writeProject({ ...toProject(NEW_GROOVE), name: "a".repeat(5_000_000) }))!;
  for (const letters of ["%", "abcd", huge]) await expect(readProject(letters)).rejects.toThrow();
  expect(projectIn("#p=0,0")).toBeNull();
});
