/**
 * What page and server say to each other. The types and limits come from the server's own schema, by `npm run types`:
 * `clave/app/protocol.py` is their one source. `messageChecks.ts` checks what comes in.
 */

import wire from "./wireSchemas.generated.json" with { type: "json" };
import type { CompleteRequest, LearnStart, PatternRequest, RhythmShift, SoundRequest, SoundShift, TapsRequest, BarPattern } from "./wireTypes.generated";

export type {
  Devices,
  CompleteRequest,
  CorpusMap,
  ComparedBar,
  DrawnKit,
  DrumMapEdit,
  DrumMapLook,
  DrumMapState,
  EvenReply,
  EvenRequest,
  ExplainedBar,
  ExplainedPoint,
  ExplainedSound,
  ExplainPointRequest,
  ExplainSoundRequest,
  FeelRequest,
  FormatInfo,
  Heard,
  Instrument,
  KeptInfo,
  KeptKit,
  KeptProject,
  KeptVersion,
  KitDraw,
  KitInfo,
  KitVoice,
  LearnedSpace,
  LevelPicture,
  MapEllipse,
  LearnFound,
  LearnProgress,
  LearnStart,
  LearnState,
  LoopCorrection,
  LoopCut,
  LoopFile,
  LoopGrid,
  MapGround,
  PatternMade,
  PatternReply,
  PatternRequest,
  PhraseRequest,
  PlacedSound,
  PlayedRequest,
  ProjectReply,
  Refusal,
  RhythmShift,
  ShiftReply,
  SimilarBars,
  SimilarSounds,
  ShiftRequest,
  SoundInfo,
  SoundMap,
  SoundRequest,
  SpaceInfo,
  TapsRequest,
  VerdictInfo,
  VoiceInfo,
  BarPattern,
  WanderReply,
} from "./wireTypes.generated";

export type LearnWay = LearnStart["way"];
export type Point = SoundRequest["point"];
export type BarStroke = BarPattern["strokes"][number]; // voice, step, velocity in (0, 1], offset in steps within [-2, 2)
export type Block = CompleteRequest["keep"][number]; // voice, first step, steps
export type Tap = TapsRequest["taps"][number]; // position in steps from the start of the bar, velocity in (0, 1]

/** A style by name, a blend whose shares add up to 1, or null: any. */
export type StyleChoice = PatternRequest["style"];

/** What a bar or a sound may be moved along, in standard deviations. */
export type RhythmDirection = keyof RhythmShift;
export type SoundDirection = keyof SoundShift;
export const RHYTHM_DIRECTIONS = ["density", "syncopation", "swing", "loudness"] as const satisfies readonly RhythmDirection[];
export const SOUND_DIRECTIONS = ["brightness", "decay", "pitch", "noisiness"] as const satisfies readonly SoundDirection[];
export const NO_RHYTHM_SHIFT: RhythmShift = { density: 0, syncopation: 0, swing: 0, loudness: 0 };
export const NO_SOUND_SHIFT: SoundShift = { brightness: 0, decay: 0, pitch: 0, noisiness: 0 };

const { KitToKeep, KitVoice, RhythmShift: Shift } = wire;
const { gain, tune, decay, seed } = KitVoice.properties;
export const VOICE_COUNT = KitToKeep.properties.voices.maxItems;
export const MAX_KIT_NAME_LENGTH = KitToKeep.properties.name.maxLength;
export const MAX_SEED = seed.maximum;
export const MAX_SHIFT = Shift.properties.density.maximum; // standard deviations, either way
export const MAX_GAIN = gain.maximum; // linear
export const MAX_TUNE = tune.maximum; // semitones, either way
export const MIN_DECAY = decay.minimum; // ratio
export const MAX_DECAY = decay.maximum;
