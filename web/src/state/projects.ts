/** The project as a file and as a link: saved, opened, checked. */

import { barsToDecode } from "../rules/arrange";
import { barKey, modelPart } from "../rules/bars";
import { withSounds } from "../rules/kitChanges";
import { writeLink } from "../rules/link";
import { canonicalJson, PLAIN_LANE, PLAIN_MIX, type Project } from "../rules/project";
import { projectIn, readProject, writeProject } from "../rules/projectLink";
import type { BarPattern } from "../rules/protocol";
import { isEdited, isJourney } from "../rules/scene";
import { DEFAULT_SOUND, movedTo } from "../rules/voiceSound";
import { checkProject, fetchProject } from "../net/api";
import type { Actions } from "./actions";
import { save } from "./files";
import { forgetUnknownPoints } from "./forgetUnknown";
import type { Store } from "./store";

const SERVERS_KEY = "clave.opened.1"; // the project of the server that this tab has opened

export function saveProject(store: Store): void {
  const { space, sound } = store.instrument.value ?? {};
  const project: Project = { ...store.project.value, spaces: { rhythm: space?.reference ?? null, sound: sound?.reference ?? null } };
  save(new Blob([`${JSON.stringify(project, null, 1)}\n`], { type: "application/json" }), "project.json");
  store.notify("project.json: everything that plays here. Open it with Open project, or drop it on the page.");
}

/** Open a file; what is no project is refused with the reason, and nothing changes. */
export const openProjectFile = (store: Store, actions: Actions, file: File): Promise<void> => open(store, actions, file.name, () => file.text());

/** Open the project in a link that holds one. */
export async function openLinkedProject(store: Store, actions: Actions, link: string): Promise<void> {
  const letters = projectIn(link);
  if (letters !== null) await open(store, actions, "the project in the link", () => readProject(letters));
}

async function open(store: Store, actions: Actions, name: string, read: () => Promise<string>): Promise<void> {
  try {
    const { project, remarks } = await checkProject(await read());
    play(store, actions, project, `open ${name}`);
    store.notify([`Opened ${name}.`, ...remarks.map((remark) => `${remark}.`)].join(" "));
  } catch (error) {
    store.reportError(new Error(`${name} is not opened: ${error instanceof Error ? error.message : String(error)}`));
  }
}

/** Copy a link to what plays here: a short one where that says everything, else one with the project in it, if it is small enough. */
export async function shareLink(store: Store): Promise<void> {
  const project = store.project.value;
  const letters = isMoreThanItsLink(project) ? await writeProject(withoutFiles(project)) : "";
  const [address] = location.href.split("#"); // what stands behind it may be from before the last change
  const link = `${address}#${writeLink(project)}${letters ? `&z=${letters}` : ""}`;
  const left = letters === null ? " What it cannot hold, such as edited strokes, scenes and the mix, needs a file: Save project." : "";
  try {
    await navigator.clipboard.writeText(link);
    store.notify(`Link copied.${left}`);
  } catch {
    if (letters) history.replaceState(null, "", link);
    store.notify(`The link is in the address bar.${left}`);
  }
}

/** Is there something that the short link cannot say? */
function isMoreThanItsLink({ scene, scenes, song, seed }: Project): boolean {
  const plain = (values: readonly unknown[], one: unknown) => values.every((each) => canonicalJson(each) === canonicalJson(one));
  const moved = scene.modulations.length > 0 || scene.automations.length > 0 || scene.tempo.length > 1;
  const drawn = scene.path === null ? scene.anchors.some(({ name }) => name > "B") : !isJourney(scene) || scene.path.edits.length > 0 || !!scene.path.stops;
  return isEdited(scene) || drawn || moved || seed !== 0 || scenes.length > 0 || song.length > 0 || !plain(scene.mix, PLAIN_MIX) || !plain(scene.lanes, PLAIN_LANE);
}

/** Files are on this computer only: sounds travel as their point on the map, stars stay here. */
const withoutFiles = (project: Project): Project => ({
  ...project,
  material: [],
  scene: withSounds(
    project.scene,
    project.scene.kit.voices.map((sound) => {
      if (sound.from !== "file") return sound;
      return sound.point ? { ...movedTo(sound, sound.point), locked: sound.locked } : { ...DEFAULT_SOUND, kit: project.scene.kit.name };
    }),
  ),
});

/** The project that the server was started with, if there is one. True: it plays; one undo brings back what was there. */
export async function openServersProject(store: Store, actions: Actions): Promise<boolean> {
  const project = await fetchProject();
  if (project === null || !isNewHere(canonicalJson(project))) return false;
  play(store, actions, project, "open the project");
  const { remarks } = await checkProject(JSON.stringify(project));
  if (remarks.length > 0) store.notify(remarks.map((remark) => `${remark}.`).join(" "));
  return true;
}

/** After a reload, what was made of the project goes on. */
function isNewHere(text: string): boolean {
  try {
    if (sessionStorage.getItem(SERVERS_KEY) === text) return false;
    sessionStorage.setItem(SERVERS_KEY, text);
  } catch {
    // no storage: there is nothing to go on with
  }
  return true;
}

/** As one undo step. A project that has a song plays it. */
function play(store: Store, actions: Actions, project: Project, label: string): void {
  actions.replaceProject(label, project);
  store.playsSong.value = project.song.length > 0;
  if (store.instrument.value) forgetUnknownPoints(store, store.instrument.value);
}

/** What the space made of the bars of a project, as far as it is known: kept beside it, so that a page without its server shows them. */
export function knownStrokes(store: Store): [string, BarPattern][] {
  const { score, window, project, clicks, decoded } = store;
  const [first, count] = window.value;
  const played = Array.from({ length: count }, (_, bar) => barsToDecode(score.value.planned(first + bar))).flat();
  const places = [...project.value.scenes, ...clicks.value.places].flatMap((place) => place?.bars ?? []).flatMap((bar) => modelPart(bar) ?? []);
  const known = new Map<string, BarPattern>();
  for (const bar of [...played, ...places]) {
    const pattern = decoded.get(barKey(bar));
    if (pattern) known.set(barKey(bar), pattern);
  }
  return [...known];
}
