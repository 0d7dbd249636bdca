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
