/** The sounds of the voices as buffers: decoded ahead, one question a voice at a time, the newest wish first. */

import { effect } from "@preact/signals";
import { fetchFile, fetchSound } from "../net/api";
import { decode, type Kits } from "../audio/kits";
import { Newest } from "../net/latestOnly";
import { type Heard, VOICE_COUNT } from "../rules/protocol";
import { shapeBuffer } from "../audio/playedBuffer";
import { requestOf, soundKey, type VoiceSound } from "../rules/voiceSound";
import { SPACE_KIT } from "../rules/kitNames";
import type { Store } from "./store";

const MOST_REMEMBERED = 96; // decoded sounds, so that undo is heard at once

interface Wish {
  readonly sound: VoiceSound;
  readonly kit: string; // the groove's
}

interface Decoded {
  readonly buffer: AudioBuffer | null;
  readonly heard: Heard | null;
}

const wishKey = ({ sound, kit }: Wish): string => `${soundKey(sound, kit)} ${sound.tune} ${sound.decay} ${sound.gain}`;

export class Sounds {
  private readonly remembered = new Map<string, Promise<Decoded>>();
  private readonly wanted: (string | null)[] = Array.from({ length: VOICE_COUNT }, () => null);
  private readonly answered = new Set<number>(); // voices that have come, or failed to
  private readonly buffers: (AudioBuffer | null)[] = Array.from({ length: VOICE_COUNT }, () => null);
  private readonly asking: readonly Newest<Wish, Decoded>[];

  /** `arrived` is told of every new sound but the first of each voice. */
  constructor(
    private readonly store: Store,
    private readonly kits: Kits,
    arrived: (voice: number) => void = () => {},
  ) {
    this.asking = this.wanted.map(
      (_, voice) =>
        new Newest<Wish, Decoded>(
          (wish) => this.make(voice, wish),
          (wish, { buffer, heard }) => {
            const first = this.buffers[voice] === null;
            this.buffers[voice] = buffer;
            store.sounds.heard.value = Object.assign([...store.sounds.heard.peek()], { [voice]: heard });
            this.publish(voice, wish);
            if (!first) arrived(voice);
          },
          (wish, error) => {
            store.complain(error);
            this.publish(voice, wish);
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

  /** What was heard in a file when it was placed: the server does not say it again. */
  readonly heardInFiles = new Map<string, Heard | null>();

  private want(voice: number, wish: Wish): void {
    const inKit = wish.sound.from === "factory" ? (wish.sound.kit ?? wish.kit) : null;
    if (inKit === "" || inKit === SPACE_KIT) return; // not chosen, or not drawn yet
    const key = wishKey(wish);
    if (key === this.wanted[voice]) return;
    this.wanted[voice] = key;
    this.store.sounds.coming.value = new Set(this.store.sounds.coming.peek()).add(voice);
    this.asking[voice]!.send(wish);
  }

  private publish(voice: number, wish: Wish): void {
    this.answered.add(voice);
    if (this.answered.size === VOICE_COUNT) this.store.kitBuffers.value = [...this.buffers];
    if (wishKey(wish) !== this.wanted[voice]) return;
    const coming = new Set(this.store.sounds.coming.peek());
    coming.delete(voice);
    this.store.sounds.coming.value = coming;
  }

  private async make(voice: number, { sound, kit }: Wish): Promise<Decoded> {
    const { buffer, heard } = await this.decoded(voice, sound, kit);
    return { buffer: buffer && shapeBuffer(buffer, sound), heard };
  }

  private decoded(voice: number, sound: VoiceSound, kit: string): Promise<Decoded> {
    const key = `${voice} ${soundKey(sound, kit)}`;
    const known = this.remembered.get(key);
    this.remembered.delete(key); // and in again as the newest
    const found = known ?? this.fetch(voice, sound, kit);
    this.remembered.set(key, found);
    if (this.remembered.size > MOST_REMEMBERED) this.remembered.delete(this.remembered.keys().next().value!);
    if (!known) found.catch(() => this.remembered.delete(key)); // the next try asks again
    return found;
  }

  private async fetch(voice: number, sound: VoiceSound, kit: string): Promise<Decoded> {
    const asked = requestOf(sound);
    if (asked) {
      const { wav, heard } = await fetchSound(voice, asked);
      return { buffer: await decode(wav), heard };
    }
    if (sound.from === "file" && sound.file)
      return { buffer: await decode(await fetchFile(sound.file, voice)), heard: this.heardInFiles.get(sound.file) ?? null };
    return { buffer: (await this.kits.load(sound.kit ?? kit))[voice] ?? null, heard: null };
  }
}
