/** Builds the page: store, player, actions and views, and what ties them to the browser. */

import { effect } from "@preact/signals";
import { render } from "preact";
import { writeLink } from "./rules/link";
import { projectIn } from "./rules/projectLink";
import { Nearby } from "./rules/neighbours";
import { type Point, VOICE_COUNT, type BarPattern } from "./rules/protocol";
import { fetchCorpus, fetchGround, fetchInstrument } from "./net/api";
import { Kits } from "./audio/kits";
import { MidiPorts } from "./midi/midiPorts";
import { Actions } from "./state/actions";
import { BarActions } from "./state/barActions";
import { restore, serialise, store as storeText, stored, storedMidi, storedTheme, storeMidi, storeTheme } from "./state/browserStorage";
import { heardBars } from "./state/files";
import { forgetUnknownPoints, forgetUnknownSettings } from "./state/forgetUnknown";
import { KeptKits } from "./state/keptKits";
import { Player } from "./state/player";
import { openLinkedProject, openProjectFile, openServersProject, presentStrokes, rememberHumanised } from "./state/projects";
import { SoundActions } from "./state/soundActions";
import { Sounds } from "./state/sounds";
import { Store } from "./state/store";
import { App } from "./views/App";
import { filesOfDrop } from "./views/droppedFiles";
import { listenToKeys } from "./views/keyboard";
import { takeFolder } from "./views/KitChoice";
import { type Page, PageContext } from "./views/page";
import "./views/style/page.css";

const store = new Store();
const player = new Player(store, (error) => midi.failed(error));
const midi = new MidiPorts(store, player.midi);
const actions = new Actions(store);
const kits = new Kits();
const sounds = new Sounds(store, kits, (voice) => {
  if (store.sounds.adjusted.value === voice && !store.playing.value) void player.audition(voice); // an adjustment is heard at once
});
const soundActions = new SoundActions(store, actions, sounds);
const barActions = new BarActions(store, actions, player);
const page: Page = { store, player, midi, actions, barActions, kits, kept: new KeptKits(store, kits), sounds, soundActions };

/** For browser tests: the store, and the bars that are heard (or others) as sound, through the same graph as live. */
const hook = { store, heardBars: () => heardBars(store), renderOffline: (patterns?: readonly BarPattern[]) => player.renderOnce(patterns ?? heardBars(store)) };
declare global {
  interface Window {
    clave: typeof hook;
  }
}
window.clave = hook;

const remembered = stored();
const AUTOSAVE_MS = 250; // after the last change
const openedLink = location.hash; // the address bar shows what plays, soon
const restored = restore(location.hash, remembered);
store.amend(restored.groove);
if (remembered) rememberHumanised(store, restored.groove, remembered.strokes);
store.theme.value = storedTheme();
effect(() => storeTheme(store.theme.value));
store.midi.value = storedMidi();
void midi.resume();
effect(() => storeMidi(store.midi.value));

effect(() => {
  // voices that follow the kit follow the first one if theirs is not there (any more); the space's kit is drawn
  const { kit, sounds: voices } = store.groove.value;
  const first = store.kits.value[0];
  if (!first) return;
  const follow = voices.some((sound) => sound.from === "factory" && sound.kit === null);
  if (follow && !store.kits.value.some(({ name }) => name === kit)) {
    if (kit) store.notify(`The kit “${kit}” is not here; ${first.label} plays instead.`);
    return store.amend({ ...store.groove.peek(), kit: first.name });
  }
  soundActions.drawMissing();
});

let writing: ReturnType<typeof setTimeout> | undefined;
function writeNow(): void {
  clearTimeout(writing);
  writing = undefined;
  const groove = store.groove.peek();
  const link = `#${writeLink(groove)}`;
  if (link !== location.hash) history.replaceState(null, "", link);
  storeText(serialise(groove, link, presentStrokes(store)));
}
effect(() => {
  void store.groove.value;
  clearTimeout(writing);
  writing = setTimeout(writeNow, AUTOSAVE_MS);
});
addEventListener("pagehide", () => {
  if (writing !== undefined) writeNow(); // a reload right after a change loses nothing
});

addEventListener("hashchange", () => {
  if (projectIn(location.hash) !== null) return void openLinkedProject(store, actions, location.hash);
  const { groove } = restore(location.hash, { groove: store.groove.value, link: "", whole: false, strokes: new Map() });
  store.change("link", groove);
  if (store.instrument.value) {
    forgetUnknownSettings(store, store.instrument.value.space);
    forgetUnknownPoints(store, store.instrument.value);
  }
  store.settle();
  actions.refresh();
});

addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => {
  event.preventDefault();
  void filesOfDrop(event).then((files) => {
    const [file] = files;
    if (file && files.length === 1 && /\.json$/i.test(file.name)) return openProjectFile(store, actions, file);
    return takeFolder(page, files);
  });
});

/** A new player begins where most grooves are, and can still undo to there. */
function beginAt(point: Point): void {
  const groove = store.groove.value;
  store.amend({ ...groove, place: { ...groove.place, point } });
  actions.refresh();
}

listenToKeys(page);
render(
  <PageContext.Provider value={page}>
    <App />
  </PageContext.Provider>,
  document.getElementById("page")!,
);

try {
  const coming = fetchCorpus();
  coming.catch(() => undefined); // reported below, if nothing else goes wrong first
  const instrument = await fetchInstrument();
  if (instrument.voices.length !== VOICE_COUNT) throw new Error(`the page plays ${VOICE_COUNT} voices, the server has ${instrument.voices.length}`);
  forgetUnknownPoints(store, instrument);
  store.instrument.value = instrument;
  void page.kept.refresh();
  forgetUnknownSettings(store, instrument.space);
  if (restored.known !== "nothing") actions.refresh(); // the page may have been left before its bar had arrived
  const corpus = await coming;
  store.corpus.value = corpus;
  store.nearby.value = new Nearby(corpus);
  if (restored.known === "nothing") beginAt(store.nearby.value.densest());
  await openServersProject(store, actions);
  await openLinkedProject(store, actions, openedLink);
  store.ground.value = await fetchGround();
} catch (error) {
  store.reportError(error);
}
