/** The project as a file: saved, opened, checked; and what is remembered of how its bars were humanised. */

import { barKey } from "../rules/bars";
import { DEFAULT_MIX, type Groove } from "../rules/groove";
import { canonicalJson, type Project } from "../rules/project";
import { projectIn, readProject, writeProject } from "../rules/projectLink";
import type { BarPattern } from "../rules/protocol";
import { barsHeld, barsNeeded, barsOf, fromProject, lastHumanise, silentParts, strokesOf, type Strokes, toProject, withoutLast } from "../rules/projectOfGroove";
import { DEFAULT_SOUND, movedTo } from "../rules/voiceSound";
import { checkProject, fetchBarStrokes, fetchProject } from "../net/api";
import type { Actions } from "./actions";
import { save } from "./files";
import { forgetUnknownPoints } from "./forgetUnknown";
import type { Store } from "./store";

const SERVERS_KEY = "clave.opened.1"; // the project of the server that this tab has opened
const BARS_AT_ONCE = 256; // in one request

/** The present groove's strokes, those included of which humanised bars were made. */
export const presentStrokes = (store: Store): Map<string, BarPattern> =>
  strokesOf(store.groove.value, (made) => store.bar.humaniseOf(made).base);

/** Sliders show again how the bars of this groove were humanised. */
export function rememberHumanised(store: Store, groove: Groove, strokes: Strokes): void {
  for (const [bar, made] of barsHeld(groove)) {
    const how = lastHumanise(bar);
    const base = how && strokes.get(barKey(withoutLast(bar)));
    if (!base) continue;
    const lent = how.like && barKey(how.like);
    const slot = lent === null ? -1 : groove.slots.findIndex((each) => each && barKey(barsOf(each)[0]!) === lent);
    store.bar.remember(made, { base, amount: how.amount, seed: how.seed, like: slot < 0 ? null : slot });
  }
}

export function saveProject(store: Store): void {
  const { instrument, groove } = store;
  const { space, sound } = instrument.value ?? {};
  const reference = (name: string | undefined) => (name === undefined ? null : { name, hash: "" });
  const project: Project = { ...toProject(groove.value), spaces: { rhythm: reference(space?.name), sound: reference(sound?.name) } };
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
    await play(store, actions, project, `open ${name}`);
    const silent = silentParts(project);
    const kept = silent.length > 0 ? [`${silent.join(", ")}: kept, but not heard in this page`] : [];
    store.notify([`Opened ${name}.`, ...[...remarks, ...kept].map((remark) => `${remark}.`)].join(" "));
  } catch (error) {
    store.reportError(new Error(`${name} is not opened: ${error instanceof Error ? error.message : String(error)}`));
  }
}

/** Copy a link to what plays here: a short one where that says everything, else one with the project in it, if it is small enough. */
export async function shareLink(store: Store): Promise<void> {
  const groove = store.groove.value;
  const letters = isMoreThanItsLink(groove) ? await writeProject(toProject(withoutFiles(groove))) : "";
  const link = letters ? `${location.href}&z=${letters}` : location.href;
  const left = letters === null ? " What it cannot hold, such as edited strokes, slots and the mix, needs a file: Save project." : "";
  try {
    await navigator.clipboard.writeText(link);
    store.notify(`Link copied.${left}`);
  } catch {
    if (letters) history.replaceState(null, "", link);
    store.notify(`The link is in the address bar.${left}`);
  }
}

/** Is there something that the short link cannot say? */
function isMoreThanItsLink({ place, journey, slots, mix, opened }: Groove): boolean {
  const mixed = mix.some((each) => canonicalJson(each) !== canonicalJson(DEFAULT_MIX));
  return place.edited || journey.edited || slots.some(Boolean) || mixed || (opened !== null && silentParts(opened).length > 0);
}

/** Files are on this computer only: they travel as their point on the map. */
const withoutFiles = (groove: Groove): Groove => ({
  ...groove,
  sounds: groove.sounds.map((sound) => (sound.from !== "file" ? sound : sound.point ? { ...movedTo(sound, sound.point), locked: sound.locked } : DEFAULT_SOUND)),
});

/** The project that the server was started with, if there is one. True: it plays; one undo brings back what was there. */
export async function openServersProject(store: Store, actions: Actions): Promise<boolean> {
  const project = await fetchProject();
  if (project === null || !isNewHere(canonicalJson(project))) return false;
  await play(store, actions, project, "open the project");
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

/** As one undo step. */
async function play(store: Store, actions: Actions, project: Project, label: string): Promise<void> {
  const strokes = await strokesFor(project);
  const groove = fromProject(project, strokes);
  rememberHumanised(store, groove, strokes);
  store.settle();
  actions.replaceGroove(label, groove);
  if (store.instrument.value) forgetUnknownPoints(store, store.instrument.value);
}

/** The strokes of its bars, from the server. */
async function strokesFor(project: Project): Promise<Strokes> {
  const bars = barsNeeded(project);
  const found = new Map<string, BarPattern>();
  for (let first = 0; first < bars.length; first += BARS_AT_ONCE) {
    const some = bars.slice(first, first + BARS_AT_ONCE);
    (await fetchBarStrokes(some)).forEach((pattern, index) => found.set(barKey(some[index]!), pattern));
  }
  return found;
}
