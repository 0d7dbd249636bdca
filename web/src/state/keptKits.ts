/** What a player can do with kits of their own: keep, load, rename, delete and bring back. The pattern is not touched. */

import { kitVoices, withKit, withSounds } from "../rules/kitChanges";
import { keptKitName } from "../rules/kitNames";
import type { Scene } from "../rules/project";
import type { KeptInfo, KitVoice } from "../rules/protocol";
import { isUndrawn } from "../rules/voiceSound";
import { type KitLibrary, serverKitLibrary } from "../net/kitLibrary";
import type { SoundSource } from "../net/sources";
import type { Kits } from "../audio/kits";
import { encodeWav } from "../audio/wavFile";
import type { Store } from "./store";

/** The kit under its new name. Locked voices keep their sound unless `lockedToo`, and stay locked in any case. */
function withKeptKit(scene: Scene, voices: readonly KitVoice[], name: string, lockedToo: boolean): Scene {
  const { voices: before } = scene.kit;
  const open = lockedToo ? withSounds(scene, before.map((sound) => ({ ...sound, locked: false }))) : scene; // prettier-ignore
  const loaded = withKit(open, voices, name);
  return withSounds(loaded, loaded.kit.voices.map((sound, voice) => ({ ...sound, locked: before[voice]!.locked }))); // prettier-ignore
}

export class KeptKits {
  constructor(
    private readonly store: Store,
    private readonly kits: Kits,
    private readonly source: SoundSource,
    private readonly library: KitLibrary = serverKitLibrary,
  ) {}

  async refresh(): Promise<void> {
    await this.attempt(async () => void (this.store.kept.kits.value = await this.library.kits()));
  }

  /** Keep the eight sounds as they are now; true if they are. */
  keep(name: string): Promise<boolean> {
    const { store } = this;
    return this.attempt(async () => {
      const { scene } = store;
      const present = scene.value.kit.voices;
      if (present.some(isUndrawn)) throw new Error("Not all eight sounds are there yet.");
      const voices = await this.withFiles(kitVoices(scene.value));
      const id = await this.library.keep(name, voices);
      await this.relist();
      const kept = present.map((sound, voice) => ({ ...voices[voice]!, locked: sound.locked }));
      if (scene.value.kit.voices === present) store.amendScene({ ...scene.value, kit: { ...scene.value.kit, name: keptKitName(id), voices: kept } }); // sounds the same
      const versions = this.find(id)?.versions ?? 1;
      store.notify(versions > 1 ? `Kept as version ${versions} of ${name}.` : `Kept as ${name}.`);
    });
  }

  /** Play a kept kit, as it is or as it was: one step of undo. */
  load(id: number, { version, lockedToo = false }: { readonly version?: number; readonly lockedToo?: boolean } = {}): Promise<boolean> {
    const { store } = this;
    return this.attempt(async () => {
      const kit = await this.library.kit(id, version);
      store.changeScene(`kit ${kit.name}`, withKeptKit(store.scene.value, kit.voices, keptKitName(id), lockedToo));
      store.settle();
      const which = version === undefined ? kit.name : `${kit.name}, version ${version}`;
      const locked = store.scene.value.kit.voices.filter((sound) => sound.locked).length;
      store.notify(locked > 0 && !lockedToo ? `${which} is loaded; ${locked === 1 ? "1 held voice keeps its" : `${locked} held voices keep their`} sound.` : `${which} is loaded.`);
    });
  }

  rename(id: number, name: string): Promise<boolean> {
    return this.attempt(async () => {
      await this.library.rename(id, name);
      await this.relist();
    });
  }

  /** Out of the list; `restore` is its undo. The sounds that play are kept. */
  remove(kit: KeptInfo): Promise<boolean> {
    const { kept } = this.store;
    return this.attempt(async () => {
      await this.library.remove(kit.id);
      await this.relist();
      kept.removed.value = [kit, ...kept.removed.value];
      this.store.spoken.value = `${kit.name} is deleted.`;
    });
  }

  restore(kit: KeptInfo): Promise<boolean> {
    const { kept } = this.store;
    return this.attempt(async () => {
      await this.library.restore(kit.id);
      await this.relist();
      kept.removed.value = kept.removed.value.filter(({ id }) => id !== kit.id);
      this.store.spoken.value = `${kit.name} is back.`;
    });
  }

  /** Show a kit's versions, or no longer. */
  async unfold(id: number | null): Promise<void> {
    const { kept } = this.store;
    if (id === null) return void (kept.unfolded.value = null);
    await this.attempt(async () => void (kept.unfolded.value = { id, versions: await this.library.history(id) }));
  }

  private find(id: number): KeptInfo | undefined {
    return this.store.kept.kits.value?.find((kit) => kit.id === id);
  }

  private async relist(): Promise<void> {
    const { kept } = this.store;
    kept.kits.value = await this.library.kits();
    if (kept.unfolded.value) await this.unfold(this.find(kept.unfolded.value.id) ? kept.unfolded.value.id : null);
  }

  /** A folder's sounds are known to this page only: as files, the server keeps them with the kit. */
  private withFiles(voices: readonly KitVoice[]): Promise<KitVoice[]> {
    const folders = new Set(this.store.folderKits.value.map(({ name }) => name));
    return Promise.all(
      voices.map(async (voice, index) => {
        if (voice.from !== "factory" || !folders.has(voice.kit ?? "")) return voice;
        const sound = (await this.kits.load(voice.kit!))[index];
        if (!sound) throw new Error(`${this.store.voices.value[index]?.name ?? "a voice"} has no sound to keep.`);
        const channels = Array.from({ length: sound.numberOfChannels }, (_, channel) => sound.getChannelData(channel));
        const { point, detail, file } = await this.source.place(index, new Blob([encodeWav(channels, sound.sampleRate)]));
        return { ...voice, from: "file", kit: null, point, detail, file };
      }),
    );
  }

  /** True if it worked; else the error is reported. */
  private async attempt(action: () => Promise<void>): Promise<boolean> {
    try {
      await action();
      return true;
    } catch (error) {
      this.store.reportError(error);
      return false;
    }
  }
}
