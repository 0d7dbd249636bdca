/** Kits: eight sounds as buffers, from the server or from a folder of the player's own. */

import { VOICE_COUNT, type VoiceInfo } from "../rules/protocol";
import type { SoundSource } from "../net/sources";
import type { KitBuffers } from "./mixer";
import { isSoundable } from "./soundable";

const SAMPLE_RATE = 44_100;

/** Decoding needs a context but no permission to sound, so a kit is ready before the first gesture. */
export const decode = (file: ArrayBuffer): Promise<AudioBuffer> => new OfflineAudioContext(1, 1, SAMPLE_RATE).decodeAudioData(file);

/** As the server reads it: one channel. */
function mono(sound: AudioBuffer, asMono: typeof import("../rules/mono").asMono): AudioBuffer {
  if (sound.numberOfChannels < 2) return sound;
  const channels = Array.from({ length: sound.numberOfChannels }, (_, channel) => sound.getChannelData(channel));
  const own = new AudioBuffer({ length: sound.length, sampleRate: sound.sampleRate, numberOfChannels: 1 });
  own.copyToChannel(asMono(channels, sound.sampleRate), 0);
  return own;
}

/** With its folders, where the browser gives them. */
export const pathOf = (file: File): string => file.webkitRelativePath || file.name;

export class Kits {
  private readonly known = new Map<string, Promise<KitBuffers>>();

  constructor(private readonly source: Pick<SoundSource, "clip">) {}

  /** The kit of that name, fetched once. */
  load(name: string): Promise<KitBuffers> {
    const known = this.known.get(name);
    if (known) return known;
    const loading = Promise.all(Array.from({ length: VOICE_COUNT }, async (_, voice) => decode(await this.source.clip(name, voice))));
    this.known.set(name, loading);
    loading.catch(() => this.known.delete(name)); // the next try asks again
    return loading;
  }

  /** A kit from files; voices without a file keep the sound they had. The report says what was taken and what not. */
  async fromFiles(files: readonly File[], before: KitBuffers, voices: readonly VoiceInfo[]): Promise<{ name: string | null; report: string }> {
    const [{ describeSorted, sortFolder }, { asMono }] = await Promise.all([import("../rules/kitFolder"), import("../rules/mono")]); // needed late
    const sorted = await sortFolder(files, pathOf, voices);
    const broken: string[] = [];
    const buffers = await Promise.all(
      sorted.taken.map(async (path, voice) => {
        const file = files.find((each) => pathOf(each) === path);
        if (!file) return before[voice] ?? null;
        try {
          const sound = mono(await decode(await file.arrayBuffer()), asMono);
          if (isSoundable(sound)) return sound;
        } catch {
          // said below
        }
        broken.push(file.name);
        return before[voice] ?? null;
      }),
    );
    const report = describeSorted(sorted) + (broken.length > 0 ? ` Not readable as sound: ${broken.join(", ")}.` : "");
    if (sorted.taken.filter(Boolean).length === broken.length) return { name: null, report: `No voice found. ${report}` };
    const folder = pathOf(files[0]!).split("/")[0] ?? "folder";
    const name = `my ${folder.replace(/\.[^.]*$/, "").slice(0, 20)}`;
    this.known.set(name, Promise.resolve(buffers));
    return { name, report };
  }
}
