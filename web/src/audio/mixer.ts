/**
 * The audio graph: voices -> level, filter and pan -> bus, and what each sends -> room -> bus. The same for playing live and for
 * rendering a file, and what `clave/play/produced.py` computes.
 */

import { type BarSource, stillTone, type Tone } from "../rules/arrange";
import { MIN_CUTOFF_HZ } from "../rules/parameters";
import { barGain, REST_GAIN } from "../rules/program";
import type { Bus as BusSettings, KitVoice, Room, VoiceMix } from "../rules/project";
import { impulseResponse } from "../rules/room";
import { audible, velocityGain } from "../rules/sequencer";
import { Bus } from "./bus";
import { AS_MIXED, type Output, type OwnSound } from "./output";
import { bareEnergy, layerFor } from "./playedBuffer";
import { isSoundable } from "./soundable";

export type KitBuffers = readonly (AudioBuffer | null)[];

const SMOOTHING_SECONDS = 0.01; // of knob movements
const CHOKE_SECONDS = 0.005; // fade of a choked sound, as in clave/play/mixdown.py
const STOP_SECONDS = 0.03; // fade when the music stops
const TIE_SAMPLES = 1e-4; // rounding errors do not decide to which of two samples a stroke goes, here and in Python
const CLICK_HZ = 1050;
const ACCENT_HZ = 1570; // of the first beat
const CLICK_SECONDS = 0.03;
const CLICK_LOUDNESS = 0.3; // linear
const NO_VOICE = -1;
const FLAT_HZ = 1000;

interface Ringing {
  readonly source: AudioBufferSourceNode;
  readonly gain: GainNode;
  readonly voice: number;
  readonly start: number;
  readonly loudness: number; // linear
  end: number; // when it is choked; Infinity when it may ring out
}

/** Hears of a voice that is silent, as its sound or its stroke has numbers that are not finite. */
export type Refused = (voice: number) => void;

/** The buffer of a sound that is not the kit's; null: not decoded. */
export type SoundOf = (voice: number, sound: KitVoice) => AudioBuffer | null;

export interface MixState {
  readonly mix: readonly VoiceMix[];
  readonly room: Room["size"];
  readonly roomLevel: number;
  readonly bus: BusSettings;
  readonly volume: number;
}

/** Where the strokes of a voice, or one stroke, go. */
interface Channel {
  readonly input: GainNode; // its gain is the level
  readonly filter: BiquadFilterNode;
  readonly pan: StereoPannerNode;
  readonly send: GainNode;
}

type Turn = (knob: AudioParam, value: number) => void;

/** Without a filter it is a bell of 0 dB: the sound as it is. */
function setFilter(node: BiquadFilterNode, { filter, cutoff, resonance }: Tone, turn: Turn = (knob, value) => (knob.value = value)): void {
  node.type = filter === "off" ? "peaking" : filter;
  turn(node.frequency, filter === "off" ? FLAT_HZ : MIN_CUTOFF_HZ * 2 ** cutoff);
  turn(node.Q, filter === "off" ? 1 : filter === "bandpass" ? 10 ** (resonance / 20) : resonance);
}

const rooms = new Map<string, AudioBuffer>(); // by size and sample rate

function roomBuffer({ sampleRate }: BaseAudioContext, size: Room["size"]): AudioBuffer {
  const key = `${size} ${sampleRate}`;
  const known = rooms.get(key);
  if (known) return known;
  const sides = impulseResponse(size, sampleRate);
  const buffer = new AudioBuffer({ length: sides[0].length, sampleRate, numberOfChannels: 2 });
  sides.forEach((side, channel) => buffer.copyToChannel(side, channel));
  rooms.set(key, buffer);
  return buffer;
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
  private readonly channels: Channel[];
  private readonly bus: Bus;
  private readonly room: ConvolverNode;
  private roomSize: Room["size"] | null = null;
  private programs = new WeakMap<BarSource, number>();
  private program = REST_GAIN; // of the bar that was struck last
  private readonly ringing = new Set<Ringing>();
  private heard: readonly boolean[] = []; // of each voice: neither muted nor behind a solo
  private clicks: readonly [plain: AudioBuffer, accented: AudioBuffer] | null = null;
  private buffers: KitBuffers;

  get kit(): KitBuffers {
    return this.buffers;
  }

  set kit(buffers: KitBuffers) {
    this.buffers = buffers;
    this.programs = new WeakMap();
  }

  /** `soundOf` has the sounds that are not the kit's, as far as they are decoded. */
  constructor(
    private readonly context: BaseAudioContext,
    private readonly chokeGroups: readonly (number | null)[],
    kit: KitBuffers,
    state: MixState,
    private readonly soundOf: SoundOf = () => null,
    private readonly refused: Refused = () => {},
  ) {
    this.buffers = kit;
    this.bus = new Bus(context);
    this.room = context.createConvolver();
    this.room.normalize = false;
    this.room.channelCount = 1;
    this.room.channelCountMode = "explicit";
    this.room.connect(this.bus.input);
    this.channels = chokeGroups.map(() => this.channel());
    this.eachKnob(state, (knob, value) => (knob.value = value));
  }

  setMix(state: MixState): void {
    this.eachKnob(state, (knob, value) => knob.setTargetAtTime(value, this.context.currentTime, SMOOTHING_SECONDS));
  }

  /** One stroke at an audio time; it chokes what still rings in its group then. */
  strike(voice: number, velocity: number, time: number, { level, pan, sound, tone, source, otherMix }: OwnSound = AS_MIXED): void {
    const whole = this.bufferOf(voice, sound);
    const into = this.channels[voice]?.input;
    if (!whole || !into) return;
    if (![velocity, time, level ?? 0, pan, ...(tone ? [tone.cutoff, tone.resonance, tone.send] : [])].every(Number.isFinite)) return this.refused(voice);
    const buffer = layerFor(whole, velocity);
    if (source) this.program = this.programOf(source);
    const loudness = velocityGain(velocity) * this.program;
    if (level === null || tone === null) return this.ring(buffer, voice, loudness, time, into);
    if (!otherMix && !this.heard[voice]) return;
    const own = this.channel();
    const nodes = [own.input, own.filter, own.pan, own.send];
    setFilter(own.filter, tone);
    own.pan.pan.value = pan;
    own.send.gain.value = tone.send;
    this.ring(buffer, voice, loudness * level, time, own.input, () => nodes.forEach((node) => node.disconnect()));
  }

  private bufferOf(voice: number, sound: KitVoice | null): AudioBuffer | null {
    const found = (sound && this.soundOf(voice, sound)) ?? this.kit[voice] ?? null;
    if (found === null || isSoundable(found)) return found;
    this.refused(voice);
    return null;
  }

  /** The gain that makes this bar as loud as others; worked out once for the sounds that are there now. */
  private programOf(source: BarSource): number {
    const known = this.programs.get(source);
    if (known !== undefined) return known;
    const buffers = source.sounds.map((sound, voice) => this.bufferOf(voice, sound));
    const gain = barGain(
      source.pattern,
      buffers.map((buffer) => (buffer ? bareEnergy(buffer) : 0)),
      source.seconds,
    );
    if (buffers.every(Boolean)) this.programs.set(source, gain);
    return gain;
  }

  /** From a voice, or from one stroke, to the bus and into the room. */
  private channel(): Channel {
    const { context } = this;
    const [input, filter, pan, send] = [context.createGain(), context.createBiquadFilter(), context.createStereoPanner(), context.createGain()];
    input.connect(filter).connect(pan).connect(this.bus.input);
    filter.connect(send).connect(this.room);
    return { input, filter, pan, send };
  }

  /** A sound that no voice has yet, through the level and pan of this voice. */
  strikeWith(buffer: AudioBuffer, voice: number, velocity: number, time: number): void {
    if (!isSoundable(buffer)) return this.refused(voice);
    this.ring(layerFor(buffer, velocity), voice, velocityGain(velocity) * this.program, time, this.channels[voice]!.input);
  }

  /** A click of the metronome at an audio time: not through the level and pan of any voice. */
  click(time: number, accented: boolean): void {
    this.clicks ??= [clickSound(this.context, CLICK_HZ), clickSound(this.context, ACCENT_HZ)];
    this.ring(this.clicks[accented ? 1 : 0], NO_VOICE, CLICK_LOUDNESS, time, this.bus.click);
  }

  private ring(buffer: AudioBuffer, voice: number, loudness: number, due: number, into: AudioNode, ended = () => {}): void {
    const time = this.onSample(due);
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

  /** The time of the sample at which it begins, as in Python. */
  private onSample(time: number): number {
    const { sampleRate } = this.context;
    return Math.floor(time * sampleRate + 0.5 + TIE_SAMPLES) / sampleRate;
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
    const fade = Math.floor(CHOKE_SECONDS * this.context.sampleRate) / this.context.sampleRate;
    for (const other of this.ringing) {
      if ((this.chokeGroups[other.voice] ?? null) !== group) continue;
      // strokes may be queued out of order: an early one can come after the one that chokes it
      if (other.start < stroke.start && other.end > stroke.start) this.end(other, stroke.start, fade);
      if (other.start > stroke.start && stroke.end > other.start) this.end(stroke, other.start, fade);
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

  private eachKnob({ mix, room, roomLevel, bus, volume }: MixState, turn: Turn): void {
    this.heard = audible(
      mix.map(({ mute }) => mute),
      mix.map(({ solo }) => solo),
    );
    mix.forEach((own, voice) => {
      const { input, filter, pan, send } = this.channels[voice]!;
      turn(input.gain, this.heard[voice] && Number.isFinite(own.level) ? own.level : 0);
      turn(pan.pan, own.pan);
      turn(send.gain, own.send * roomLevel);
      setFilter(filter, stillTone(own, roomLevel), turn);
    });
    if (room !== this.roomSize) this.room.buffer = roomBuffer(this.context, room);
    this.roomSize = room;
    this.bus.set(bus, volume, turn);
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
  readonly refused?: Refused;
}

/** These strokes as sound, `seconds` long, through the same graph as live. */
export async function renderStrokes(strokes: readonly Timed[], seconds: number, sampleRate: number, { chokeGroups, kit, state, soundOf, refused }: RenderedWith): Promise<AudioBuffer> {
  const context = new OfflineAudioContext(2, Math.max(1, Math.round(seconds * sampleRate)), sampleRate);
  const mixer = new Mixer(context, chokeGroups, kit, state, soundOf, refused);
  for (const stroke of strokes) mixer.strike(stroke.voice, stroke.velocity, Math.max(0, stroke.seconds), stroke);
  return context.startRendering();
}
