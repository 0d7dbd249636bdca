/** The sounds of the voices as buffers: decoded ahead, one request a voice at a time, the latest next. */

import { effect } from "@preact/signals";
import { SPACE_KIT } from "../rules/kitNames";
import { type Heard, VOICE_COUNT } from "../rules/protocol";
import { requestOf, soundKey, type VoiceSound } from "../rules/voiceSound";
import { fetchFile, fetchSound } from "../net/api";
import { LatestOnly } from "../net/latestOnly";
import { decode, type Kits } from "../audio/kits";
import { playedBuffer } from "../audio/playedBuffer";
import type { Store } from "./store";

const MOST_CACHED = 96; // decoded sounds, so that undo is heard at once

interface KitSound {
  readonly sound: VoiceSound;
  readonly kit: string; // the groove's
}

interface Decoded {
  readonly buffer: AudioBuffer | null;
  readonly heard: Heard | null;
}

const keyOf = ({ sound, kit }: KitSound): string => `${soundKey(sound, kit)} ${sound.tune} ${sound.decay} ${sound.gain}`;

export class Sounds {
  private readonly cached = new Map<string, Promise<Decoded>>();
  private readonly wanted: (string | null)[] = Array.from({ length: VOICE_COUNT }, () => null);
  private readonly answered = new Set<number>(); // voices that have come, or failed to
  private readonly buffers: (AudioBuffer | null)[] = Array.from({ length: VOICE_COUNT }, () => null);
  private readonly asking: readonly LatestOnly<KitSound, Decoded>[];

  /** `arrived` is called for every new sound but the first of each voice. */
  constructor(
    private readonly store: Store,
    private readonly kits: Kits,
    arrived: (voice: number) => void = () => {},
  ) {
    this.asking = this.wanted.map(
      (_, voice) =>
        new LatestOnly<KitSound, Decoded>(
          (kitSound) => this.make(voice, kitSound),
          (kitSound, { buffer, heard }) => {
            const first = this.buffers[voice] === null;
            this.buffers[voice] = buffer;
            store.sounds.heard.value = Object.assign([...store.sounds.heard.peek()], { [voice]: heard });
            this.publish(voice, kitSound);
            if (!first) arrived(voice);
          },
          (kitSound, error) => {
            store.reportError(error);
            this.publish(voice, kitSound);
          },
        ),
    );
    effect(() => {
      const { sounds, kit } = store.groove.value;
      if (store.voices.value.length > 0) sounds.forEach((sound, voice) => this.want(voice, { sound, kit }));
    });
  }

  /** The sound of a voice as it would be with these settings, for trying it. */
  async preview(voice: number, sound: VoiceSound): Promise<AudioBuffer | null> {
    return (await this.make(voice, { sound, kit: this.store.groove.value.kit })).buffer;
  }

  /** Descriptors of files, from when they were placed: the server gives them only then. */
  readonly heardInFiles = new Map<string, Heard | null>();

  private want(voice: number, kitSound: KitSound): void {
    const inKit = kitSound.sound.from === "factory" ? (kitSound.sound.kit ?? kitSound.kit) : null;
    if (inKit === "" || inKit === SPACE_KIT) return; // not chosen, or not drawn yet
    const key = keyOf(kitSound);
    if (key === this.wanted[voice]) return;
    this.wanted[voice] = key;
    this.store.sounds.coming.value = new Set(this.store.sounds.coming.peek()).add(voice);
    this.asking[voice]!.send(kitSound);
  }

  private publish(voice: number, kitSound: KitSound): void {
    this.answered.add(voice);
    if (this.answered.size === VOICE_COUNT) this.store.kitBuffers.value = [...this.buffers];
    if (keyOf(kitSound) !== this.wanted[voice]) return;
    const coming = new Set(this.store.sounds.coming.peek());
    coming.delete(voice);
    this.store.sounds.coming.value = coming;
  }

  private async make(voice: number, { sound, kit }: KitSound): Promise<Decoded> {
    const { buffer, heard } = await this.decoded(voice, sound, kit);
    return { buffer: buffer && playedBuffer(buffer, sound), heard };
  }

  private decoded(voice: number, sound: VoiceSound, kit: string): Promise<Decoded> {
    const key = `${voice} ${soundKey(sound, kit)}`;
    const known = this.cached.get(key);
    this.cached.delete(key); // and added again as the latest
    const found = known ?? this.fetch(voice, sound, kit);
    this.cached.set(key, found);
    if (this.cached.size > MOST_CACHED) this.cached.delete(this.cached.keys().next().value!);
    if (!known) found.catch(() => this.cached.delete(key)); // the next try asks again
    return found;
  }

  private async fetch(voice: number, sound: VoiceSound, kit: string): Promise<Decoded> {
    const request = requestOf(sound);
    if (request) {
      const { wav, heard } = await fetchSound(voice, request);
      return { buffer: await decode(wav), heard };
    }
    if (sound.from === "file" && sound.file)
      return { buffer: await decode(await fetchFile(sound.file, voice)), heard: this.heardInFiles.get(sound.file) ?? null };
    return { buffer: (await this.kits.load(sound.kit ?? kit))[voice] ?? null, heard: null };
  }
}
