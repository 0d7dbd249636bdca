/** The player: owns the audio context, the mixer and the clock, and writes into the store what is heard. */

import { effect } from "@preact/signals";
import { arrange, type Performance, stillTone, type Tone } from "../rules/arrange";
import { givenBar } from "../rules/bars";
import type { Wanted } from "../rules/conductor";
import { ANSWER } from "../rules/history";
import { VOICE_SLUGS } from "../rules/parameters";
import type { Project } from "../rules/project";
import type { BarPattern } from "../rules/protocol";
import type { ArrangedBar, Bars } from "../rules/score";
import { stepsPerBeat } from "../rules/sequencer";
import { AudibleMoment, audibleTime } from "../audio/audioTime";
import { Click } from "../audio/click";
import { Clock } from "../audio/clock";
import { Mixer, type MixState, type Refused, renderStrokes, type SoundOf, type Timed } from "../audio/mixer";
import type { Output } from "../audio/output";
import { Asleep, Standstill } from "../audio/standing";
import { everyTick } from "../audio/ticker";
import { Transport } from "../audio/transport";
import { MidiOut } from "../midi/midiOut";
import { soundsHere } from "../midi/midiSettings";
import { silentVoice } from "./silentVoice";
import type { Store } from "./store";

const FILE_SAMPLE_RATE = 44_100;
const USUAL_VELOCITY = 0.8;
const LONGEST_TAIL_SECONDS = 4; // a sound and the largest room
const LOST_AGAIN_MS = 15_000; // a device that goes sooner than this after another is no device
const BLOCKED_AFTER_MS = 400; // a browser that lets sound through does so sooner

type Running = { readonly context: AudioContext; readonly mixer: Mixer; readonly clock: Clock; readonly moment: AudibleMoment };

/** Says how long a step lasts that would last so many seconds in the project's tempo. */
export interface Leader {
  stepSeconds(planned: number, next: Pick<Transport, "passed" | "time">): number;
}

export class Player {
  private running: Running | null = null;
  private frame = 0; // the request for the next picture
  readonly midi: MidiOut;
  readonly outputs: Output[] = []; // beside the mixer, the click and MIDI out
  leader: Leader | null = null; // a program whose clock is followed
  readonly hears: ((voice: number | null, velocity: number, momentMs: number) => void)[] = []; // what the player strikes; a tap has no voice

  constructor(
    private readonly store: Store,
    private readonly soundOf: SoundOf = () => null,
    portFailed: (error: unknown) => void = () => {},
    midiSent: (atMs: number, message: readonly number[]) => void = () => {},
  ) {
    this.refused = silentVoice(store);
    this.midi = new MidiOut({
      settings: () => store.midi.value,
      voices: () => store.voices.value,
      heard: () => store.heardVoices.value,
      moment: (audioSeconds) => this.running?.moment.of(audioSeconds) ?? performance.now(),
      follow: () => this.running?.moment.follow() ?? true,
      failed: portFailed,
      sent: midiSent,
    });
    effect(() => {
      const state = this.mixHere();
      this.running?.mixer.setMix(state);
    });
    addEventListener("pagehide", () => this.midi.silence());
    effect(() => {
      const kit = store.kitBuffers.value;
      if (this.running) this.running.mixer.kit = kit;
    });
    effect(() => {
      const underHand = store.underHand.value;
      if (this.running) this.running.clock.underHand = underHand;
    });
    navigator.mediaDevices?.addEventListener("devicechange", () => this.devicesChanged());
    document.addEventListener("visibilitychange", () => {
      if (!this.running) return;
      this.running.clock.hidden = document.hidden;
      if (store.playing.value) this.running.clock.tick();
    });
  }

  /** Call it in a gesture: only then do browsers let sound out. */
  async play(): Promise<void> {
    const { store } = this;
    const other = store.elsewhere.peek();
    if (other) return other.playing ? undefined : other.does("/clave/transport/play");
    const { context, clock } = (this.running ??= this.build());
    store.playing.value = true;
    this.wouldPlay = false;
    if (context.state !== "running") {
      const late = setTimeout(() => this.listen(), BLOCKED_AFTER_MS);
      await context.resume().catch(() => undefined);
      clearTimeout(late);
    }
    if (!store.playing.value) return; // stopped while waiting
    this.listen();
    clock.start();
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(this.follow);
  }

  stop(): void {
    const { store, running } = this;
    store.elsewhere.peek()?.does("/clave/transport/stop");
    this.wouldPlay = false;
    store.playing.value = false;
    store.heard.value = null;
    store.position.value = null;
    if (running) running.clock.stop();
    else this.midi.silence();
  }

  /** Goes on from the start of this bar, counted from 0, at this audio time, or at once; nothing where nothing plays. */
  seek(turn: number, audioSeconds?: number): void {
    this.store.elsewhere.peek()?.does("/clave/transport/seek", turn + 1);
    if (!this.running?.clock.running) return;
    const { clock, context } = this.running;
    clock.seek(turn, audioSeconds === undefined ? undefined : audioSeconds - context.currentTime);
  }

  /** The audio time that leaves the loudspeakers at this moment of `performance.now()`. */
  audibleAt(momentMs: number): number {
    return this.running?.moment.at(momentMs) ?? 0;
  }

  /** Play or stop; while the sound is blocked, try again. */
  toggle(): Promise<void> {
    const { elsewhere, playing, silenced } = this.store;
    if (!(elsewhere.peek()?.playing ?? (playing.value && !silenced.value))) return this.play();
    this.stop();
    return Promise.resolve();
  }

  /** Play one voice once. Call it in a gesture. */
  async audition(voice: number, velocity = USUAL_VELOCITY): Promise<void> {
    const other = this.store.elsewhere.peek();
    if (other) return other.does(`/clave/voice/${VOICE_SLUGS[voice]}/strike`, velocity);
    const { context, mixer } = (this.running ??= this.build());
    if (context.state !== "running") await context.resume().catch(() => undefined);
    this.listen();
    mixer.fadeOut(voice, context.currentTime);
    mixer.strike(voice, velocity, context.currentTime);
    this.midi.strikeNow(voice, velocity);
  }

  /** The player strikes or taps, which does not sound here. */
  played(voice: number | null, velocity: number, momentMs: number): void {
    for (const hear of this.hears) hear(voice, velocity, momentMs);
  }

  /** The player strikes a pad: it sounds, and is heard for the answer. */
  strike(voice: number, velocity?: number, momentMs = performance.now()): Promise<void> {
    this.played(voice, velocity ?? USUAL_VELOCITY, momentMs);
    return this.audition(voice, velocity);
  }

  /** Play a sound that no voice has yet, through the level and pan of this voice. */
  async hear(voice: number, buffer: AudioBuffer, velocity = USUAL_VELOCITY): Promise<void> {
    const { context, mixer } = (this.running ??= this.build());
    if (context.state !== "running") await context.resume().catch(() => undefined);
    this.listen();
    if (!this.store.playing.value) mixer.fadeOut(voice, context.currentTime);
    mixer.strikeWith(buffer, voice, velocity, context.currentTime);
  }

  /** Where the music was, in steps since it began, at this moment of `performance.now()`; null before it began. */
  positionAt(momentMs: number): number | null {
    if (!this.running?.clock.running) return null;
    const { clock, moment } = this.running;
    const here = clock.playhead(moment.at(momentMs));
    return here && here.turn * here.part.bar.planned.steps + here.position;
  }

  /** The mix as the page sounds live: silent while only MIDI out is to be heard. */
  private mixHere(): MixState {
    const { project, midi, midiLink } = this.store;
    const { scene, volume } = project.value;
    return { ...producedBy(this.store.score.value.project), mix: scene.mix, roomLevel: scene.room.level, volume: soundsHere(midi.value, midiLink.value) ? volume : 0 };
  }

  /** The bars that are heard: a round of the path, the song, or the loop until its fill was heard. */
  performance(): Performance {
    return arrange(this.store.filed.value, this.store.decoded);
  }

  /** These bars once, or those that are heard, from their start until the last sound has rung out; all voices, or one: what tests measure. */
  renderOnce(patterns?: readonly BarPattern[] | null, only?: number): Promise<AudioBuffer> {
    const performance = patterns ? arrange(withPatterns(this.store.project.value, patterns), this.store.decoded) : this.performance();
    const strokes = this.timed(performance).filter(({ voice }) => only === undefined || voice === only);
    return this.render(strokes, performance.tempo.seconds + this.tailSeconds());
  }

  /** How long the last stroke may ring: a sound tuned down rings on. */
  private tailSeconds(): number {
    return this.store.kitBuffers.value.reduce((most, sound) => Math.max(most, sound?.duration ?? 0), LONGEST_TAIL_SECONDS);
  }

  /** The bars that are heard as a loop, exactly as long as they last: what rings over the end is heard at the beginning; all voices, or one. */
  async renderLoop(only?: number): Promise<Float32Array[]> {
    const performance = this.performance();
    const length = performance.tempo.seconds;
    const once = this.timed(performance).filter(({ voice }) => only === undefined || voice === only);
    const before = Math.ceil(this.tailSeconds() / length); // rounds until every tail is there
    const rounds = Array.from({ length: before + 1 }, (_, round) => once.map((stroke) => ({ ...stroke, seconds: stroke.seconds + round * length })));
    const sound = await this.render(rounds.flat(), (before + 1) * length);
    const first = Math.round(before * length * FILE_SAMPLE_RATE);
    const frames = Math.round(length * FILE_SAMPLE_RATE);
    return [0, 1].map((channel) => sound.getChannelData(channel).slice(first, first + frames));
  }

  /** The strokes of a performance; those whose level and sound nothing moves go through the mix, as they do live. */
  private timed({ strikes, sounds, sources }: Performance): Timed[] {
    const { mix, kit, room } = this.store.scene.value;
    const tones = mix.map((each) => stillTone(each, room.level));
    return strikes.map(({ seconds, voice, velocity, level, pan, sound: index, tone, bar }) => {
      const { sound } = sounds[index]!;
      const still = tones[voice]!;
      const mixed = level === mix[voice]!.level && pan === mix[voice]!.pan && (Object.keys(still) as (keyof Tone)[]).every((each) => tone[each] === still[each]);
      return { seconds, voice, velocity, level: mixed ? null : level, pan, sound: sound === kit.voices[voice] ? null : sound, tone, source: sources[bar]!, otherMix: true };
    });
  }

  private render(strokes: readonly Timed[], seconds: number): Promise<AudioBuffer> {
    const { project, kitBuffers, voices } = this.store;
    const { scene, volume } = project.value;
    const chokeGroups = voices.value.map((voice) => voice.choke_group);
    return renderStrokes(strokes, seconds, FILE_SAMPLE_RATE, { chokeGroups, kit: kitBuffers.value, state: { ...producedBy(this.store.score.value.project), mix: scene.mix, roomLevel: scene.room.level, volume }, soundOf: this.soundOf, refused: this.refused });
  }

  private build(): Running {
    const { store } = this;
    const context = new AudioContext({ latencyHint: "interactive" });
    const moment = new AudibleMoment(context);
    const chokeGroups = store.voices.value.map((voice) => voice.choke_group);
    const mixer = new Mixer(context, chokeGroups, store.kitBuffers.value, this.mixHere(), this.soundOf, this.refused);
    const transport: Transport = new Transport({ now: () => context.currentTime, stepSeconds: (planned) => this.leader?.stepSeconds(planned, transport) ?? planned });
    const asleep = new Asleep((sentence) => store.notify(sentence), () => performance.now());
    const click = new Click(mixer, (step) => store.bar.clicking.value && step % stepsPerBeat(store.shown.value.meter) === 0);
    const failed = (error: unknown) => this.failed(error);
    const clock = new Clock(transport, () => this.wanted(), [mixer, click, this.midi, asleep, ...this.outputs], everyTick, failed);
    context.onstatechange = () => {
      if (context.state === "closed") return this.lose(context);
      this.listen();
      if (context.state !== "running" && store.playing.value) void context.resume().catch(() => undefined);
    };
    clock.underHand = store.underHand.value;
    context.addEventListener("error", () => this.lose(context)); // its device fails
    return { context, mixer, clock, moment };
  }

  private readonly standstill = new Standstill();
  private lostAt = -Infinity; // `performance.now()`
  private wouldPlay = false; // the music stopped only because no device was there

  /** The audio device is gone: the music goes on through the one that is there now; where that goes at once too, it stops and waits for another. */
  private lose(context: AudioContext): void {
    const { running, store } = this;
    if (running?.context !== context) return;
    const turn = running.clock.playhead(context.currentTime)?.turn ?? 0;
    running.clock.stop();
    this.running = null;
    context.onstatechange = null;
    if (context.state !== "closed") void context.close().catch(() => undefined);
    const again = performance.now() - this.lostAt < LOST_AGAIN_MS;
    this.lostAt = performance.now();
    if (store.playing.value && !again) return void this.goOn(turn);
    const played = store.playing.value;
    this.stop();
    this.wouldPlay = played;
    store.sound.value = "lost";
    store.reportError(new Error("The sound device is gone. Nothing is lost: press play, and the device that is there now plays."));
  }

  /** Through another device, from the start of this bar. */
  private async goOn(turn: number): Promise<void> {
    await this.play();
    if (!this.store.playing.value || this.store.sound.value !== "on") return;
    this.seek(turn);
    this.store.notify("The sound device is gone. The music goes on through the one that is there now.");
  }

  /** Devices came or went. */
  private devicesChanged(): void {
    if (!this.wouldPlay) return;
    this.lostAt = -Infinity;
    void this.goOn(0);
  }

  private readonly refused: Refused;
  private failure = "";

  /** What plays along has failed; said once in a row. */
  private failed(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    if (text === this.failure) return;
    this.failure = text;
    this.store.reportError(new Error(`Something that plays along has failed, and the rest plays on: ${text}`));
  }

  private listen(): void {
    const state = this.running?.context.state;
    this.store.sound.value =
      state === "running" ? "on" : !this.store.playing.value ? "off" : (state as string) === "interrupted" ? "interrupted" : "waiting";
  }

  private wanted(): Wanted {
    const { project, history, atOnce, bar, score, entry, launch, launchReady, launchScore } = this.store;
    if (bar.clicking.value) return { bars: this.silenceFor(score.value), quantum: "step", entry: entry.value };
    const { quantum } = project.value;
    if (launchReady.value) return { bars: launchScore.value!, quantum, entry: launch.value!.entry };
    const answers = history.value.present.label === ANSWER; // at a bar line, whatever the quantum is
    return { bars: score.value, quantum: atOnce.value ? "step" : answers ? "bar" : quantum, entry: entry.value };
  }

  private silence: { readonly of: Bars; readonly bars: Bars } | null = null;

  /** The same bars without their strokes. */
  private silenceFor(of: Bars): Bars {
    if (this.silence?.of !== of) this.silence = { of, bars: silent(of) };
    return this.silence.bars;
  }

  private readonly follow = (): void => {
    const { store, running } = this;
    if (!store.playing.value || !running) return;
    const here = running.clock.playhead(audibleTime(running.context));
    store.position.value = here?.position ?? null;
    if (this.standstill.stalled(running.context, performance.now())) return this.lose(running.context);
    if (here && store.heard.value !== here.part) store.heard.value = here.part;
    this.frame = requestAnimationFrame(this.follow);
  };
}

/** Room and bus: of the scene, or of the song's first. */
export function producedBy({ song, scenes, scene }: Project): Pick<MixState, "room" | "bus"> {
  const { room, bus } = (song[0] && scenes[song[0].scene]) || scene;
  return { room: room.size, bus };
}

/** The project with these bars as its loop. */
function withPatterns(project: Project, patterns: readonly BarPattern[]): Project {
  const bars = patterns.map((pattern) => givenBar(pattern));
  return { ...project, song: [], scene: { ...project.scene, bars, fill: null, fill_every: 0, path: null } };
}

function silent(of: Bars): Bars {
  const known = new Map<number, ArrangedBar>();
  return {
    travels: false,
    tempo: (index) => of.tempo(index),
    bar(index) {
      const { planned } = of.bar(index);
      const bar = known.get(index) ?? { planned, pattern: { meter: planned.meter, strokes: [] }, strokes: [] };
      known.set(index, bar);
      return bar;
    },
  };
}
