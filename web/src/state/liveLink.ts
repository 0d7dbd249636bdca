/**
 * Controls from outside, by way of the server: they change the project of the page that leads, each as one step of undo,
 * and what that page changes itself is told to the server, which tells controllers and OSC.
 */

import { batch, effect, signal, untracked } from "@preact/signals";
import { difference, type Patch, patched } from "../rules/patch";
import type { Project } from "../rules/project";
import { LiveSocket } from "../net/liveSocket";
import { type LiveState, NOT_CONNECTED } from "./liveState";
import type { Store } from "./store";

const LET_GO_MS = 300; // after the last move on the map, the hand is off it

/** What only a player can do: `ACTIONS` of `clave/play/live/controls/control.py`. */
export const ACTION_NAMES = ["play", "stop", "toggle", "seek", "undo", "redo", "strike", "hold", "launch", "morph", "song", "leave song", "style", "capture"] as const;
export type ActionName = (typeof ACTION_NAMES)[number];

/** `place` is the voice or scene that it is done with; `value` what it was sent with, if anything. */
export type LiveActs = Readonly<Record<ActionName, (place: number, value: unknown) => void>>;

interface Sender {
  open(): void;
  send(message: unknown): void;
}

type Incoming =
  | { readonly kind: "role"; readonly leads: boolean; readonly pages: number; readonly osc_in: number | null; readonly osc_out: readonly string[] }
  | { readonly kind: "patch"; readonly number: number; readonly label: string; readonly at_once: boolean; readonly changes: Patch }
  | { readonly kind: "act"; readonly action: ActionName; readonly place: number | null; readonly arguments: readonly unknown[] }
  | { readonly kind: "send project" }
  | { readonly kind: "error"; readonly text: string };

export class LiveLink {
  readonly state = signal<LiveState>(NOT_CONNECTED);
  private known: Project | null = null; // as the server has it; null: it has none of this page
  private seen = 0; // patches of the server
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
      if (leads) this.socket.send({ kind: "state", playing, bar: heard ? heard.index + 1 : 0 });
    });
    effect(() => {
      if (store.playing.value && untracked(() => this.state.value.connected && !this.state.value.leads)) this.socket.send({ kind: "lead" });
    });
  }

  start(): void {
    this.socket.open();
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
    this.state.value = NOT_CONNECTED;
  }

  message(message: unknown): void {
    const told = message as Incoming;
    switch (told.kind) {
      case "role":
        this.state.value = { connected: true, leads: told.leads, pages: told.pages, oscIn: told.osc_in, oscOut: told.osc_out };
        if (!told.leads) this.known = null;
        return;
      case "send project":
        return this.sendProject();
      case "patch":
        return this.take(told.changes, told.label, told.at_once, told.number);
      case "act":
        return this.acts[told.action](told.place ?? 0, told.arguments[0]);
      case "error":
        return this.store.reportError(new Error(told.text));
    }
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
    if (changes.length > 0) this.socket.send({ kind: "patch", seen: this.seen, changes });
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
