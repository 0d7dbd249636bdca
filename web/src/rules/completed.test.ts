import { expect, test } from "vitest";
import { completed } from "./completed";
import { readMessage } from "./messageChecks";
import { NEW_PAGE_PROJECT, withNewPath } from "./scene";

test("a project that was stored before paths had stops is read, its bars evenly spaced", () => {
  const project = { ...NEW_PAGE_PROJECT, scene: withNewPath(NEW_PAGE_PROJECT.scene, [[0, 0], [1, 1]], {}) }; // prettier-ignore
  const { stops, ...path } = project.scene.path!;
  const older = { ...project, scene: { ...project.scene, path } };
  expect(stops).toBeNull();
  expect(readMessage("Project", completed(older))).toEqual(project);
});

test("a project that was stored before velocity layers sounds as it did, without them", () => {
  const voices = NEW_PAGE_PROJECT.scene.kit.voices.map((voice) => Object.fromEntries(Object.entries(voice).filter(([name]) => name !== "velocity_layers")));
  const read = readMessage("Project", completed({ ...NEW_PAGE_PROJECT, scene: { ...NEW_PAGE_PROJECT.scene, kit: { name: "analogue", voices } } }));
  expect(read.scene.kit.voices.map((voice) => voice.velocity_layers)).toEqual(voices.map(() => false));
});
