/** The player: owns the audio context, the mixer and the clock, and tells the store what is heard. */

import { effect } from "@preact/signals";
import { Mixer, renderEvents } from "./audio";
import { Clock, type Score } from "./clock";
import { heardOnly } from "./pattern";
import type { WirePattern } from "./protocol";
import { durationSeconds, events } from "./sequencer";
import type { Store } from "./store";

const FILE_SAMPLE_RATE = 44_100;
const LONGEST_TAIL_SECONDS = 3;
const PATIENCE_MS = 400; // a browser that lets sound through does so sooner

type Running = { readonly context: AudioContext; readonly mixer: Mixer; readonly clock: Clock };

export class Player {
  private running: Running | null = null;
  private frame = 0; // the request for the next picture

  constructor(private readonly store: Store) {
    effect(() => {
      const { mix, volume } = store.groove.value;
      this.running?.mixer.setMix({ mix, volume });
    });
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
      const late = setTimeout(() => this.listen(), PATIENCE_MS);
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
    running?.clock.stop();
    running?.mixer.silence(running.context.currentTime);
  }

  /** Play or stop; while the sound is blocked, try again. */
  toggle(): Promise<void> {
    if (!this.store.playing.value || this.store.silenced.value) return this.play();
    this.stop();
    return Promise.resolve();
  }

  /** Let one voice be heard, in a gesture. */
  async audition(voice: number, velocity = 0.8): Promise<void> {
    const { context, mixer } = (this.running ??= this.build());
    if (context.state !== "running") await context.resume().catch(() => undefined);
    this.listen();
    mixer.strike(voice, velocity, context.currentTime);
  }

  /** These bars once, from their start until the last sound has rung out: what tests measure. */
  renderOnce(patterns: readonly WirePattern[]): Promise<AudioBuffer> {
    return this.render(patterns, 1, LONGEST_TAIL_SECONDS);
  }

  /** These bars as a loop, exactly as long as they last: what rings over the end is heard at the beginning. */
  async renderLoop(patterns: readonly WirePattern[]): Promise<Float32Array[]> {
    const length = durationSeconds(patterns, this.store.groove.value.tempoBpm);
    const before = Math.ceil(LONGEST_TAIL_SECONDS / length); // rounds until every tail is there
    const sound = await this.render(patterns, before + 1, 0);
    const first = Math.round(before * length * FILE_SAMPLE_RATE);
    const frames = Math.round(length * FILE_SAMPLE_RATE);
    return [0, 1].map((channel) => sound.getChannelData(channel).slice(first, first + frames));
  }

  private render(patterns: readonly WirePattern[], rounds: number, tailSeconds: number): Promise<AudioBuffer> {
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
    const { mix, volume } = store.groove.value;
    const chokeGroups = store.voices.value.map((voice) => voice.choke_group);
    const mixer = new Mixer(context, chokeGroups, store.kitBuffers.value, { mix, volume });
    const clock = new Clock(
      () => context.currentTime,
      () => this.score(),
      (voice, velocity, time) => mixer.strike(voice, velocity, time),
    );
    context.onstatechange = () => {
      this.listen();
      if (context.state !== "running" && store.playing.value) void context.resume().catch(() => undefined);
    };
    return { context, mixer, clock };
  }

  private listen(): void {
    const state = this.running?.context.state;
    this.store.sound.value =
      state === "running" ? "on" : !this.store.playing.value ? "off" : (state as string) === "interrupted" ? "interrupted" : "waiting";
  }

  private score(): Score {
    const { groove, editing } = this.store;
    const { place, journey, quantum, tempoBpm, swing } = groove.value;
    return {
      pattern: place.pattern,
      quantum: editing.value ? "step" : quantum,
      journey: journey.travelling && journey.patterns.length > 0 ? journey.patterns : null,
      tempoBpm,
      swing,
    };
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

/** The audio time that leaves the loudspeakers at this moment. */
function audibleTime(context: AudioContext): number {
  const { contextTime = 0, performanceTime = 0 } = context.getOutputTimestamp();
  if (contextTime > 0) return Math.min(context.currentTime, contextTime + (performance.now() - performanceTime) / 1000);
  return context.currentTime - (context.outputLatency || 0);
}
