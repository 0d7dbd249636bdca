/** The sounds of the voices as buffers: decoded ahead, one request a voice at a time, the latest next. */

import { effect } from "@preact/signals";
import { naturalBars } from "../rules/plan";
import { type Heard, VOICE_COUNT } from "../rules/protocol";
import type { Score } from "../rules/score";
import { isUndrawn, requestOf, soundKey, type VoiceSound } from "../rules/voiceSound";
import { LatestOnly } from "../net/latestOnly";
import type { SoundSource } from "../net/sources";
import { decode, type Kits } from "../audio/kits";
import { playedBuffer, withLayers } from "../audio/playedBuffer";
import { ServerWatch } from "./serverWatch";
import type { Store } from "./store";

const AHEAD_BARS = 4; // beyond those that have to be there: a voice that moves has another sound in each
const MOST_CACHED = 96; // decoded sounds, so that undo is heard at once
const LATER = "sounds of the bars to come";
const MOST_PASSING = 512; // sounds that voices have for some bars only

interface Decoded {
  readonly buffer: AudioBuffer | null;
  readonly heard: Heard | null;
}

const keyOf = (sound: VoiceSound): string => `${soundKey(sound)} ${sound.tune} ${sound.decay} ${sound.gain} ${sound.velocity_layers}`;

/** A sound that a voice has for some bars only. */
interface Passing {
  readonly voice: number;
  readonly sound: VoiceSound;
}

export class Sounds {
  private readonly cached = new Map<string, Promise<Decoded>>();
  private readonly wanted: (string | null)[] = Array.from({ length: VOICE_COUNT }, () => null);
  private readonly answered = new Set<number>(); // voices that have come, or failed to
  private readonly buffers: (AudioBuffer | null)[] = Array.from({ length: VOICE_COUNT }, () => null);
  private readonly requests: readonly LatestOnly<VoiceSound, Decoded>[];
  private readonly passing: LatestOnly<Passing, AudioBuffer | null>;
  private readonly passed = new Map<string, AudioBuffer | null>(); // by voice and key; null: it could not be had

  /** `arrived` is called for every new sound but the first of each voice. */
  constructor(
    private readonly store: Store,
    private readonly kits: Kits,
    private readonly source: SoundSource,
    arrived: (voice: number) => void = () => {},
    server = new ServerWatch(store),
  ) {
    const what = (voice: number) => `the sound of the ${store.voices.value[voice]?.name ?? `voice ${voice + 1}`}`;
    this.requests = this.wanted.map(
      (_, voice) =>
        new LatestOnly<VoiceSound, Decoded>(
          (sound) => this.make(voice, sound),
          (sound, { buffer, heard }) => {
            server.answered(what(voice));
            const first = this.buffers[voice] === null;
            this.buffers[voice] = buffer;
            store.sounds.heard.value = Object.assign([...store.sounds.heard.peek()], { [voice]: heard });
            this.publish(voice, sound);
            if (!first) arrived(voice);
          },
          (sound, error) => {
            if (!server.waits(what(voice), error, () => this.again(voice))) store.reportError(error);
            this.publish(voice, sound);
          },
        ),
    );
    effect(() => {
      const { voices } = store.scene.value.kit;
      if (store.voices.value.length > 0) voices.forEach((sound, voice) => this.want(voice, sound));
    });
    this.passing = new LatestOnly(
      async ({ voice, sound }) => (await this.make(voice, sound)).buffer,
      ({ voice, sound }, buffer) => {
        server.answered(LATER);
        this.keepPassing(voice, sound, buffer);
      },
      ({ voice, sound }, error) => {
        if (server.waits(LATER, error, () => this.preparePassing())) return;
        store.reportError(error);
        this.keepPassing(voice, sound, null);
      },
    );
    effect(() => this.preparePassing());
  }

  /** The sound of a voice as it would be with these settings, for trying it. */
  async preview(voice: number, sound: VoiceSound): Promise<AudioBuffer | null> {
    return (await this.make(voice, sound)).buffer;
  }

  /** A sound that is not the kit's, as it was prepared; null: not there (yet). */
  readonly soundOf = (voice: number, sound: VoiceSound): AudioBuffer | null => this.passed.get(`${voice} ${keyOf(sound)}`) ?? null;

  /** Decode what the next bars have instead of the kit's sounds: one after the other, in the order in which they are heard. */
  private preparePassing(): void {
    const [first, count] = this.store.window.value;
    const { voices, score, launch, launchScore, launchWindow, launchSounds } = this.store;
    const there = voices.value.length > 0;
    const next = there ? this.missing(score.value, first, count + AHEAD_BARS) : null;
    const launched = launchScore.value && there ? this.missing(launchScore.value, ...launchWindow.value) : null;
    if (launched === null) launchSounds.value = launch.value;
    if (next ?? launched) this.passing.send((next ?? launched)!);
  }

  /** The first sound of these bars that is not the kit's, and not decoded; null: none. */
  private missing(score: Score, first: number, count: number): Passing | null {
    const own = this.store.scene.value.kit.voices;
    for (let index = first; index < first + count; index++)
      for (const [voice, sound] of score.planned(index).voices.entries())
        if (sound !== own[voice] && !isUndrawn(sound) && !this.passed.has(`${voice} ${keyOf(sound)}`)) return { voice, sound };
    return null;
  }

  /** Decode all sounds of what is played, also those that are heard much later: a file needs them. */
  async all(): Promise<void> {
    const score = this.store.score.value;
    const bars = naturalBars(score.project);
    for (let next = this.missing(score, 0, bars); next; next = this.missing(score, 0, bars)) this.keepPassing(next.voice, next.sound, (await this.make(next.voice, next.sound)).buffer);
  }

  private keepPassing(voice: number, sound: VoiceSound, buffer: AudioBuffer | null): void {
    this.passed.set(`${voice} ${keyOf(sound)}`, buffer);
    for (const key of this.passed.keys()) {
      if (this.passed.size <= MOST_PASSING) break;
      this.passed.delete(key);
    }
    this.preparePassing();
  }

  /** Descriptors of files, from when they were placed: the server gives them only then. */
  readonly heardInFiles = new Map<string, Heard | null>();

  private want(voice: number, sound: VoiceSound): void {
    if (isUndrawn(sound) || (sound.from === "factory" && !sound.kit)) return; // not drawn, or no kit chosen yet
    const key = keyOf(sound);
    if (key === this.wanted[voice]) return;
    this.wanted[voice] = key;
    this.store.sounds.coming.value = new Set(this.store.sounds.coming.peek()).add(voice);
    const launched = this.passed.get(`${voice} ${key}`);
    if (launched) {
      this.buffers[voice] = launched; // with the first stroke of a launched scene, not after an answer
      this.publish(voice, sound);
    }
    this.requests[voice]!.send(sound);
  }

  /** Request the sound of a voice once more. */
  private again(voice: number): void {
    this.wanted[voice] = null;
    this.want(voice, this.store.scene.value.kit.voices[voice]!);
  }

  private publish(voice: number, sound: VoiceSound): void {
    this.answered.add(voice);
    if (this.answered.size === VOICE_COUNT) this.store.kitBuffers.value = [...this.buffers];
    if (keyOf(sound) !== this.wanted[voice]) return;
    const coming = new Set(this.store.sounds.coming.peek());
    coming.delete(voice);
    this.store.sounds.coming.value = coming;
  }

  private async make(voice: number, sound: VoiceSound): Promise<Decoded> {
    const { buffer, heard } = await this.decoded(voice, sound);
    if (!buffer) return { buffer, heard };
    const played = playedBuffer(buffer, sound);
    if (!sound.velocity_layers) return { buffer: played, heard };
    const { softerSamples } = await import("../rules/velocityLayers");
    return { buffer: withLayers(played, (samples) => softerSamples(samples, played.sampleRate, voice)), heard };
  }

  private decoded(voice: number, sound: VoiceSound): Promise<Decoded> {
    const key = `${voice} ${soundKey(sound)}`;
    const known = this.cached.get(key);
    this.cached.delete(key); // and added again as the latest
    const found = known ?? this.fetch(voice, sound);
    this.cached.set(key, found);
    if (this.cached.size > MOST_CACHED) this.cached.delete(this.cached.keys().next().value!);
    if (!known) found.catch(() => this.cached.delete(key)); // the next try asks again
    return found;
  }

  private async fetch(voice: number, sound: VoiceSound): Promise<Decoded> {
    const request = requestOf(sound);
    if (request) {
      const { wav, heard } = await this.source.sound(voice, request);
      return { buffer: await decode(wav), heard };
    }
    if (sound.from === "file" && sound.file)
      return { buffer: await decode(await this.source.file(sound.file, voice)), heard: this.heardInFiles.get(sound.file) ?? null };
    return { buffer: (await this.kits.load(sound.kit ?? ""))[voice] ?? null, heard: null };
  }
}
