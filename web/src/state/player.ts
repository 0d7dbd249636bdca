/** The player: owns the audio context, the mixer and the clock, and writes into the store what is heard. */

import { effect } from "@preact/signals";
import { EMPTY_BAR, heardOnly } from "../rules/pattern";
import type { BarPattern } from "../rules/protocol";
import { durationSeconds, events, stepsPerBeat } from "../rules/sequencer";
import { stepsPerBar } from "../rules/units";
import { AudibleMoment, audibleTime } from "../audio/audioTime";
import { Click } from "../audio/click";
import { Clock, type Score } from "../audio/clock";
import { Mixer, type MixState, renderEvents } from "../audio/mixer";
import { everyTick } from "../audio/ticker";
import { MidiOut } from "../midi/midiOut";
import { soundsHere } from "../midi/midiSettings";
import type { Store } from "./store";

const FILE_SAMPLE_RATE = 44_100;
const LONGEST_TAIL_SECONDS = 3;
const BLOCKED_AFTER_MS = 400; // a browser that lets sound through does so sooner

type Running = { readonly context: AudioContext; readonly mixer: Mixer; readonly clock: Clock; readonly moment: AudibleMoment };

export class Player {
  private running: Running | null = null;
  private frame = 0; // the request for the next picture
  readonly midi: MidiOut;

  constructor(
    private readonly store: Store,
    portFailed: (error: unknown) => void = () => {},
  ) {
    this.midi = new MidiOut({
      settings: () => store.midi.value,
      voices: () => store.voices.value,
      heard: () => store.heardVoices.value,
      moment: (audioSeconds) => this.running?.moment.of(audioSeconds) ?? performance.now(),
      follow: () => this.running?.moment.follow() ?? true,
      failed: portFailed,
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
    document.addEventListener("visibilitychange", () => {
      if (!this.running) return;
      this.running.clock.hidden = document.hidden;
      if (store.playing.value) this.running.clock.tick();
    });
  }

  /** Call it in a gesture: only then do browsers let sound out. */
  async play(): Promise<void> {
    const { store } = this;
    const { context, clock } = (this.running ??= this.build());
    store.playing.value = true;
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
    store.playing.value = false;
    store.heard.value = null;
    store.position.value = null;
    if (running) running.clock.stop();
    else this.midi.silence();
  }

  /** Play or stop; while the sound is blocked, try again. */
  toggle(): Promise<void> {
    if (!this.store.playing.value || this.store.silenced.value) return this.play();
    this.stop();
    return Promise.resolve();
  }

  /** Play one voice once. Call it in a gesture. */
  async audition(voice: number, velocity = 0.8): Promise<void> {
    const { context, mixer } = (this.running ??= this.build());
    if (context.state !== "running") await context.resume().catch(() => undefined);
    this.listen();
    mixer.fadeOut(voice, context.currentTime);
    mixer.strike(voice, velocity, context.currentTime);
    this.midi.strikeNow(voice, velocity);
  }

  /** Play a sound that no voice has yet, through the level and pan of this voice. */
  async hear(voice: number, buffer: AudioBuffer, velocity = 0.8): Promise<void> {
    const { context, mixer } = (this.running ??= this.build());
    if (context.state !== "running") await context.resume().catch(() => undefined);
    this.listen();
    if (!this.store.playing.value) mixer.fadeOut(voice, context.currentTime);
    mixer.strike(voice, velocity, context.currentTime, buffer);
  }

  /** Where the music was, in steps since it began, at this moment of `performance.now()`; null before it began. */
  positionAt(momentMs: number): number | null {
    if (!this.running?.clock.running) return null;
    const { clock, moment } = this.running;
    const here = clock.playhead(moment.at(momentMs));
    return here && here.turn * stepsPerBar(here.part.pattern.meter) + here.position;
  }

  /** The mix as the page sounds live: silent while only MIDI out is to be heard. */
  private mixHere(): MixState {
    const { groove, midi, midiLink } = this.store;
    const { mix, volume } = groove.value;
    return { mix, volume: soundsHere(midi.value, midiLink.value) ? volume : 0 };
  }

  /** These bars once, from their start until the last sound has rung out: what tests measure. */
  renderOnce(patterns: readonly BarPattern[]): Promise<AudioBuffer> {
    return this.render(patterns, 1, this.tailSeconds());
  }

  /** How long the last stroke may ring: a sound tuned down rings on. */
  private tailSeconds(): number {
    return this.store.kitBuffers.value.reduce((most, sound) => Math.max(most, sound?.duration ?? 0), LONGEST_TAIL_SECONDS);
  }

  /** These bars as a loop, exactly as long as they last: what rings over the end is heard at the beginning. */
  async renderLoop(patterns: readonly BarPattern[]): Promise<Float32Array[]> {
    const length = durationSeconds(patterns, this.store.groove.value.tempoBpm);
    const before = Math.ceil(this.tailSeconds() / length); // rounds until every tail is there
    const sound = await this.render(patterns, before + 1, 0);
    const first = Math.round(before * length * FILE_SAMPLE_RATE);
    const frames = Math.round(length * FILE_SAMPLE_RATE);
    return [0, 1].map((channel) => sound.getChannelData(channel).slice(first, first + frames));
  }

  private render(patterns: readonly BarPattern[], rounds: number, tailSeconds: number): Promise<AudioBuffer> {
    const { groove, heardVoices, kitBuffers, voices } = this.store;
    const { tempoBpm, swing, mix, volume } = groove.value;
    const round = patterns.map((pattern) => heardOnly(pattern, heardVoices.value));
    const bars = Array.from({ length: rounds }, () => round).flat();
    const seconds = durationSeconds(bars, tempoBpm) + tailSeconds;
    const chokeGroups = voices.value.map((voice) => voice.choke_group);
    return renderEvents(events(bars, tempoBpm, swing), seconds, FILE_SAMPLE_RATE, chokeGroups, kitBuffers.value, { mix, volume });
  }

  private build(): Running {
    const { store } = this;
    const context = new AudioContext({ latencyHint: "interactive" });
    const moment = new AudibleMoment(context);
    const chokeGroups = store.voices.value.map((voice) => voice.choke_group);
    const mixer = new Mixer(context, chokeGroups, store.kitBuffers.value, this.mixHere());
    const clock = new Clock(
      () => context.currentTime,
      () => this.score(),
      [mixer, new Click(mixer, (step) => store.bar.clicking.value && step % stepsPerBeat(store.shown.value.meter) === 0), this.midi],
      everyTick,
    );
    context.onstatechange = () => {
      this.listen();
      if (context.state !== "running" && store.playing.value) void context.resume().catch(() => undefined);
    };
    return { context, mixer, clock, moment };
  }

  private listen(): void {
    const state = this.running?.context.state;
    this.store.sound.value =
      state === "running" ? "on" : !this.store.playing.value ? "off" : (state as string) === "interrupted" ? "interrupted" : "waiting";
  }

  private score(): Score {
    const { groove, editing, bar, round, shown } = this.store;
    const { quantum, fillEvery, tempoBpm, swing } = groove.value;
    if (bar.clicking.value) {
      const bars = [this.silenceFor(shown.value)];
      return { bars, fills: [], fillEvery: 0, journey: false, quantum: "step", tempoBpm, swing };
    }
    return { ...round.value, fillEvery, quantum: editing.value ? "step" : quantum, tempoBpm, swing };
  }

  private silence: BarPattern = EMPTY_BAR;

  /** A silent bar as long as this one: the same one for as long as it fits. */
  private silenceFor({ meter }: BarPattern): BarPattern {
    if (String(this.silence.meter) !== String(meter)) this.silence = { meter, strokes: [] };
    return this.silence;
  }

  private readonly follow = (): void => {
    const { store, running } = this;
    if (!store.playing.value || !running) return;
    const here = running.clock.playhead(audibleTime(running.context));
    store.position.value = here?.position ?? null;
    if (here && store.heard.value !== here.part) store.heard.value = here.part;
    this.frame = requestAnimationFrame(this.follow);
  };
}
