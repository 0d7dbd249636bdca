import { afterEach, beforeEach, expect, test, vi } from "vitest";
import live from "../../../tests/fixtures/live.json";
import { toyInstrument } from "../../dev/toyServer";
import type { Patch } from "../rules/patch";
import { NEW_PAGE_PROJECT, pointOf } from "../rules/scene";
import { Actions } from "./actions";
import { ACTION_NAMES, type ActionName, type LiveActs, LiveLink } from "./liveLink";
import { describeLive, NOT_CONNECTED } from "./liveState";
import { Store } from "./store";

let store: Store;
let actions: Actions;
let link: LiveLink;
let done: unknown[];
let sent: { kind: string; [key: string]: unknown }[];

beforeEach(() => {
  vi.useFakeTimers();
  store = new Store();
  store.instrument.value = toyInstrument;
  actions = new Actions(store);
  done = [];
  sent = [];
  const acts = Object.fromEntries(ACTION_NAMES.map((name) => [name, (...given: unknown[]) => done.push([name, ...given])])) as unknown as LiveActs;
  const socket = { open: () => link.opened(), openNow: () => link.opened(), send: (message: unknown) => sent.push(message as (typeof sent)[number]) };
  link = new LiveLink(store, acts, () => actions.settle(), () => socket);
});

afterEach(() => {
  vi.useRealTimers();
});

const kinds = () => sent.map(({ kind }) => kind);
const role = (leads: boolean) => link.message({ kind: "role", leads, pages: 2, osc_in: 9064, osc_out: ["127.0.0.1:57120"] });

/** Connected, leading, and its project is known to the server. */
function lead(): void {
  link.start();
  role(true);
  link.message({ kind: "send project" });
  sent.length = 0;
}

const patch = (changes: Patch, label = "map", at_once = true, number = 1) => link.message({ kind: "patch", number, label, at_once, changes });
const AT: Patch = [[["scene", "bars", 0, "point"], [0.3, -0.2]]];

test("it says that it is a page, and gives its project when it is asked for it", () => {
  link.start();
  expect(sent).toEqual([{ kind: "page" }]);
  link.message({ kind: "send project" });
  expect(sent.at(-1)).toEqual({ kind: "project", project: store.project.value });
});

test("what comes from outside moves the project: heard at the next step, taken back by undo, and not told back", () => {
  lead();
  store.playsSong.value = true;
  patch(AT);
  expect(pointOf(store.scene.value)).toEqual([0.3, -0.2]);
  expect([store.atOnce.value, store.underHand.value, store.playsSong.value]).toEqual([true, true, false]);
  expect(kinds()).not.toContain("patch");
  sent.length = 0;
  vi.advanceTimersByTime(400);
  expect(store.underHand.value).toBe(false);
  actions.undo();
  expect(store.project.value).toBe(NEW_PAGE_PROJECT);
  expect(sent).toMatchObject([{ kind: "patch", seen: 1, changes: [[["scene", "bars", 0, "point", 0], 0], [["scene", "bars", 0, "point", 1], 0]] }]);
});

test("a fader that is moved is one step of undo", () => {
  lead();
  for (let n = 1; n <= 20; n++) patch([[["scene", "mix", 1, "level"], n / 20]], "voice snare level", true, n);
  expect(store.history.value.past).toHaveLength(1);
});

test("what the page changes is told as a difference", () => {
  lead();
  actions.mixVoice("level", 1, { level: 0.5 });
  actions.set("tempo", { tempoBpm: 97 });
  expect(sent).toEqual([
    { kind: "patch", seen: 0, changes: [[["scene", "mix", 1, "level"], 0.5]], label: "level", at_once: false },
    { kind: "patch", seen: 0, changes: [[["scene", "tempo", 0, "tempo_bpm"], 97]], label: "tempo", at_once: false },
  ]);
});

test("a place that is not here: the page is right, and tells all of it", () => {
  lead();
  patch([[["scene", "bars", 5, "point"], [1, 1]]]);
  expect(kinds()).toEqual(["project"]);
  expect(store.project.value).toBe(NEW_PAGE_PROJECT);
});

test("a page that does not lead tells nothing, and leads once it plays", () => {
  link.start();
  role(false);
  sent.length = 0;
  actions.set("tempo", { tempoBpm: 97 });
  expect(kinds()).toEqual([]);
  store.playing.value = true;
  expect(kinds()).toEqual(["lead"]);
});

test("who leads tells that it plays, and in which bar", () => {
  lead();
  store.playing.value = true;
  const bars = store.score.value;
  store.heard.value = { bars, bar: bars.bar(0), index: 6, since: 0 };
  expect(sent.at(-1)).toEqual({ kind: "state", playing: true, bar: 7, song: false, slot: null });
});

/** Connected while another page leads, with its project. */
function follow(project = NEW_PAGE_PROJECT, playing = true): void {
  link.start();
  link.message({ kind: "role", leads: false, pages: 2, osc_in: null, osc_out: [], opened: true, follows: true, where: "iPad at 192.168.1.7" });
  link.message({ kind: "leader", playing, bar: 5, song: true, slot: 2 });
  link.message({ kind: "project", number: 1, project });
  sent.length = 0;
}

const OTHER = { ...NEW_PAGE_PROJECT, volume: 0.25 };

test("a page that follows has the project of the one that leads, and one undo brings its own back", () => {
  follow(OTHER);
  expect(store.project.value).toEqual(OTHER);
  expect(store.elsewhere.value).toMatchObject({ where: "iPad at 192.168.1.7", playing: true, bar: 5 });
  expect([store.playsSong.value, store.slot.value, store.playing.value]).toEqual([true, 2, false]);
  expect(sent).toEqual([]);
  actions.undo();
  expect(store.project.value.volume).toBe(NEW_PAGE_PROJECT.volume);
});

test("what a page that follows changes is told, and what others change arrives", () => {
  follow(OTHER);
  actions.set("tempo", { tempoBpm: 97 });
  expect(sent).toEqual([{ kind: "patch", seen: 1, changes: [[["scene", "tempo", 0, "tempo_bpm"], 97]], label: "tempo", at_once: false }]);
  patch([[["volume"], 0.5]], "volume", true, 2);
  expect(store.project.value.volume).toBe(0.5);
  const steps = store.history.value.past.length;
  link.message({ kind: "project", number: 3, project: OTHER }); // both sides have changed it at once: the other one is right
  expect(store.project.value).toEqual(OTHER);
  expect(store.history.value.past).toHaveLength(steps);
});

test("the page that takes the sound leads and plays on from that bar; the other one falls silent", () => {
  follow();
  link.takeSound();
  expect(sent).toEqual([{ kind: "lead" }]);
  expect(done).toEqual([["play", 0, 5]]);
  link.message({ kind: "role", leads: true, pages: 2, osc_in: null, osc_out: [], opened: true, follows: false });
  expect(store.elsewhere.value).toBeNull();
  store.playing.value = true;
  link.message({ kind: "role", leads: false, pages: 2, osc_in: null, osc_out: [], opened: true, follows: true, where: "here" });
  expect(done.at(-1)).toEqual(["stop", 0, undefined]);
});

test("controls of a page that follows are carried out by the one that leads", () => {
  follow();
  store.elsewhere.value!.does("/clave/scene/3/launch");
  store.elsewhere.value!.does("/clave/voice/snare/strike", 0.5);
  expect(sent).toEqual([
    { kind: "control", address: "/clave/scene/3/launch", arguments: [] },
    { kind: "control", address: "/clave/voice/snare/strike", arguments: [0.5] },
  ]);
});

test("a page that follows is alone again once the connection is lost", () => {
  follow(OTHER);
  link.closed();
  expect(store.elsewhere.value).toBeNull();
});

test("after a lost connection all is told anew", () => {
  lead();
  link.closed();
  actions.set("tempo", { tempoBpm: 97 });
  expect(link.state.value).toEqual(NOT_CONNECTED);
  link.opened();
  link.message({ kind: "send project" });
  expect(kinds()).toEqual(["page", "project"]);
});

test("what only a player can do is done by its name, the same names as in Python", () => {
  expect([...ACTION_NAMES]).toEqual(live.actions);
  lead();
  link.message({ kind: "act", action: "launch" satisfies ActionName, place: 2, arguments: [] });
  link.message({ kind: "act", action: "strike", place: 1, arguments: [0.5] });
  expect(done).toEqual([["launch", 2], ["strike", 1, 0.5]]);
});

test("the state is said in one line", () => {
  expect(describeLive(link.state.value)).toBe("not connected");
  link.start();
  role(true);
  expect(describeLive(link.state.value)).toBe("OSC in at port 9064, out to 127.0.0.1:57120. This page leads.");
  role(false);
  expect(describeLive(link.state.value)).toContain("Another page leads");
});
