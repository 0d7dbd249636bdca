/** The one store: everything the views draw. It holds state and knows no rules, no server and no sound. */

import { computed, signal } from "@preact/signals";
import type { Part } from "../rules/conductor";
import { type Groove, NEW_GROOVE, roundOf } from "../rules/groove";
import { amend, begin, change, type History } from "../rules/history";
import { pointsOf } from "../rules/journey";
import { keptKitId, keptKitName, SPACE_KIT } from "../rules/kitNames";
import type { Nearby } from "../rules/neighbours";
import type { CorpusMap, Instrument, KeptInfo, KitInfo, MapGround, Point, BarPattern } from "../rules/protocol";
import { audible, type Round, type Turn } from "../rules/sequencer";
import type { KitBuffers } from "../audio/mixer";
import { DEFAULT_MIDI, type MidiLink, type MidiSettings, OFF, type PortInfo } from "../midi/midiSettings";
import { BarState } from "./barState";
import { KeptKitState } from "./keptKitState";
import { SoundState } from "./soundState";

/** Is there sound? "waiting": the player wants it, but the browser has not allowed it (yet). */
export type Sound = "off" | "on" | "waiting" | "interrupted";
export type Theme = "auto" | "dark" | "light";

export interface Notice {
  readonly text: string;
  readonly kind: "info" | "error";
}

export interface OpenCell {
  readonly voice: number;
  readonly cell: number;
}

/** What opens beside the instrument. */
export type Drawer = "MIDI out" | "Kits";

export class Store {
  // what the server has given
  readonly instrument = signal<Instrument | null>(null);
  readonly corpus = signal<CorpusMap | null>(null);
  readonly nearby = signal<Nearby | null>(null);
  readonly ground = signal<MapGround | null>(null);

  // what undo brings back
  readonly history = signal<History<Groove>>(begin(NEW_GROOVE));
  readonly groove = computed<Groove>(() => this.history.value.present.value);

  // the music
  readonly playing = signal(false);
  readonly sound = signal<Sound>("off");
  readonly heard = signal<Part | null>(null); // what sounds at this moment
  readonly position = signal<number | null>(null); // of the playhead, in steps of its bar
  readonly editing = signal(false); // the latest change is a stroke edited by hand: heard at once
  readonly kitBuffers = signal<KitBuffers>([]);
  readonly folderKits = signal<readonly KitInfo[]>([]);

  readonly bar = new BarState();

  readonly sounds = new SoundState();

  readonly kept = new KeptKitState();

  // MIDI out
  readonly midi = signal<MidiSettings>(DEFAULT_MIDI);
  readonly midiLink = signal<MidiLink>(OFF);
  readonly midiPorts = signal<readonly PortInfo[]>([]);

  // the page
  readonly drawer = signal<Drawer | null>(null); // the one that is open
  readonly notice = signal<Notice | null>(null);
  readonly spoken = signal(""); // for the live region
  readonly theme = signal<Theme>("auto");
  readonly opened = signal<OpenCell | null>(null);
  readonly highlightedStyles = signal<ReadonlySet<number>>(new Set()); // empty: all
  readonly hoveredStyle = signal<number | null>(null); // the one pointed at in the legend
  readonly helping = signal(false);
  readonly shortcuts = signal(true); // single-key shortcuts

  readonly kits = computed<readonly KitInfo[]>(() => {
    const { sound = null, kits = [] } = this.instrument.value ?? {};
    return [...(sound ? [{ name: SPACE_KIT, label: "Space" }] : []), ...kits, ...this.folderKits.value];
  });
  /** The name of a kit as a person reads it; null is the groove's. */
  kitLabel(name: string | null): string {
    const wanted = name ?? this.groove.value.kit;
    const named = (kits: readonly KeptInfo[] | null) => kits?.find(({ id }) => keptKitName(id) === wanted)?.name;
    const removed = named(this.kept.removed.value);
    return named(this.kept.kits.value) ?? (removed && `${removed} (deleted)`) ?? this.kits.value.find((kit) => kit.name === wanted)?.label ?? (keptKitId(wanted) === null ? wanted : "a kept kit");
  }
  readonly voices = computed(() => this.instrument.value?.voices ?? []);

  /** What is played, bar after bar. */
  readonly round = computed<Round>(() => roundOf(this.groove.value));

  /** The turn of it that is heard, or its first before that. */
  readonly turn = computed<Turn>(() => {
    const round = this.round.value;
    const heard = this.heard.value;
    const here = heard?.journey === round.journey ? heard : null;
    const bar = Math.min(here?.bar ?? 0, round.bars.length - 1);
    const fill = here?.fill ? round.fills[bar] : undefined;
    return { bar, fill: fill !== undefined, pattern: fill ?? round.bars[bar]! };
  });

  /** The bar of the journey's round that is heard, or its first before it starts; null when not travelling. */
  readonly journeyBar = computed<number | null>(() => (this.round.value.journey ? this.turn.value.bar : null));

  /** The bar that the grid shows: where one is on the journey, else what lies at the point. */
  readonly shown = computed<BarPattern>(() => this.turn.value.pattern);

  readonly shownPoint = computed<Point>(() => {
    const bar = this.journeyBar.value;
    const { journey, place } = this.groove.value;
    return (bar === null ? undefined : pointsOf(journey)[bar]) ?? place.point;
  });

  /** Asked to play, but the browser or the system keeps the sound back. */
  readonly silenced = computed(() => this.playing.value && (this.sound.value === "waiting" || this.sound.value === "interrupted"));

  /** Shown, but not sounding yet: it waits for its step, beat or bar. */
  readonly pending = computed(() => this.playing.value && !this.bar.clicking.value && this.heard.value !== null && this.heard.value.pattern !== this.shown.value);

  /** The styles whose regions the map shows: the one pointed at, else the highlighted ones, else the chosen ones. */
  readonly regions = computed<readonly string[]>(() => {
    const names = this.corpus.value?.styles ?? [];
    const hovered = this.hoveredStyle.value;
    if (hovered !== null) return names.slice(hovered, hovered + 1);
    const highlighted = [...this.highlightedStyles.value];
    if (highlighted.length > 0) return highlighted.map((style) => names[style]!);
    const { style } = this.groove.value.place.settings;
    if (style === null || typeof style === "string") return style === null ? [] : [style];
    return Object.keys(style).filter((name) => style[name]! > 0);
  });

  readonly heardVoices = computed<readonly boolean[]>(() => {
    const { mix } = this.groove.value;
    return audible(
      mix.map(({ mute }) => mute),
      mix.map(({ solo }) => solo),
    );
  });

  /** A change that undo can take back. Changes with one label in quick succession count as one. */
  change(label: string, groove: Groove): void {
    if (groove !== this.groove.value) this.history.value = change(this.history.value, groove, label, Date.now());
  }

  /** The present change as it turned out. */
  amend(groove: Groove): void {
    this.history.value = amend(this.history.value, groove);
  }

  /** The gesture is over: the next change is one of its own. */
  settle(): void {
    this.history.value = { ...this.history.value, changedAt: -Infinity };
  }

  notify(text: string): void {
    this.notice.value = { text, kind: "info" };
  }

  reportError(error: unknown): void {
    this.notice.value = { text: error instanceof Error ? error.message : String(error), kind: "error" };
  }
}
