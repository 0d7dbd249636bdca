/** Everything the page can do can be done from outside: each method that a view may call names its control, or why it needs none. */

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import live from "../../../tests/fixtures/live.json";

const SET = "/clave/set"; // any field of the project
const GESTURE = "a part of a gesture, whose result has its control";
const FILE = "it takes a file that the player chooses";
const LIST = "it changes the list of kits or files, not what plays";
const VIEW = "it shows, marks or tries something here";
const OWN = "the page calls it itself";

const REACHED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  actions: {
    goTo: "/clave/map",
    settle: GESTURE,
    changeSettings: "/clave/variation",
    reroll: "/clave/seed/next",
    fillEvery: "/clave/fill/every",
    edit: "/clave/bar/{bar}/cell",
    toggleCell: "/clave/bar/{bar}/cell",
    release: "/clave/release",
    hold: "/clave/voice/{voice}/hold",
    replaceBar: OWN,
    mixVoice: "/clave/voice/{voice}/level",
    setRoom: "/clave/room/size",
    setBus: "/clave/bus/drive",
    set: "/clave/tempo",
    forgetMoves: "/clave/still",
    visit: "/clave/undo",
    leaveFor: "/clave/map",
    replaceProject: SET,
    undo: "/clave/undo",
    redo: "/clave/redo",
    setPin: "/clave/anchor/{anchor}",
    setJourney: "/clave/path/bars",
    travel: "/clave/path/travel",
  },
  pathActions: {
    draw: "/clave/path/points",
    orbit: "/clave/path/orbit",
    wander: "/clave/path/wander",
    wanderLike: "/clave/path/points",
    throughAnchors: "/clave/path/anchors",
    change: "/clave/path/way",
    even: "/clave/path/even",
    remove: "/clave/path/clear",
    moveBead: SET,
    release: GESTURE,
    movePoint: "/clave/path/points",
    insertAfter: "/clave/path/points",
    removePoint: "/clave/path/points",
    removeBead: SET,
    moveAll: "/clave/path/points",
    drawSound: SET,
    changeSound: SET,
    removeSound: SET,
    morph: "/clave/morph",
    anchorsAround: "/clave/anchor/{anchor}",
  },
  barActions: {
    humaniseBy: "/clave/feel",
    humaniseAgain: "/clave/feel",
    humaniseLike: SET,
    toggleRow: "/clave/voice/{voice}/hold",
    toggleColumns: VIEW,
    toggleCell: VIEW,
    markFrom: VIEW,
    releaseAll: "/clave/voice/{voice}/hold",
    fillRest: "/clave/complete",
    openTaps: "/clave/tap",
    tapTo: VIEW,
    closeTaps: VIEW,
    clearTaps: "/clave/taps/clear",
    tap: "/clave/tap",
    drumsForTaps: "/clave/taps/drums",
    cellsOfBeat: VIEW,
  },
  styleActions: { goToStyle: "/clave/style/home" },
  sceneActions: {
    keep: "/clave/scene/{scene}/keep",
    launch: "/clave/scene/{scene}/launch",
    morphTo: "/clave/scene/{scene}/morph",
    rename: "/clave/scene/{scene}/name",
    clear: "/clave/scene/{scene}/clear",
    duplicate: "/clave/scene/{scene}/duplicate",
    playSong: "/clave/song/play",
    leaveSong: "/clave/song/leave",
    addPart: "/clave/song/add",
    playThen: "/clave/song/add",
    changePart: "/clave/song/{part}/bars",
    movePart: "/clave/song/{part}/move",
    removePart: "/clave/song/{part}/remove",
    clearSong: "/clave/song/clear",
  },
  soundActions: {
    move: "/clave/voice/{voice}/sound",
    adjust: "/clave/voice/{voice}/sound/tune",
    lock: "/clave/voice/{voice}/sound/lock",
    randomise: "/clave/voice/{voice}/sound/random",
    findSimilar: VIEW,
    choose: "/clave/voice/{voice}/sound",
    takeFile: FILE,
    takeFolder: FILE,
    twin: "/clave/voice/{voice}/sound/twin",
    layer: "/clave/voice/{voice}/sound/layers",
    chooseKit: "/clave/kit",
    drawMissing: OWN,
    surprise: "/clave/surprise",
    loadMap: VIEW,
  },
  laneActions: {
    change: "/clave/voice/{voice}/density",
    step: "/clave/voice/{voice}/density",
    reset: "/clave/voice/{voice}/density",
    move: "/clave/modulate",
    still: "/clave/still",
    sayMovement: VIEW,
  },
  keeping: { asSong: "/clave/keep", asMidi: "/clave/export/last", asWav: "/clave/export/last", asStems: "/clave/export/last", wav: OWN },
  recording: { toggle: "/clave/record", stop: "/clave/record" },
  material: { take: FILE, again: FILE, play: SET, playAll: SET, travel: "/clave/path/points", takeTempo: "/clave/tempo", remove: LIST },
  keptKits: { refresh: OWN, keep: "/clave/kit/keep", load: "/clave/kit/kept", rename: LIST, remove: LIST, restore: LIST, unfold: VIEW },
  player: {
    play: "/clave/transport/play",
    stop: "/clave/transport/stop",
    seek: "/clave/transport/seek",
    toggle: "/clave/transport/toggle",
    audition: "/clave/voice/{voice}/strike",
    strike: "/clave/voice/{voice}/strike",
    played: "/clave/voice/{voice}/tap",
    hear: VIEW,
    audibleAt: OWN,
    positionAt: OWN,
    performance: OWN,
    renderOnce: OWN,
    renderLoop: OWN,
  },
  files: {
    saveMidi: "/clave/export",
    saveFor: "/clave/export",
    saveWav: "/clave/export",
    saveStems: "/clave/export",
    save: OWN,
  },
};

/** The public methods of the class in a file of state, or its public functions. */
function methodsOf(file: string): string[] {
  const text = readFileSync(new URL(`./${file}.ts`, import.meta.url), "utf-8");
  const methods = /^ {2}(?:async )?([a-z]\w*)(?:<[^>]*>)?\(.*\{$/gm;
  const functions = /^export (?:async )?function (\w+)\(/gm;
  const found = [...text.matchAll(file === "files" ? functions : methods)].map(([, name]) => name!);
  return found.filter((name) => !["constructor", "if", "for", "switch", "while"].includes(name));
}

test.each(Object.keys(REACHED))("every method of %s names its control, or why it has none", (file) => {
  expect(Object.keys(REACHED[file]!).toSorted()).toEqual([...new Set(methodsOf(file))].toSorted());
});

test("every control that is named is in the one table", () => {
  const named = Object.values(REACHED).flatMap((each) => Object.values(each)).filter((each) => each.startsWith("/"));
  expect(named.length).toBeGreaterThan(70);
  expect(named.filter((each) => !live.controls.includes(each))).toEqual([]);
});

test("every class of actions that views get is looked at", () => {
  const page = readFileSync(new URL("../views/page.tsx", import.meta.url), "utf-8");
  const offered = [...page.matchAll(/from "\.\.\/state\/(\w+)"/g)].map(([, file]) => file!);
  const beside = ["store", "decoding", "sounds", "memory", "midiIn", "liveLink", "otherTabs", "serverWatch"]; // they draw, decode, listen or connect
  expect(offered.filter((file) => !(file in REACHED) && !beside.includes(file))).toEqual([]);
});
