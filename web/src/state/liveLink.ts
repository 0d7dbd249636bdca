/**
 * Controls from outside, by way of the server: they change the project of the page that leads, each as one step of undo,
 * and what that page changes itself is told to the server, which tells controllers and OSC. Where the instrument is open
 * to the network, the other pages follow: they have the project of the page that leads, and what they change goes to it.
 */

import { batch, effect, signal, untracked } from "@preact/signals";
import { difference, type Patch, patched } from "../rules/patch";
import type { Project } from "../rules/project";
import { LiveSocket } from "../net/liveSocket";
import { type LiveState, NOT_CONNECTED } from "./liveState";
import type { Store } from "./store";
import { Together } from "./together";

const LET_GO_MS = 300; // after the last move on the map, the hand is off it

/** What only whoever plays can do: `ACTIONS` of `clave/play/live/controls/control.py`. */
export const PLAYER_ACTIONS = ["play", "stop", "toggle", "seek", "undo", "redo", "strike", "tap", "tap along", "hold", "launch", "morph", "song", "leave song", "style", "capture"] as const;
/** Of these, what the engine without a page cannot: `PAGE_ACTIONS` there. */
export const PAGE_ACTIONS = [
  "surprise",
  "complete",
  "feel",
  "clear taps",
  "drums for taps",
  "keep bars",
  "record",
  "export",
  "export bars",
  "keep kit",
  "kept kit",
  "random sound",
  "orbit",
  "wander",
  "path through anchors",
] as const;
export const ACTION_NAMES = [...PLAYER_ACTIONS, ...PAGE_ACTIONS] as const;
export type ActionName = (typeof ACTION_NAMES)[number];

/** `place` is the voice or scene that it is done with; `values` what it was sent with, if anything. */
type Act = (place: number, ...values: readonly unknown[]) => void;
export type LiveActs = Readonly<Record<ActionName, Act>>;
export type PlayerActs = Readonly<Record<(typeof PLAYER_ACTIONS)[number], Act>>;
export type PageActs = Readonly<Record<(typeof PAGE_ACTIONS)[number], Act>>;

interface Sender {
  open(): void;
  openNow(): void;
  send(message: unknown): void;
}

interface Role {
  readonly kind: "role";
  readonly leads: boolean;
  readonly pages: number;
  readonly osc_in: number | null;
  readonly osc_out: readonly string[];
  readonly opened?: boolean;
  readonly follows?: boolean;
  readonly where?: string; // the device of the page that leads
}

type Incoming =
  | Role
  | { readonly kind: "project"; readonly number: number; readonly project: Project }
  | { readonly kind: "leader"; readonly playing: boolean; readonly bar: number; readonly song: boolean; readonly slot: number | null }
  | { readonly kind: "patch"; readonly number: number; readonly label: string; readonly at_once: boolean; readonly changes: Patch }
  | { readonly kind: "act"; readonly action: ActionName; readonly place: number | null; readonly arguments: readonly unknown[] }
  | { readonly kind: "send project" }
  | { readonly kind: "other spaces" }
  | { readonly kind: "error"; readonly text: string };

export class LiveLink {
  readonly state = signal<LiveState>(NOT_CONNECTED);
  readonly together: Together = new Together((message) => this.socket.send(message));
  private known: Project | null = null; // as the server has it; null: it has none of this page
  private seen = 0; // patches of the server
  private joined = false; // the project is that of the page that leads
  private lettingGo: ReturnType<typeof setTimeout> | undefined;
  private readonly socket: Sender;

  /** `letGo` is called a moment after the place on the map was moved from outside. */
  constructor(
    private readonly store: Store,
    private readonly acts: LiveActs,
    private readonly letGo: () => void,
    socket: (link: LiveLink) => Sender = (link) => new LiveSocket(link),
  ) {
    this.socket = socket(this);
    effect(() => this.tellProject(store.project.value));
    effect(() => {
      const [playing, heard, leads] = [store.playing.value, store.heard.value, this.state.value.leads];
      const [song, slot] = [store.playsSong.value, store.slot.value];
      if (leads) this.socket.send({ kind: "state", playing, bar: heard ? heard.index + 1 : 0, song, slot });
    });
    effect(() => {
      if (store.playing.value && untracked(() => this.state.value.connected && !this.state.value.leads)) this.socket.send({ kind: "lead" });
    });
  }

  start(): void {
    this.socket.open();
  }

  /** Where the connection is lost, try it now. */
  reconnect(): void {
    this.socket.openNow();
  }

  /** The sound comes from here: this page leads, and goes on from the bar that the other one has come to. */
  takeSound(): void {
    const other = this.store.elsewhere.peek();
    if (!other) return;
    this.store.elsewhere.value = null;
    this.socket.send({ kind: "lead" });
    if (other.playing) this.acts.play(0, other.bar || undefined);
  }

  // ---- what the socket tells

  opened(): void {
    this.known = null;
    this.seen = 0;
    this.state.value = { ...NOT_CONNECTED, connected: true };
    this.socket.send({ kind: "page" });
    if (this.store.playing.value) this.socket.send({ kind: "lead" });
  }

  closed(): void {
    this.known = null;
    this.joined = false;
    this.store.elsewhere.value = null;
    this.together.lost();
    this.state.value = NOT_CONNECTED;
  }

  message(message: unknown): void {
    const told = message as Incoming;
    switch (told.kind) {
      case "role":
        return this.be(told);
      case "leader":
        return this.hearOf(told);
      case "project":
        return this.join(told.project, told.number);
      case "send project":
        return this.sendProject();
      case "patch":
        return this.take(told.changes, told.label, told.at_once, told.number);
      case "act":
        return this.acts[told.action](told.place ?? 0, ...told.arguments);
      case "other spaces":
        return location.reload(); // another space is another instrument
      case "error":
        return this.store.reportError(new Error(told.text));
      default:
        return this.together.take(message);
    }
  }

  // ---- who leads

  private be({ leads, pages, osc_in: oscIn, osc_out: oscOut, opened = false, follows = false, where = "" }: Role): void {
    const { store, state } = this;
    const before = state.peek();
    if (follows && !before.follows && store.playing.peek()) this.acts.stop(0, undefined); // the sound has been taken from here
    if (!leads && !(follows && before.follows)) this.known = null;
    if (!follows) this.joined = false;
    if (!leads) this.together.session.value = null; // the page that leads keeps time with a session
    batch(() => {
      state.value = { connected: true, leads, pages, oscIn, oscOut, opened, follows };
      const { playing, bar } = store.elsewhere.peek() ?? { playing: false, bar: 0 };
      store.elsewhere.value = follows ? { where, playing, bar, does: this.does } : null;
    });
  }

  private readonly does = (address: string, ...given: readonly (number | string)[]): void => {
    this.socket.send({ kind: "control", address, arguments: given });
  };

  /** What the page that leads plays. */
  private hearOf({ playing, bar, song, slot }: { playing: boolean; bar: number; song: boolean; slot: number | null }): void {
    const { store } = this;
    const other = store.elsewhere.peek();
    if (!other) return;
    batch(() => {
      store.elsewhere.value = { ...other, playing, bar };
      store.playsSong.value = song;
      store.slot.value = slot;
    });
  }

  /** Its whole project: what was here before comes back by undo. */
  private join(project: Project, number: number): void {
    const { store } = this;
    this.seen = number;
    const here = store.project.peek();
    const changes = difference(here, project);
    const after = changes.length > 0 ? patched(here, changes) : here;
    this.known = after;
    const isNew = !this.joined;
    this.joined = true;
    if (after === here) return;
    batch(() => {
      if (!isNew) return store.amend(after); // both sides have changed it at once
      store.settle();
      store.change("join another device", after);
      store.settle();
    });
  }

  // ---- the project

  private sendProject(): void {
    this.known = this.store.project.value;
    this.socket.send({ kind: "project", project: this.known });
  }

  private tellProject(project: Project): void {
    if (this.known === null || project === this.known) return;
    const changes = difference(this.known, project);
    this.known = project;
    const [label, at_once] = untracked(() => [this.store.history.value.present.label, this.store.atOnce.value]);
    if (changes.length > 0) this.socket.send({ kind: "patch", seen: this.seen, changes, label, at_once });
  }

  private take(changes: Patch, label: string, atOnce: boolean, number: number): void {
    const { store } = this;
    this.seen = number;
    if (this.known === null) return; // the server is about to get the whole project
    try {
      const before = store.project.value;
      const after = patched(before, changes);
      this.known = this.known === before ? after : patched(this.known, changes);
      batch(() => {
        store.atOnce.value = atOnce;
        if (changes.some(([[first, second]]) => first === "scene" && second === "bars")) store.playScene();
        if (label === "map" || label.startsWith("map ") || label === "morph") this.hold();
        store.change(label, after);
      });
    } catch {
      this.sendProject(); // a place that is not here: the page is right
    }
  }

  /** The place is under a hand, until it has not moved for a moment. */
  private hold(): void {
    this.store.underHand.value = true;
    clearTimeout(this.lettingGo);
    this.lettingGo = setTimeout(() => this.letGo(), LET_GO_MS);
  }
}
