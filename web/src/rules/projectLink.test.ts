import { expect, test } from "vitest";
import { randomProject } from "../../tests/randomProject";
import { given, projectOf } from "../../tests/givenBars";
import { projectIn, readProject, writeProject } from "./projectLink";
import { NEW_PAGE_PROJECT } from "./scene";

test("a project goes into a link and comes back", async () => {
  const { scene } = projectOf([], { bars: [given({ meter: [4, 4], strokes: [[0, 0, 0.8, 0.25]] })] });
  const project = { ...NEW_PAGE_PROJECT, scene, scenes: Array.from({ length: 8 }, () => scene), name: "Ünder wäter" };
  const letters = (await writeProject(project))!;
  expect(letters).toMatch(/^[\w-]+$/);
  expect(letters.length).toBeLessThan(1500);
  expect(projectIn(`#p=0,0&z=${letters}`)).toBe(letters);
  expect(JSON.parse(await readProject(letters))).toEqual(project);
});

test("one that is too big has no link", async () => {
  const scenes = Array.from({ length: 40 }, (_, seed) => randomProject(seed).scene);
  expect(await writeProject({ ...NEW_PAGE_PROJECT, scenes })).toBeNull();
});

test("what is no project in letters is refused, and so is one that unfolds without end", async () => {
  const huge = (await writeProject({ ...NEW_PAGE_PROJECT, name: "a".repeat(5_000_000) }))!;
  for (const letters of ["%", "abcd", huge]) await expect(readProject(letters)).rejects.toThrow();
  expect(projectIn("#p=0,0")).toBeNull();
});
