/** The one store: everything the views draw. It holds state and knows no rules, no server and no sound. */

import { batch, computed, signal } from "@preact/signals";
import { barKey, finished, handCells, meterOf, modelPart } from "../rules/bars";
import { type ClickHistory, NO_CLICKS } from "../rules/clickHistory";
import type { Entry, Part } from "../rules/conductor";
import { amend, begin, change, type History } from "../rules/history";
import type { Holds } from "../rules/holds";
import { keptKitId, keptKitName, SPACE_KIT } from "../rules/kitNames";
import { latticeSpacing } from "../rules/mapPoint";
import { Walks } from "../rules/modulation";
import type { Nearby } from "../rules/neighbours";
import { EMPTY_BAR, isSamePattern } from "../rules/pattern";
import { type BarAddress, filledBars, naturalBars } from "../rules/plan";
import type { Bar, Cell, Project, Scene } from "../rules/project";
import type { CorpusMap, Instrument, KeptInfo, KitInfo, MapGround, Point, BarPattern } from "../rules/protocol";
import { barAt, type JourneyKind, NEW_JOURNEY, NEW_PAGE_PROJECT, pointOf, roundPoints } from "../rules/scene";
import { type ArrangedBar, Score } from "../rules/score";
import { inHand } from "../rules/recording";
import { audible } from "../rules/sequencer";
import { ServerError } from "../net/api";
import { isSameScene, type Morph, morphing } from "../rules/song";
import type { KitBuffers } from "../audio/mixer";
import { HOME, Projection, type Size, type View } from "../map/view";
import { DEFAULT_MIDI, type MidiLink, type MidiSettings, OFF, type PortInfo } from "../midi/midiSettings";
import { BarState } from "./barState";
import { DecodedBars } from "./decodedBars";
import { KeptKitState } from "./keptKitState";
import type { Elsewhere } from "./elsewhere";
import type { Launch } from "./launch";
import { MaterialState } from "./materialState";
import { PathState } from "./pathState";
import { SoundState } from "./soundState";

const DRAG_PX = 3; // between the points of a drag: near enough to be where the hand is, few enough to be decoded ahead
const LONGEST_WINDOW = 32; // bars that have to be decoded before a change is heard
const MOST_AWAITED = 16; // moves of a drag whose bars may still come

/** What was wanted, and the bars that have to be decoded before it is played: the first, and how many. */
interface WantedScore {
  readonly score: Score;
  readonly window: readonly [first: number, count: number];
}

/** Is there sound? "waiting": the player wants it, but the browser has not allowed it (yet); "lost": its device is gone. */
export type Sound = "off" | "on" | "waiting" | "interrupted" | "lost";
export type Theme = "auto" | "dark" | "light";

export interface Notice {
  readonly text: string;
  readonly kind: "info" | "error";
  readonly unanswered?: boolean; // the server did not answer: it goes when it does
}

export interface OpenCell {
  readonly voice: number;
  readonly cell: number;
}

/** What opens beside the instrument. */
export type Drawer = "MIDI out" | "MIDI in" | "Answer" | "Kits" | "Shape" | "About this bar" | "Style" | "Path" | "Your material" | "Other devices" | "Learn" | "How it works";

export class Store {
  // what the server has given
  readonly instrument = signal<Instrument | null>(null);
  readonly withoutServer = signal(false); // a page of static files: what only a server can do is not offered
  readonly corpus = signal<CorpusMap | null>(null);
  readonly nearby = signal<Nearby | null>(null);
  readonly ground = signal<MapGround | null>(null);
  readonly away = signal<readonly string[]>([]); // what waits for a server that does not answer, in words; none: it does

  // what undo brings back
  gesture: number | null = null; // the one that is under way: its changes of one label are one step
  readonly history = signal<History<Project>>(begin(NEW_PAGE_PROJECT));
  readonly project = computed<Project>(() => this.history.value.present.value);
  readonly scene = computed<Scene>(() => this.project.value.scene);

  // parts of it that stay the same values while its bars change: what shows them is not drawn again with every move
  readonly kit = computed(() => this.scene.value.kit);
  readonly mix = computed(() => this.scene.value.mix);
  readonly lanes = computed(() => this.scene.value.lanes);
  readonly settings = computed(() => this.scene.value.settings);

  // beside it
  readonly decoded = new DecodedBars();
  readonly clicks = signal<ClickHistory>(NO_CLICKS);
  readonly newJourney = signal<JourneyKind>(NEW_JOURNEY); // of the next path from A to B
  readonly playsSong = signal(false); // else the present scene

  // scenes
  readonly launch = signal<Launch | null>(null); // what waits for its step, beat or bar
  readonly launchSounds = signal<Launch | null>(null); // the one whose sounds are decoded
  readonly entry = signal<Entry | null>(null); // the launch that what plays came by
  readonly morph = signal<Morph | null>(null); // the present scene is on its way to another
  readonly slot = signal<number | null>(null); // the scene that was launched or kept last

  // the music
  readonly playing = signal(false);
  readonly sound = signal<Sound>("off");
  readonly heard = signal<Part | null>(null); // what sounds at this moment
  readonly position = signal<number | null>(null); // of the playhead, in steps of its bar
  readonly atOnce = signal(false); // the latest change is heard at the next step: a stroke edited by hand, or a drag over the map
  readonly underHand = signal(false); // the place on the map is being moved: it is heard as soon as it can be
  readonly kitBuffers = signal<KitBuffers>([]);
  readonly folderKits = signal<readonly KitInfo[]>([]);

  readonly bar = new BarState();

  readonly sounds = new SoundState();

  readonly kept = new KeptKitState();

  readonly material = new MaterialState();

  readonly paths = new PathState();

  // MIDI out
  readonly midi = signal<MidiSettings>(DEFAULT_MIDI);
  readonly midiLink = signal<MidiLink>(OFF);
  readonly midiPorts = signal<readonly PortInfo[]>([]);
  readonly midiInWords = signal(""); // the state of MIDI in; nothing while it is off

  // the window on the map
  readonly view = signal<View>(HOME);
  readonly stage = signal<Size>({ width: 0, height: 0 });
  readonly projection = computed(() => new Projection(this.view.value, this.stage.value));
  readonly lattice = computed(() => latticeSpacing(DRAG_PX / this.projection.value.scale)); // between the points of a drag, in map units
  readonly pointed = signal<Point | null>(null); // the point under the pointer, before it is pressed
  readonly showsBars = signal(false); // single bars, and where no bar is near; else only from near by

  readonly elsewhere = signal<Elsewhere | null>(null); // this page follows another one, which plays

  // the page
  readonly drawer = signal<Drawer | null>(null); // the one that is open
  readonly notice = signal<Notice | null>(null);
  readonly playsElsewhere = signal(false); // another tab plays
  readonly unstored = signal(false); // the browser's storage is full, or forbidden
  readonly spoken = signal(""); // for the live region
  readonly theme = signal<Theme>("dark");
  readonly prompts = signal(0); // how many of the first prompts were followed
  readonly opened = signal<OpenCell | null>(null);
  readonly openVoice = signal<number | null>(null); // whose panel stands below its row
  readonly highlightedStyles = signal<ReadonlySet<number>>(new Set()); // empty: all
  readonly hoveredStyle = signal<number | null>(null); // the one pointed at in the legend
  readonly helping = signal(false);
  readonly performing = signal(false); // the map, eight pads and the scenes, nothing else
  readonly shortcuts = signal(true); // single-key shortcuts

  readonly kits = computed<readonly KitInfo[]>(() => {
    const { sound = null, kits = [] } = this.instrument.value ?? {};
    return [...(sound ? [{ name: SPACE_KIT, label: "Space" }] : []), ...kits, ...this.folderKits.value];
  });
  /** The name of a kit as a person reads it; null is the one that plays. */
  kitLabel(name: string | null): string {
    const wanted = name ?? this.kit.value.name;
    const named = (kits: readonly KeptInfo[] | null) => kits?.find(({ id }) => keptKitName(id) === wanted)?.name;
    const removed = named(this.kept.removed.value);
    return named(this.kept.kits.value) ?? (removed && `${removed} (deleted)`) ?? this.kits.value.find((kit) => kit.name === wanted)?.label ?? (keptKitId(wanted) === null ? wanted : "a kept kit");
  }
  readonly voices = computed(() => this.instrument.value?.voices ?? []);

  private readonly walks = new Walks(); // of all that is played

  /** What is to be played: the song, or the present scene. */
  private readonly wanted = computed<Project>(() => {
    const project = this.project.value;
    const morph = this.morph.value;
    if (morph && project.scenes[morph.slot]) return morphing(project, morph);
    return project.song.length > 0 && !this.playsSong.value ? { ...project, song: [] } : project;
  });
  readonly wantedScore = computed(() => new Score(this.wanted.value, this.decoded, undefined, this.walks));

  /** The number of the bar that is heard, in what is wanted. */
  readonly heardIndex = computed(() => (this.heard.value?.bars.travels === this.wantedScore.value.travels ? this.heard.value.index : 0));

  /** The bars that have to be decoded before what is wanted is played: the first, and how many. */
  readonly window = computed<readonly [first: number, count: number]>(() => [this.heardIndex.value, Math.min(roundBars(this.wanted.value), LONGEST_WINDOW)]);

  private lastDecoded: Project = NEW_PAGE_PROJECT;
  private awaited: readonly WantedScore[] = []; // since then, oldest first: a drag moves on before its bars are decoded

  /** What is wanted, with the bars of what was wanted last before, until its own are decoded. */
  private readonly playable = computed<Project>(() => {
    void this.decoded.changes.value;
    const wanted = this.wanted.value;
    const latest = { score: this.wantedScore.value, window: this.window.value };
    this.awaited = [...this.awaited.filter(({ score }) => score.project !== wanted), latest].slice(-MOST_AWAITED);
    const decoded = this.awaited.findLastIndex(isDecoded);
    if (decoded >= 0) {
      this.lastDecoded = this.awaited[decoded]!.score.project;
      this.awaited = this.awaited.slice(decoded + 1);
    }
    return wanted === this.lastDecoded ? wanted : withBarsOf(wanted, this.lastDecoded);
  });

  /** What is played, bar after bar. */
  readonly score = computed<Score>(() => (this.playable.value === this.wanted.value ? this.wantedScore.value : new Score(this.playable.value, this.decoded, undefined, this.walks)));

  /** What waits to be launched, beside what plays: it is mixed as that is until it has begun. */
  readonly launchScore = computed<Score | null>(() => this.launch.value && new Score(this.launch.value.played, this.decoded, this.scene.value, this.walks));

  /** The bars that have to be decoded before it is launched: the first, and how many. */
  readonly launchWindow = computed<readonly [first: number, count: number]>(() => {
    const { launch } = this;
    return launch.value ? [launch.value.entry.bar, Math.min(naturalBars(launch.value.played), LONGEST_WINDOW)] : [0, 0];
  });

  /** Is all of it decoded? */
  readonly launchReady = computed<boolean>(() => {
    void this.decoded.changes.value;
    const { launch, launchSounds, launchScore, launchWindow } = this;
    return launch.value !== null && launchSounds.value === launch.value && isDecoded({ score: launchScore.value!, window: launchWindow.value });
  });

  /** The scene that sounds: of the song, or the one that was launched or kept last; null: none. */
  readonly slotHeard = computed<number | null>(() => {
    const { scenes } = this.project.value;
    const { scene } = this.address.value;
    if (scene !== null && scene < scenes.length) return scene;
    return this.slot.value !== null && scenes[this.slot.value] ? this.slot.value : null;
  });

  /** Was the present scene changed since it was launched or kept? */
  readonly slotChanged = computed<boolean>(() => {
    const slot = this.slot.value;
    return slot !== null && this.address.value.scene === null && !isSameScene(this.project.value.scenes[slot], this.scene.value);
  });

  /** Does what is wanted wait for its bars? */
  readonly waiting = computed(() => this.playable.value !== this.wanted.value);

  /** The bar that is heard, as it is now, or the first one before that. */
  readonly arrangedBar = computed<ArrangedBar>(() => {
    void this.decoded.changes.value;
    const { heard, score } = this;
    return score.value.bar(heard.value?.bars.travels === score.value.travels ? heard.value.index : 0);
  });

  /** What files are made of: what plays; of a morph, the scene that it comes from. */
  readonly filed = computed<Project>(() => (this.morph.value ? { ...this.project.value, song: [] } : this.score.value.project));

  /** The bars that are heard: a round of the path, the song, or the loop until its fill was heard. */
  heardBars(): BarPattern[] {
    const score = this.score.value;
    return Array.from({ length: naturalBars(this.filed.value) }, (_, index) => score.bar(index).pattern);
  }

  /** The strokes of a bar; an empty bar until it is decoded. */
  strokesOf(bar: Bar): BarPattern {
    void this.decoded.changes.value;
    const part = modelPart(bar);
    const made = part && (this.decoded.get(barKey(part)) ?? null);
    return part && !made ? { ...EMPTY_BAR, meter: meterOf(bar) } : finished(bar, made);
  }

  /** What stays when the rest of the bar is filled in. */
  readonly holds = computed<Holds>(() => ({
    rows: new Set(this.lanes.value.flatMap(({ hold }, voice) => (hold === null ? [] : [voice]))),
    cells: this.bar.marked.value,
  }));

  /** Where in the project that bar stands. */
  readonly address = computed<BarAddress>(() => this.arrangedBar.value.planned.address);

  private readonly byHandText = computed(() => JSON.stringify(handCells(barAt(this.project.value, this.address.value)))); // equal cells have equal text
  /** The cells of that bar that were written by hand. */
  readonly byHand = computed(() => JSON.parse(this.byHandText.value) as readonly Cell[]);

  /** The bar of the path's round that is heard, or its first before it starts; null when not travelling. */
  readonly journeyBar = computed<number | null>(() => (this.address.value.path ? this.address.value.bar : null));

  /** The bar that the grid shows: where one is on the journey, else what lies at the point. */
  readonly shown = computed<BarPattern>(() => this.arrangedBar.value.pattern);

  /** Where what sounds lies on the map. */
  readonly shownPoint = computed<Point>(() => {
    const bar = this.journeyBar.value;
    const { scene } = this.score.value.project; // with the bars that sound, while others are waited for
    const own = (bar === null ? undefined : roundPoints(scene)[bar]) ?? pointOf(this.lastDecoded === NEW_PAGE_PROJECT ? this.scene.value : scene);
    const { planned } = this.arrangedBar.value;
    const step = this.position.value ?? 0;
    if (planned.address.scene !== null) return generatedAt(planned.pieces.findLast(([from]) => from <= step)![1]) ?? own; // a song, or a morph
    if (!planned.moves("map.x") && !planned.moves("map.y")) return own;
    return [planned.value("map.x", own[0], step), planned.value("map.y", own[1], step)];
  });

  /** Asked to play, but the browser or the system keeps the sound back. */
  readonly silenced = computed(() => this.playing.value && (this.sound.value === "waiting" || this.sound.value === "interrupted"));

  /** Shown, but not sounding yet: it waits for its step, beat or bar. */
  readonly pending = computed(() => this.playing.value && !this.bar.clicking.value && this.heard.value !== null && !isSamePattern(this.heard.value.bar.pattern, this.shown.value));

  /** The styles whose regions the map shows: the one pointed at, else the highlighted ones, else the chosen ones. */
  readonly regions = computed<readonly string[]>(() => {
    const names = this.corpus.value?.styles ?? [];
    const hovered = this.hoveredStyle.value;
    if (hovered !== null) return names.slice(hovered, hovered + 1);
    const highlighted = [...this.highlightedStyles.value];
    if (highlighted.length > 0) return highlighted.map((style) => names[style]!);
    const { style } = this.settings.value;
    if (style === null || typeof style === "string") return style === null ? [] : [style];
    return Object.keys(style).filter((name) => style[name]! > 0);
  });

  readonly heardVoices = computed<readonly boolean[]>(() => {
    const mix = this.mix.value;
    return audible(
      mix.map(({ mute }) => mute),
      mix.map(({ solo }) => solo),
    );
  });

  /** What plays is the present scene: not the song, no morph, and nothing that waits to be launched. */
  playScene(): void {
    batch(() => {
      this.playsSong.value = false;
      this.morph.value = null;
      this.launch.value = null;
    });
  }

  /** A change that undo can take back. Changes with one label in quick succession count as one. */
  change(label: string, project: Project): void {
    if (project !== this.project.value) this.history.value = change(this.history.value, project, label, Date.now(), this.gesture);
  }

  /** The same for the present scene; a hand takes over from automation. */
  changeScene(label: string, scene: Scene): void {
    if (scene !== this.scene.value) this.change(label, { ...this.project.value, scene: inHand(this.scene.value, scene) });
  }

  /** The present change as it turned out. */
  amend(project: Project): void {
    this.history.value = amend(this.history.value, project);
  }

  amendScene(scene: Scene): void {
    this.amend({ ...this.project.value, scene });
  }

  /** The gesture is over: the next change is one of its own. */
  settle(): void {
    this.history.value = { ...this.history.value, changedAt: -Infinity };
  }

  notify(text: string): void {
    this.notice.value = { text, kind: "info" };
  }

  reportError(error: unknown): void {
    const unanswered = error instanceof ServerError && !error.refused;
    this.notice.value = { text: error instanceof Error ? error.message : String(error), kind: "error", ...(unanswered ? { unanswered } : {}) };
  }
}

/** Are all bars of the window decoded? */
const isDecoded = ({ score, window: [first, count] }: WantedScore): boolean => Array.from({ length: count }, (_, bar) => first + bar).every((bar) => score.isDecoded(bar));

/** The bars that have to be there before it plays: those of the song, or a round up to its fill; what moves is decoded ahead. */
const roundBars = (project: Project): number => (project.song.length > 0 ? naturalBars(project) : filledBars(project.scene));
/** Where a bar lies on the map; null where it was given. */
const generatedAt = (bar: Bar): Point | null => (bar.kind === "edited" ? generatedAt(bar.base) : bar.kind === "generated" ? bar.point : null);

/** The project with the bars of another one: those that can be played until its own are decoded. */
function withBarsOf(project: Project, { scene, scenes, song }: Project): Project {
  const { settings, bars, fill, fill_every, anchors, path, lanes, modulations, automations } = scene;
  return { ...project, scene: { ...project.scene, settings, bars, fill, fill_every, anchors, path, lanes, modulations, automations }, scenes, song };
}
