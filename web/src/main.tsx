/** Builds the page: store, player, actions and views, and what ties them to the browser. */

import { batch, effect, signal } from "@preact/signals";
import { render } from "preact";
import { writeLink } from "./rules/link";
import { projectIn } from "./rules/projectLink";
import { type Point, VOICE_COUNT, type BarPattern } from "./rules/protocol";
import { atPoint, pointOf } from "./rules/scene";
import { TAP_VELOCITY } from "./rules/taps";
import { withSounds } from "./rules/kitChanges";
import { keptKitId } from "./rules/kitNames";
import { answerWith, fetchInstrument } from "./net/api";
import { serverMaterial } from "./net/material";
import { serverEven, serverRhythm, serverSounds } from "./net/sources";
import { Kits } from "./audio/kits";
import { MidiPorts } from "./midi/midiPorts";
import { Actions } from "./state/actions";
import { BarActions } from "./state/barActions";
import { restore, serialise, store as storeText, stored, storedMidi, storedPrompts, storedTheme, storeMidi, storePrompts, storeTheme } from "./state/browserStorage";
import { DecodeAhead } from "./state/decodeAhead";
import { Decoding } from "./state/decoding";
import { EvenChange } from "./state/evenChange";
import { forgetUnknownPoints, forgetUnknownSettings } from "./state/forgetUnknown";
import { LaneActions } from "./state/laneActions";
import type { LiveLink, PlayerActs } from "./state/liveLink";
import { Keeping } from "./state/keeping";
import { KeptKits } from "./state/keptKits";
import { Material } from "./state/material";
import { Memory } from "./state/memory";
import { otherTabs } from "./state/otherTabs";
import { PathActions } from "./state/pathActions";
import { Player } from "./state/player";
import { knownStrokes, openLinkedProject, openServersProject } from "./state/projects";
import { isUnanswered, ServerWatch } from "./state/serverWatch";
import { Recording } from "./state/recording";
import { SceneActions } from "./state/sceneActions";
import { SoundActions } from "./state/soundActions";
import { Sounds } from "./state/sounds";
import { Store } from "./state/store";
import { StyleActions } from "./state/styleActions";
import { App } from "./views/App";
import { listenToKeys } from "./views/keyboard";
import { latePanels } from "./views/latePanels";
import { type Page, PageContext } from "./views/page";
import "./views/style/page.css";

const withoutServer = document.documentElement.dataset["server"] === "none"; // written by `clave export page`
if (withoutServer) answerWith(import("./static/server").then(({ startStatic }) => startStatic(new URL("./api/", location.href).href)));
const store = new Store();
store.withoutServer.value = withoutServer;
const server = new ServerWatch(store, fetchInstrument);
addEventListener("online", () => server.tryNow());
document.addEventListener("visibilitychange", () => document.hidden || server.tryNow());
const kits = new Kits(serverSounds);
const sounds = new Sounds(store, kits, serverSounds, (voice) => {
  if (store.sounds.adjusted.value === voice && !store.playing.value) void player.audition(voice); // an adjustment is heard at once
}, server);
const player: Player = new Player(store, sounds.soundOf, (error) => midi.failed(error), (atMs, message) => page.midiIn.value?.inputs.sent(atMs, message));
const midi = new MidiPorts(store, player.midi);
const decoding = new Decoding(store, serverRhythm, server);
new DecodeAhead(store, serverRhythm);
const actions = new Actions(store);
const paths = new PathActions(store, actions);
new EvenChange(store, serverEven);
const soundActions = new SoundActions(store, actions, sounds, serverSounds, decoding, server);
const barActions = new BarActions(store, actions, player, decoding);
const styleActions = new StyleActions(store, actions, player);
const scenes = new SceneActions(store);
const memory = new Memory(store);
player.outputs.push(memory);
const keeping = new Keeping(store, memory, sounds);
const recording = new Recording(store);
const live = signal<LiveLink | null>(null);
const liveActs: PlayerActs = {
  play: (_, bar) => void player.play().then(() => (bar === undefined ? undefined : player.seek(Number(bar) - 1))),
  stop: () => player.stop(),
  toggle: () => void player.toggle(),
  seek: (_, bar) => player.seek(Number(bar) - 1),
  undo: () => actions.undo(),
  redo: () => actions.redo(),
  strike: (voice, velocity) => void player.strike(voice, velocity === undefined ? undefined : Number(velocity)),
  tap: (voice, velocity) => player.played(voice, Number(velocity ?? TAP_VELOCITY), performance.now()),
  "tap along": (_, velocity) => {
    barActions.openTaps();
    barActions.tap(performance.now(), Number(velocity ?? TAP_VELOCITY));
  },
  hold: (voice, on) => actions.hold(voice, on === true),
  launch: (slot) => scenes.launch(slot),
  morph: (slot, bars) => scenes.morphTo(slot, Number(bars)),
  song: (_, part) => scenes.playSong(part === undefined ? 0 : Number(part) - 1),
  "leave song": () => scenes.leaveSong(),
  style: (_, name) => styleActions.goToStyle(String(name)),
  capture: () => void page.midiIn.value?.keepPlayed(),
};
const page: Page = {
  store,
  player,
  midi,
  midiIn: signal(null),
  actions,
  paths,
  decoding,
  barActions,
  styleActions,
  scenes,
  memory,
  keeping,
  recording,
  kits,
  kept: new KeptKits(store, kits, serverSounds),
  sounds,
  soundActions,
  lanes: new LaneActions(store),
  material: new Material(store, actions, serverMaterial, server),
  server,
  live,
  tabs: otherTabs(store, () => player.stop()),
};

/** For browser tests: what a player can do, what plays, and the bars that are heard (or others) as sound, through the same graph as live. */
const hook = {
  store,
  actions,
  styleActions,
  scenes,
  memory,
  keeping,
  recording,
  live,
  player,
  point: () => pointOf(store.scene.value),
  heardBars: () => store.heardBars(),
  renderOffline: async (patterns?: readonly BarPattern[] | null, voice?: number) => {
    await Promise.all([decoding.all(), sounds.all()]);
    return player.renderOnce(patterns, voice);
  },
};
declare global {
  interface Window {
    clave: typeof hook;
  }
}
window.clave = hook;

const remembered = await stored();
const AUTOSAVE_MS = 250; // after the last change
const openedLink = location.hash; // the address bar shows what plays, soon
const restored = restore(location.hash, remembered);
store.decoded.add(remembered?.strokes ?? []);
store.clicks.value = remembered?.clicks ?? store.clicks.value;
store.amend(restored.project);
store.theme.value = storedTheme();
effect(() => storeTheme(store.theme.value));
store.prompts.value = storedPrompts();
effect(() => storePrompts(store.prompts.value));
store.midi.value = storedMidi();
void midi.resume();
effect(() => storeMidi(store.midi.value));

effect(() => {
  // voices of a kit that is not here (any more) get the first one; the space's kit is drawn
  const { kit } = store.scene.value;
  const first = store.kits.value[0];
  if (!first) return;
  const known = new Set(store.kits.value.map(({ name }) => name));
  const stray = kit.voices.filter((voice) => voice.from === "factory" && !known.has(voice.kit ?? ""));
  if (stray.length === 0) return soundActions.drawMissing();
  const missing = [...new Set(stray.map((voice) => voice.kit).filter(Boolean))];
  if (missing.length > 0) store.notify(`The kit “${missing.join("”, “")}” is not here; ${first.label} plays instead.`);
  const name = known.has(kit.name) || keptKitId(kit.name) !== null ? kit.name : first.name;
  const voices = kit.voices.map((voice) => (stray.includes(voice) ? { ...voice, kit: first.name } : voice));
  store.amendScene(withSounds({ ...store.scene.peek(), kit: { ...kit, name } }, voices));
});

let writing: ReturnType<typeof setTimeout> | undefined;
function writeNow(): void {
  clearTimeout(writing);
  writing = undefined;
  const project = store.project.peek();
  const link = `#${writeLink(project)}`;
  if (link !== location.hash) history.replaceState(null, "", link);
  store.unstored.value = !storeText(serialise(project, store.clicks.peek(), link, knownStrokes(store)));
}
effect(() => {
  void [store.project.value, store.clicks.value, store.decoded.changes.value];
  clearTimeout(writing);
  writing = setTimeout(writeNow, AUTOSAVE_MS);
});
addEventListener("pagehide", () => {
  if (writing !== undefined) writeNow(); // a reload right after a change loses nothing
});

addEventListener("hashchange", () => {
  if (projectIn(location.hash) !== null) return void openLinkedProject(store, actions, location.hash);
  const { project } = restore(location.hash, { project: store.project.value, clicks: store.clicks.value, link: "", strokes: [] });
  batch(() => {
    // nothing is decoded before what is unknown here was replaced
    store.change("link", project);
    store.playScene();
    if (!store.instrument.value) return;
    forgetUnknownSettings(store, store.instrument.value.space);
    forgetUnknownPoints(store, store.instrument.value);
  });
  store.settle();
});

let gestures = 0;
addEventListener("pointerdown", () => (store.gesture = ++gestures), true);
for (const over of ["pointerup", "pointercancel"]) addEventListener(over, () => setTimeout(() => (store.gesture = null)), true);

const showDropping = (on: boolean) => document.documentElement.toggleAttribute("data-dropping", on);
addEventListener("dragover", (event) => {
  event.preventDefault();
  showDropping(true);
});
addEventListener("dragleave", (event) => event.relatedTarget ?? showDropping(false)); // out of the window
addEventListener("drop", (event) => {
  event.preventDefault();
  showDropping(false);
  if (latePanels.value) latePanels.value.takeDrop(page, event).catch((error: unknown) => store.reportError(error));
  else store.notify("The page is still loading: drop it again.");
});

/** A new player begins where most grooves are, and can still undo to there. */
function beginAt(point: Point): void {
  const scene = store.scene.value;
  store.amendScene({ ...scene, ...atPoint(scene, point) });
}

listenToKeys(page);
const panelsCome = import("./views/panels").then((panels) => {
  latePanels.value = panels;
  page.midiIn.value = panels.midiInOf(page);
}).catch((error: unknown) => store.reportError(error));
render(
  <PageContext.Provider value={page}>
    <App />
  </PageContext.Provider>,
  document.getElementById("page")!,
);

/** Whatever the server gives; while it does not answer, it is asked again. */
async function had<T>(what: string, ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      const answer = await ask();
      server.answered(what);
      return answer;
    } catch (error) {
      if (!isUnanswered(error)) throw error;
      await new Promise<void>((again) => void server.waits(what, error, again));
    }
  }
}

try {
  const coming = Promise.all([had("the map", () => serverRhythm.corpus()), import("./rules/neighbours")]);
  coming.catch(() => undefined); // reported below, if nothing else goes wrong first
  const instrument = await had("the instrument", fetchInstrument);
  if (instrument.voices.length !== VOICE_COUNT) throw new Error(`the page plays ${VOICE_COUNT} voices, the server has ${instrument.voices.length}`);
  forgetUnknownPoints(store, instrument);
  forgetUnknownSettings(store, instrument.space);
  store.instrument.value = instrument;
  void page.kept.refresh();
  const [corpus, { Nearby }] = await coming;
  store.corpus.value = corpus;
  store.nearby.value = new Nearby(corpus);
  if (restored.known === "nothing") beginAt(store.nearby.value.densest());
  await openServersProject(store, actions);
  await openLinkedProject(store, actions, openedLink);
  if (!withoutServer) {
    const [{ LiveLink }, { watchConnection }, { pageActsOf }] = await Promise.all([import("./state/liveLink"), import("./state/connection"), import("./views/panels")]);
    live.value = new LiveLink(store, { ...liveActs, ...pageActsOf(page) }, () => actions.settle());
    await panelsCome; // MIDI in leads, but where there is a Link session
    latePanels.value?.playTogether(page, live.value.together);
    watchConnection(live.value, server);
    live.value.start(); // the project is the one that plays from now on
  }
  store.ground.value = await had("the map", () => serverRhythm.ground());
} catch (error) {
  store.reportError(error);
}
