/** The audio graph: voices -> level and pan -> volume -> soft limiter. The same for playing live and for rendering a file. */

import type { KitVoice, VoiceMix } from "../rules/project";
import { audible, velocityGain } from "../rules/sequencer";
import { AS_MIXED, type Output, type OwnSound } from "./output";

export type KitBuffers = readonly (AudioBuffer | null)[];

const SMOOTHING_SECONDS = 0.01; // of knob movements
const CHOKE_SECONDS = 0.005; // fade of a choked sound, as in clave/play/mixdown.py
const STOP_SECONDS = 0.03; // fade when the music stops
const MAKE_UP = 2; // kits leave room for eight voices at full velocity; a played bar needs a third of it
const LIMIT_KNEE = 0.8; // below it the limiter leaves the sound alone
const LIMIT_RANGE = 8; // louder input is clipped to this
const CLICK_HZ = 1050;
const ACCENT_HZ = 1570; // of the first beat
const CLICK_SECONDS = 0.03;
const CLICK_LOUDNESS = 0.3; // linear
const NO_VOICE = -1;

interface Ringing {
  readonly source: AudioBufferSourceNode;
  readonly gain: GainNode;
  readonly voice: number;
  readonly start: number;
  readonly loudness: number; // linear
  end: number; // when it is choked; Infinity when it may ring out
}

/** The buffer of a sound that is not the kit's; null: not decoded. */
export type SoundOf = (voice: number, sound: KitVoice) => AudioBuffer | null;

export interface MixState {
  readonly mix: readonly VoiceMix[];
  readonly volume: number;
}

/** Input in [-LIMIT_RANGE, LIMIT_RANGE] to output in (-1, 1): straight up to the knee, then bent like tanh. */
export function limit(sample: number): number {
  const size = Math.abs(sample);
  const room = 1 - LIMIT_KNEE;
  return size <= LIMIT_KNEE ? sample : Math.sign(sample) * (LIMIT_KNEE + room * Math.tanh((size - LIMIT_KNEE) / room));
}

function limiter(context: BaseAudioContext): { input: AudioNode; output: AudioNode } {
  const points = 8193; // odd, so that silence falls on a point
  const shaper = context.createWaveShaper();
  shaper.curve = Float32Array.from({ length: points }, (_, n) => limit((n / (points - 1)) * 2 * LIMIT_RANGE - LIMIT_RANGE));
  const into = context.createGain();
  into.gain.value = 1 / LIMIT_RANGE;
  into.connect(shaper);
  return { input: into, output: shaper };
}

/** A sine that is gone after some hundredths of a second. */
function clickSound(context: BaseAudioContext, hz: number): AudioBuffer {
  const sound = context.createBuffer(1, Math.round(CLICK_SECONDS * context.sampleRate), context.sampleRate);
  const samples = sound.getChannelData(0);
  samples.forEach((_, n) => (samples[n] = Math.sin((2 * Math.PI * hz * n) / context.sampleRate) * (1 - n / samples.length) ** 3));
  return sound;
}

/** Eight voices in one context. */
export class Mixer implements Output {
  private readonly levels: GainNode[];
  private readonly pans: StereoPannerNode[];
  private readonly volume: GainNode;
  private readonly ringing = new Set<Ringing>();
  private heard: readonly boolean[] = []; // of each voice: neither muted nor behind a solo
  private clicks: readonly [plain: AudioBuffer, accented: AudioBuffer] | null = null;
  kit: KitBuffers;

  /** `soundOf` has the sounds that are not the kit's, as far as they are decoded. */
  constructor(
    private readonly context: BaseAudioContext,
    private readonly chokeGroups: readonly (number | null)[],
    kit: KitBuffers,
    state: MixState,
    private readonly soundOf: SoundOf = () => null,
  ) {
    this.kit = kit;
    this.volume = context.createGain();
    const end = limiter(context);
    this.volume.connect(end.input);
    end.output.connect(context.destination);
    this.levels = chokeGroups.map(() => context.createGain());
    this.pans = this.levels.map((level) => {
      const pan = context.createStereoPanner();
      level.connect(pan).connect(this.volume);
      return pan;
    });
    this.eachKnob(state, (knob, value) => (knob.value = value));
  }

  setMix(state: MixState): void {
    this.eachKnob(state, (knob, value) => knob.setTargetAtTime(value, this.context.currentTime, SMOOTHING_SECONDS));
  }

  /** One stroke at an audio time; it chokes what still rings in its group then. */
  strike(voice: number, velocity: number, time: number, { level, pan, sound, otherMix }: OwnSound = AS_MIXED): void {
    const buffer = (sound && this.soundOf(voice, sound)) ?? this.kit[voice];
    const into = this.levels[voice];
    if (!buffer || !into) return;
    if (level === null) return this.ring(buffer, voice, velocityGain(velocity), time, into);
    if (!otherMix && !this.heard[voice]) return;
    const panner = this.context.createStereoPanner();
    panner.pan.value = pan;
    panner.connect(this.volume);
    this.ring(buffer, voice, velocityGain(velocity) * level, time, panner, () => panner.disconnect());
  }

  /** A sound that no voice has yet, through the level and pan of this voice. */
  strikeWith(buffer: AudioBuffer, voice: number, velocity: number, time: number): void {
    this.ring(buffer, voice, velocityGain(velocity), time, this.levels[voice]!);
  }

  /** A click of the metronome at an audio time: not through the level and pan of any voice. */
  click(time: number, accented: boolean): void {
    this.clicks ??= [clickSound(this.context, CLICK_HZ), clickSound(this.context, ACCENT_HZ)];
    this.ring(this.clicks[accented ? 1 : 0], NO_VOICE, CLICK_LOUDNESS, time, this.volume);
  }

  private ring(buffer: AudioBuffer, voice: number, loudness: number, time: number, into: AudioNode, ended = () => {}): void {
    const gain = this.context.createGain();
    gain.gain.value = loudness;
    gain.connect(into);
    const source = this.context.createBufferSource();
    source.buffer = buffer;
    source.connect(gain);
    source.start(time);
    const stroke: Ringing = { source, gain, voice, start: time, loudness, end: Infinity };
    this.ringing.add(stroke);
    source.onended = () => {
      gain.disconnect();
      ended();
      this.ringing.delete(stroke);
    };
    this.choke(stroke);
  }

  step(): void {} // only strokes sound

  release(): void {} // strokes are queued in the audio graph at once

  /** Fade out everything, and cancel what is queued. */
  silence(time: number): void {
    const from = Math.max(time, this.context.currentTime);
    for (const stroke of this.ringing) if (stroke.end > from) this.end(stroke, from, STOP_SECONDS); // a choked one is fading already
  }

  /** Fade out what rings of one voice. */
  fadeOut(voice: number, time: number): void {
    for (const stroke of this.ringing) if (stroke.voice === voice && stroke.end > time) this.end(stroke, time, STOP_SECONDS);
  }

  private choke(stroke: Ringing): void {
    const group = this.chokeGroups[stroke.voice] ?? null;
    if (group === null) return;
    for (const other of this.ringing) {
      if ((this.chokeGroups[other.voice] ?? null) !== group) continue;
      // strokes may be queued out of order: an early one can come after the one that chokes it
      if (other.start < stroke.start && other.end > stroke.start) this.end(other, stroke.start, CHOKE_SECONDS);
      if (other.start > stroke.start && stroke.end > other.start) this.end(stroke, other.start, CHOKE_SECONDS);
    }
  }

  private end(stroke: Ringing, time: number, fadeSeconds: number): void {
    stroke.end = time;
    const knob = stroke.gain.gain;
    knob.cancelScheduledValues(0);
    knob.setValueAtTime(stroke.loudness, time);
    knob.linearRampToValueAtTime(0, time + fadeSeconds);
    stroke.source.stop(time + fadeSeconds);
  }

  private eachKnob({ mix, volume }: MixState, turn: (knob: AudioParam, value: number) => void): void {
    this.heard = audible(
      mix.map(({ mute }) => mute),
      mix.map(({ solo }) => solo),
    );
    mix.forEach(({ level, pan }, voice) => {
      turn(this.levels[voice]!.gain, this.heard[voice] ? level : 0);
      turn(this.pans[voice]!.pan, pan);
    });
    turn(this.volume.gain, volume * MAKE_UP);
  }
}

/** A stroke to be rendered. */
export interface Timed extends OwnSound {
  readonly seconds: number; // from the start
  readonly voice: number;
  readonly velocity: number;
}

/** What strokes are rendered through. */
export interface RenderedWith {
  readonly chokeGroups: readonly (number | null)[];
  readonly kit: KitBuffers;
  readonly state: MixState;
  readonly soundOf: SoundOf;
}

/** These strokes as sound, `seconds` long, through the same graph as live. */
export async function renderStrokes(strokes: readonly Timed[], seconds: number, sampleRate: number, { chokeGroups, kit, state, soundOf }: RenderedWith): Promise<AudioBuffer> {
  const context = new OfflineAudioContext(2, Math.max(1, Math.round(seconds * sampleRate)), sampleRate);
  const mixer = new Mixer(context, chokeGroups, kit, state, soundOf);
  for (const stroke of strokes) mixer.strike(stroke.voice, stroke.velocity, Math.max(0, stroke.seconds), stroke);
  return context.startRendering();
}
