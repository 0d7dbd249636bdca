import { describe, expect, test } from "vitest";
import live from "../../../tests/fixtures/live.json";
import { difference, type Patch, patched } from "./patch";
import { NEW_PROJECT, type Project, type Scene } from "./project";
import { atPoint, NEW_JOURNEY, released, withPin, withSettings, withTempo } from "./scene";

const differences = live.differences as unknown as { before: Project; after: Project; patch: Patch }[];
const scenes = live.scenes as unknown as Record<string, Scene>;
const changes = live.changes as unknown as { scene: string; address: string; arguments: (string | number)[]; patch: Patch }[];

describe("the difference between two projects", () => {
  test.each(differences.map((each, index) => [index, each] as const))("is that of Python, %i", (_, { before, after, patch }) => {
    const inOrder = (found: Patch) => found.map((each) => JSON.stringify(each)).sort();
    expect(inOrder(difference(before, after))).toEqual(inOrder(patch));
    expect(patched(before, patch)).toEqual(after);
  });

  test("is nothing where nothing was changed, and what was not changed stays the same value", () => {
    const { before } = differences[0]!;
    expect(difference(before, { ...before, scene: { ...before.scene } })).toEqual([]);
    const after = patched(before, [[["scene", "mix", 1, "level"], 0.25]]);
    expect(after.scene.mix[1]!.level).toBe(0.25);
    expect(after.scene.mix[0]).toBe(before.scene.mix[0]);
    expect(after.scene.lanes).toBe(before.scene.lanes);
  });

  test("leads somewhere, or is refused", () => {
    expect(() => patched(NEW_PROJECT, [[["scene", "bars", 9, "point"], [0, 0]]])).toThrow("nowhere at 9");
    expect(() => patched(NEW_PROJECT, [[["scene", "fill", "base"], 1]])).toThrow("nowhere at base");
  });
});

/** What the page does where Python has this control. */
const OURS: Readonly<Record<string, (scene: Scene, given: (string | number)[]) => Scene>> = {
  "/clave/map": (scene, [x, y]) => ({ ...scene, ...atPoint(scene, [Number(x), Number(y)]) }),
  "/clave/variation": (scene, [variation]) => ({ ...scene, ...withSettings(scene, { variation: Number(variation) }) }),
  "/clave/meter": (scene, [beats, unit]) => ({ ...scene, ...withSettings(scene, { meter: [Number(beats), Number(unit)] }) }),
  "/clave/section": (scene, [section]) => ({ ...scene, ...withSettings(scene, { section: String(section) }) }),
  "/clave/bars": (scene, [loop]) => ({ ...scene, ...withSettings(scene, { loop: Number(loop) }) }),
  "/clave/anchor/B": (scene, [x, y]) => withPin(scene, "B", [Number(x), Number(y)], NEW_JOURNEY),
  "/clave/release": (scene) => ({ ...scene, ...released(scene, 1) }),
  "/clave/tempo": (scene, [tempo]) => withTempo(scene, Number(tempo)),
};

describe("a control changes a scene as the page does", () => {
  test.each(changes.map((each) => [each.scene, each.address, each] as const))("%s: %s", (name, address, { arguments: given, patch }) => {
    const before = { ...NEW_PROJECT, scene: scenes[name]! };
    expect(OURS[address]!(before.scene, given)).toEqual(patched(before, patch).scene);
  });

  test("each of them is tried", () => expect(new Set(changes.map(({ address }) => address))).toEqual(new Set(Object.keys(OURS))));
});
