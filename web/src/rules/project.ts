/** The project: everything that is being played, as one value. `clave/play/project/` is the one source of its types. */

import { type Bus, type Edited, type Generated, type GenerationSettings, type Given, type KitVoice, type Lane, type Project, type Room, type Rounds, type Scene, type VoiceMix } from "./wireTypes.generated";

export type {
  Anchor,
  Automation,
  BarPattern,
  Complete,
  Edited,
  FollowTaps,
  Generated,
  GenerationSettings,
  Given,
  Humanise,
  KitVoice,
  Lane,
  MaterialBar,
  MaterialFile,
  Modulation,
  Bus,
  Path,
  PathEdit,
  Phrase,
  Project,
  ProjectKit,
  Room,
  Rounds,
  Scene,
  SetCells,
  Shift,
  SongPart,
  TempoChange,
  VoiceMix,
} from "./wireTypes.generated";

export type Bar = Generated | Given | Edited;
export type Operation = Edited["operations"][number];
export type Cell = readonly [voice: number, step: number, velocity: number, offset: number];

const VOICE_COUNT = 8;

export const PLAIN_SETTINGS: GenerationSettings = {
  style: null,
  section: "beat",
  meter: [4, 4],
  variation: 0,
  density: null,
  shift: { density: 0, syncopation: 0, swing: 0, loudness: 0 },
  seed: 0,
};

export const EVERY_ROUND: Rounds = { cycle: [true], first: "too" };

export const PLAIN_LANE: Lane = {
  hold: null,
  density: 1,
  probability: 1,
  rounds: EVERY_ROUND,
  ratchet: 1,
  ratchet_probability: 1,
  ratchet_rounds: EVERY_ROUND,
  accent: 0,
  nudge_ms: 0,
  swing: null,
  loop_steps: null,
};

export const PLAIN_MIX: VoiceMix = { level: 1, pan: 0, mute: false, solo: false, filter: "off", cutoff_hz: 2000, resonance_db: 0, send: 0.25 };

export const PLAIN_ROOM: Room = { size: "room", level: 0.5 };

export const PLAIN_BUS: Bus = { drive: 0.2, glue: 0.4 };

export const FACTORY_VOICE: KitVoice = {
  from: "factory",
  point: null,
  detail: null,
  variation: 0,
  seed: 0,
  shift: { brightness: 0, decay: 0, pitch: 0, noisiness: 0 },
  kit: "analogue",
  file: null,
  file_name: null,
  twin: false,
  levelled: true,
  gain: 1,
  tune: 0,
  decay: 1,
  velocity_layers: false,
  locked: false,
};

const eight = <T>(value: T): T[] => Array.from({ length: VOICE_COUNT }, () => value);

export const NEW_SCENE: Scene = {
  name: "",
  tempo: [{ bar: 0, tempo_bpm: 120, ramp: false }],
  swing: 0.5,
  settings: PLAIN_SETTINGS,
  bars: [{ kind: "generated", point: [0, 0], settings: PLAIN_SETTINGS, phrase: null, leg: null, hears: null }],
  fill: null,
  fill_every: 0,
  anchors: [],
  path: null,
  kit: { name: "analogue", voices: eight(FACTORY_VOICE) },
  mix: eight(PLAIN_MIX),
  room: PLAIN_ROOM,
  bus: PLAIN_BUS,
  lanes: eight(PLAIN_LANE),
  modulations: [],
  automations: [],
};

export const NEW_PROJECT: Project = {
  format: "clave project",
  version: 1,
  name: "",
  spaces: { rhythm: null, sound: null },
  seed: 0,
  volume: 0.8,
  quantum: "bar",
  scene: NEW_SCENE,
  scenes: [],
  song: [],
  material: [],
};

/** As JSON whose fields stand in one order, so that equal values have equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    typeof each === "object" && each !== null && !Array.isArray(each) ? Object.fromEntries(Object.entries(each).sort(([one], [other]) => (one < other ? -1 : 1))) : each,
  );
}
