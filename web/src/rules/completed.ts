/** A project that an earlier version of the page stored: the fields that it did not know stand at their default. */

import { FACTORY_VOICE, NEW_PROJECT, NEW_SCENE, PLAIN_LANE, PLAIN_MIX } from "./project";

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);

/** Each of a list over its default; what is no list of such things is left as it is, for the check to refuse. */
const eachOver = (plain: object, list: unknown): unknown => (Array.isArray(list) ? list.map((each: unknown) => (isFields(each) ? { ...plain, ...each } : each)) : list);

/** The same with every generated bar in it whole, wherever it is. */
function withWholeBars(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withWholeBars);
  if (!isFields(value)) return value;
  const fields = Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withWholeBars(each)]));
  return fields["kind"] === "generated" ? { leg: null, hears: null, ...fields } : fields;
}

/** The scene with every field; anything else as it is. */
export function completedScene(value: unknown): unknown {
  if (!isFields(value)) return value;
  const scene: Fields = { ...NEW_SCENE, ...value };
  const { kit, path } = scene;
  return {
    ...scene,
    kit: isFields(kit) ? { ...kit, voices: eachOver(FACTORY_VOICE, kit["voices"]) } : kit,
    path: withWholeBars(isFields(path) ? { stops: null, between: "strokes", ...path } : path),
    bars: withWholeBars(scene["bars"]),
    fill: withWholeBars(scene["fill"]),
    mix: eachOver(PLAIN_MIX, scene["mix"]),
    lanes: withWholeBars(eachOver(PLAIN_LANE, scene["lanes"])),
    automations: eachOver({ loop_bars: null, quantum: "bar" }, scene["automations"]),
  };
}

/** The project with every field, or anything else as it is. A message check follows: what is wrong stays wrong. */
export function completed(value: unknown): unknown {
  if (!isFields(value) || value["scene"] === undefined) return value;
  const project: Fields = { ...NEW_PROJECT, ...value };
  const { scenes } = project;
  return { ...project, scene: completedScene(project["scene"]), scenes: Array.isArray(scenes) ? scenes.map(completedScene) : scenes };
}
