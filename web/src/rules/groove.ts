/** Everything that undo brings back: where we are, what plays there, and how. All values are frozen; a change makes a new one. */

import { EMPTY_BAR } from "./pattern";
import {
  type KitVoice,
  MAX_SHIFT,
  NO_RHYTHM_SHIFT,
  type Point,
  type RhythmShift,
  type SpaceInfo,
  type StyleChoice,
  VOICE_COUNT,
  type BarPattern,
} from "./protocol";
import type { Bar, PathEdit, Project } from "./project";
import type { JourneyMode, Quantum, Round } from "./sequencer";
import { knownOf, sharesOf } from "./styleBlend";
import type { Meter } from "./units";
import { DEFAULT_SOUND, type VoiceSound } from "./voiceSound";

export const SLOT_COUNT = 8;
export const JOURNEY_BARS = [2, 4, 8, 16, 32] as const;
export const LOOP_BARS = [1, 2, 4, 8] as const;
export const FILLS_EVERY = [0, 4, 8, 16] as const; // bars; 0 is never

/** What the rhythm space is asked for besides the point. */
export interface GenerationSettings {
  readonly style: StyleChoice; // null is any
  readonly section: string;
  readonly meter: Meter;
  readonly shift: RhythmShift;
  readonly density: number | null; // 0 to 1, for a space that cannot shift; null is as learned
  readonly variation: number; // 0 to 1
  readonly seed: number;
  readonly bars: number; // of the loop; more than one are a phrase of bars that agree
}

/** A point on the map and what lies there, perhaps edited by hand. */
export interface MapPlace {
  readonly point: Point;
  readonly settings: GenerationSettings;
  readonly pattern: BarPattern;
  readonly phrase: readonly BarPattern[]; // its first bar is `pattern`; empty where the loop is one bar
  readonly fill: BarPattern | null; // none until it is wanted
  readonly edited: boolean;
  readonly bars: readonly Bar[] | null; // how each bar of an edited loop is made again; null: not known, its strokes stand for themselves
  readonly fillBar: Bar | null; // the same of an edited fill
}

export interface Journey {
  readonly a: Point | null;
  readonly b: Point | null;
  readonly bars: number;
  readonly mode: JourneyMode;
  readonly travelling: boolean;
  readonly patterns: readonly BarPattern[]; // one round; empty until decoded
  readonly fills: readonly BarPattern[]; // one for each of them; empty until wanted
  readonly edited: boolean; // by hand
  readonly edits: readonly PathEdit[] | null; // what was done to each edited bar of the round; null: not known
}

export interface VoiceMix {
  readonly mute: boolean;
  readonly solo: boolean;
  readonly level: number; // 0 to 2, linear
  readonly pan: number; // -1 to 1
}

export interface Groove {
  readonly place: MapPlace;
  readonly visits: readonly MapPlace[]; // click history, oldest first
  readonly visit: number; // which of them is the present one
  readonly journey: Journey;
  readonly fillEvery: number; // bars; 0 is never
  readonly slots: readonly (MapPlace | null)[];
  readonly mix: readonly VoiceMix[];
  readonly tempoBpm: number;
  readonly swing: number; // 0.5 straight
  readonly quantum: Quantum;
  readonly volume: number; // 0 to 1
  readonly kit: string; // where voices sound that name no kit of their own
  readonly sounds: readonly VoiceSound[];
  readonly opened: Project | null; // the project that was opened last: what this page does not show of it is kept
}

export const DEFAULT_MIX: VoiceMix = { mute: false, solo: false, level: 1, pan: 0 };

export const DEFAULT_SETTINGS: GenerationSettings = { style: null, section: "beat", meter: [4, 4], shift: NO_RHYTHM_SHIFT, density: null, variation: 0, seed: 0, bars: 1 };

export const NEW_GROOVE: Groove = {
  place: { point: [0, 0], settings: DEFAULT_SETTINGS, pattern: EMPTY_BAR, phrase: [], fill: null, edited: false, bars: null, fillBar: null },
  visits: [],
  visit: -1,
  journey: { a: null, b: null, bars: 8, mode: "loop", travelling: false, patterns: [], fills: [], edited: false, edits: null },
  fillEvery: 0,
  slots: Array.from({ length: SLOT_COUNT }, () => null),
  mix: Array.from({ length: VOICE_COUNT }, () => DEFAULT_MIX),
  tempoBpm: 112,
  swing: 0.5,
  quantum: "bar",
  volume: 0.8,
  kit: "",
  sounds: Array.from({ length: VOICE_COUNT }, () => DEFAULT_SOUND),
  opened: null,
};

const MOST_VISITS = 64;
const PHRASE_VARIATION = 0.25; // of the bars of a phrase, until the player sets another

/** What is played one bar after the other, again and again: the loop at the place, or a round of the journey. */
export function roundOf({ place, journey }: Pick<Groove, "place" | "journey">): Round {
  if (journey.travelling && journey.patterns.length > 0) return { bars: journey.patterns, fills: journey.fills, journey: true };
  const bars = place.phrase.length > 0 ? place.phrase : [place.pattern];
  return { bars, fills: place.fill ? bars.map(() => place.fill!) : [], journey: false };
}

/** The same place with other settings: a fill is one bar, and a new phrase gets some variation, so that its bars are no copies of each other. */
export function withSettings(place: MapPlace, changes: Partial<GenerationSettings>): MapPlace {
  const settings = { ...place.settings, ...changes };
  const isFill = settings.section === "fill";
  if (changes.section !== undefined && isFill) settings.bars = 1;
  if (changes.bars !== undefined && changes.bars > 1) {
    if (isFill) settings.section = "beat";
    if (place.settings.bars === 1 && settings.variation === 0) settings.variation = PHRASE_VARIATION;
  }
  return unedited({ ...place, settings });
}

/** The place with nothing of what was made of its bars; its strokes stay until the server has answered. */
export const unedited = (place: MapPlace): MapPlace => ({ ...place, fill: null, edited: false, bars: null, fillBar: null });

/** The settings that this space supports, and in words what it lacks. Where a direction moves the density, a share of older links becomes one. */
export function knownHere(settings: GenerationSettings, { styles, sections, meters, directions }: SpaceInfo): { settings: GenerationSettings; unknown: readonly string[] } {
  const style = knownOf(settings.style, styles);
  const section = sections.includes(settings.section) ? settings.section : (sections[0] ?? settings.section);
  const meter = meters.find((each) => String(each) === String(settings.meter)) ?? meters[0] ?? settings.meter;
  const shift = directions.length === 0 ? NO_RHYTHM_SHIFT : settings.shift;
  const becomes = directions.includes("density") && settings.density !== null;
  const dense = becomes ? { density: null, shift: { ...shift, density: Math.round((settings.density - 0.5) * 2 * MAX_SHIFT * 10) / 10 } } : { density: settings.density, shift };
  const bars = directions.length === 0 ? 1 : settings.bars; // what has no detail has no bars that agree
  const known: GenerationSettings = { ...settings, style, section, meter, bars, ...dense };
  const unknown = [
    ...(style === settings.style ? [] : sharesOf(settings.style).flatMap(([name]) => (styles.includes(name) ? [] : [`style “${name}”`]))),
    ...(section === settings.section ? [] : [`section “${settings.section}”`]),
    ...(String(meter) === String(settings.meter) ? [] : [`${settings.meter.join("/")}`]),
    ...(bars === settings.bars ? [] : ["phrases"]),
  ];
  return { settings: JSON.stringify(known) === JSON.stringify(settings) ? settings : known, unknown };
}

/** Keep the present place in the click history; whatever lay ahead of it there is forgotten. */
export function withVisit(groove: Groove): Groove {
  const behind = groove.visits.slice(0, groove.visit + 1);
  const last = behind.at(-1);
  const same = last && last.point === groove.place.point && last.settings === groove.place.settings;
  const visits = [...(same ? behind.slice(0, -1) : behind), groove.place].slice(-MOST_VISITS);
  return { ...groove, visits, visit: visits.length - 1 };
}

/** The place so many clicks back (below 0) or forward, or the groove itself at the end of the history. */
export function toVisit(groove: Groove, by: number): Groove {
  const place = groove.visits[groove.visit + by];
  return place ? { ...groove, place, visit: groove.visit + by, journey: { ...groove.journey, travelling: false } } : groove;
}

export const withSlot = (groove: Groove, slot: number, place: MapPlace | null): Groove => ({
  ...groove,
  slots: groove.slots.map((kept, index) => (index === slot ? place : kept)),
});

/** The slot's place becomes the present one; an empty slot changes nothing. */
export function fromSlot(groove: Groove, slot: number): Groove {
  const place = groove.slots[slot];
  return place ? withVisit({ ...groove, place, journey: { ...groove.journey, travelling: false } }) : groove;
}

export const withVoice = (groove: Groove, voice: number, mix: Partial<VoiceMix>): Groove => ({
  ...groove,
  mix: groove.mix.map((each, index) => (index === voice ? { ...each, ...mix } : each)),
});

/** Is this slot what plays now? */
export const isSamePlace = (one: MapPlace | null | undefined, other: MapPlace): boolean =>
  !!one && one.pattern === other.pattern && one.point === other.point;

export const withSound = (groove: Groove, voice: number, sound: Partial<VoiceSound>): Groove => ({
  ...groove,
  sounds: groove.sounds.map((each, index) => (index === voice ? { ...each, ...sound } : each)),
});

/** The eight voices as a kit to keep: each names its own origin, and none is locked. */
export const kitVoices = ({ sounds, kit }: Groove): KitVoice[] =>
  sounds.map((sound) => ({ ...sound, kit: sound.from === "factory" ? (sound.kit ?? kit) : null, locked: false }));

/** Another kit: these eight voices, under this name. Locked voices keep their sound. */
export const withKit = (groove: Groove, voices: readonly KitVoice[], name: string): Groove => ({
  ...groove,
  kit: name,
  sounds: groove.sounds.map((sound, voice) => {
    if (!sound.locked) return { ...DEFAULT_SOUND, ...voices[voice] };
    return sound.from === "factory" ? { ...sound, kit: sound.kit ?? groove.kit } : sound;
  }),
});
