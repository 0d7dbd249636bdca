/** What a player can do with sounds: move, adjust, randomise, lock, drop a file. Each is one step of undo. */

import { withClick } from "../rules/clickHistory";
import { kitVoices, voicesOfKit, withKit, withSound, withSounds } from "../rules/kitChanges";
import { SPACE_KIT } from "../rules/kitNames";
import { tooLarge } from "../rules/material";
import { onMap } from "../rules/mapPoint";
import type { Scene } from "../rules/project";
import { type DrawnKit, type KitDraw, type KitVoice, NO_SOUND_SHIFT, type Point, type SoundMap, VOICE_COUNT } from "../rules/protocol";
import { movedPlace, travelling } from "../rules/scene";
import { titled } from "../rules/summary";
import { DEFAULT_SOUND, isUndrawn, movedTo, type VoiceSound } from "../rules/voiceSound";
import { LatestOnly } from "../net/latestOnly";
import type { SoundSource } from "../net/sources";
import { pathOf } from "../audio/kits";
import type { Actions } from "./actions";
import type { Decoding } from "./decoding";
import { randomSeed } from "./randomSeed";
import { ServerWatch } from "./serverWatch";
import type { Sounds } from "./sounds";
import type { Store } from "./store";

export const SIMILAR_SOUNDS = 6;
const KIT = "the kit";
const SIMILAR_VARIATION = 0.3; // at least: two sounds at one place would be one
const SIMILAR_NEAREST = 0.4; // of the radius

const rounded = ([x, y]: Point): Point => onMap([Number(x.toFixed(3)), Number(y.toFixed(3))]); // as the link writes it

/** A drawn voice whose point is as exact as a link says it: whoever follows the link hears the same. */
const asLinked = (voice: KitVoice): KitVoice => (voice.from === "map" && voice.point ? { ...voice, point: rounded(voice.point) } : voice);

/** A point in the disc of this radius, evenly spread; `turn` and `share` in [0, 1). */
export const inDisc = ([x, y]: Point, radius: number, turn: number, share: number): Point => {
  const distance = radius * Math.sqrt(share);
  return rounded([x + distance * Math.cos(2 * Math.PI * turn), y + distance * Math.sin(2 * Math.PI * turn)]);
};

/** Sounds around one: each a sixth of a turn from the next, and none too near to it. */
export function similarSounds(sound: VoiceSound, radius: number, random: () => number): VoiceSound[] {
  const start = random();
  return Array.from({ length: SIMILAR_SOUNDS }, (_, n) => {
    const share = SIMILAR_NEAREST ** 2 + (1 - SIMILAR_NEAREST ** 2) * random();
    const point = inDisc(sound.point ?? [0, 0], radius, start + n / SIMILAR_SOUNDS, share);
    const seed = randomSeed(random);
    return { ...movedTo(sound, point), detail: sound.detail, variation: Math.max(sound.variation, SIMILAR_VARIATION), seed };
  });
}

/** The folder that files come from, or how many they are. */
const folderName = (files: readonly File[]): string => {
  const [folder] = pathOf(files[0]!).split("/");
  return folder && folder !== files[0]!.name ? folder : `${files.length} sound${files.length === 1 ? "" : "s"}`;
};

export class SoundActions {
  private readonly drawing: LatestOnly<KitDraw, DrawnKit>;
  private readonly mapping = new Map<number, Promise<SoundMap>>();

  constructor(
    private readonly store: Store,
    private readonly actions: Actions,
    private readonly sounds: Sounds,
    private readonly source: SoundSource,
    private readonly decoding: Decoding,
    server = new ServerWatch(store),
  ) {
    this.drawing = new LatestOnly(
      ({ seed, kept }) => source.draw(seed, kept),
      (_, { voices }) => {
        server.answered(KIT);
        this.drawn(voices);
      },
      (_, error) => {
        if (server.waits(KIT, error, () => this.drawMissing())) return;
        store.reportError(error);
        this.withoutSpace();
      },
    );
  }

  private get scene(): Scene {
    return this.store.scene.value;
  }

  private get voices(): readonly KitVoice[] {
    return this.scene.kit.voices;
  }

  private name(voice: number): string {
    return this.store.voices.value[voice]?.name ?? `voice ${voice + 1}`;
  }

  /** May this voice be changed? If not, the player is told why. */
  private free(voice: number): boolean {
    if (!this.voices[voice]!.locked) return true;
    this.store.notify(`The sound of ${this.name(voice)} is held.`);
    return false;
  }

  // ---- one voice

  /** To a point of its map; a drag is one step of undo. */
  move(voice: number, point: Point): void {
    if (this.free(voice)) this.put(voice, "sound", movedTo(this.voices[voice]!, rounded(point)));
  }

  adjust(voice: number, label: string, changes: Partial<Pick<VoiceSound, "shift" | "variation" | "gain" | "tune" | "decay" | "velocity_layers">>): void {
    if (this.free(voice)) this.put(voice, label, changes);
  }

  lock(voice: number, locked: boolean): void {
    this.put(voice, locked ? "hold the sound" : "release the sound", { locked });
    this.store.settle();
  }

  /** Any sound within the radius. */
  randomise(voice: number): void {
    const sound = this.voices[voice]!;
    if (!this.free(voice)) return;
    const point = inDisc(sound.point ?? [0, 0], this.store.sounds.radius.value, Math.random(), Math.random());
    this.put(voice, "random sound", { ...movedTo(sound, point), seed: randomSeed() });
    this.store.settle();
  }

  /** Some sounds that are like this one, to try before one is taken. */
  findSimilar(voice: number): void {
    const { radius, similar } = this.store.sounds;
    similar.value = { voice, sounds: similarSounds(this.voices[voice]!, radius.value, Math.random), tried: null };
  }

  choose(voice: number, sound: VoiceSound): void {
    if (!this.free(voice)) return;
    this.put(voice, "sound", sound);
    this.store.settle();
  }

  /** A file plays as itself; its place shows on the map, and its twin is one switch away. */
  async takeFile(voice: number, file: File): Promise<void> {
    const { material } = this.store;
    if (!this.free(voice)) return material.report(file.name, false, `Not taken: ${this.name(voice)} is locked.`);
    try {
      const sound = await this.placed(voice, file);
      const { gain, tune, decay } = this.voices[voice]!;
      this.put(voice, file.name, { ...sound, gain, tune, decay });
      this.store.settle();
      this.store.notify(`${titled(this.name(voice))} plays ${file.name}.`);
      material.report(file.name, true, `${titled(this.name(voice))} plays it.`);
    } catch (error) {
      this.store.reportError(error);
      material.report(file.name, false, `Not taken: ${error instanceof Error ? error.message : String(error)}.`);
    }
  }

  private async placed(voice: number, file: File): Promise<VoiceSound> {
    const why = tooLarge(file.size, "sound");
    if (why) throw new Error(why);
    const { point, detail, file: digest, heard } = await this.source.place(voice, file);
    this.sounds.heardInFiles.set(digest, heard);
    return { ...DEFAULT_SOUND, from: "file", kit: null, point, detail, file: digest, file_name: file.name };
  }

  /** A folder of sounds: each voice that a file name means takes that file; the others, and locked ones, keep their sound. */
  async takeFolder(files: readonly File[]): Promise<void> {
    const { describeSorted, sortFolder } = await import("../rules/kitFolder"); // needed late, and not small
    const sorted = await sortFolder(files, pathOf, this.store.voices.value).catch((error: unknown) => this.store.reportError(error));
    if (!sorted) return;
    const refused: string[] = [];
    const found = await Promise.all(
      sorted.taken.map(async (path, voice) => {
        const file = files.find((each) => pathOf(each) === path);
        if (!file || this.voices[voice]!.locked) return null;
        return this.placed(voice, file).catch((error: unknown) => {
          refused.push(`${file.name}: ${error instanceof Error ? error.message : String(error)}`);
          return null;
        });
      }),
    );
    const report = [describeSorted(sorted), ...refused].join(" ");
    this.store.material.report(folderName(files), found.some(Boolean), describeSorted(sorted), ...refused);
    if (!found.some(Boolean)) return this.store.reportError(report);
    this.store.changeScene(
      "folder of sounds",
      withSounds(
        this.scene,
        this.voices.map((sound, voice) => (sound.locked ? sound : (found[voice] ?? sound))),
      ),
    );
    this.store.settle();
    this.store.notify(report);
  }

  /** The file itself, or what the space makes of it. */
  twin(voice: number, twin: boolean): void {
    if (!this.free(voice)) return;
    this.put(voice, twin ? "decoded twin" : "the file itself", { twin, ...(twin ? {} : { shift: NO_SOUND_SHIFT }) });
    this.store.settle();
  }

  private put(voice: number, label: string, changes: Partial<VoiceSound>): void {
    this.store.changeScene(`${this.name(voice)}, ${label}`, withSound(this.scene, voice, changes));
  }

  // ---- all eight

  /** Does velocity change how they sound, or their level alone? Held sounds stay as they are. */
  layer(on: boolean): void {
    this.store.changeScene(
      "velocity layers",
      withSounds(
        this.scene,
        this.voices.map((sound) => (sound.locked ? sound : { ...sound, velocity_layers: on })),
      ),
    );
    this.store.settle();
  }

  /** A kit of the instrument or of the player's; the one of the space is drawn by the seed. */
  chooseKit(name: string): void {
    if (!this.store.kits.value.some((kit) => kit.name === name)) return;
    this.store.changeScene("kit", withKit(this.scene, voicesOfKit(name, VOICE_COUNT), name));
    this.store.settle();
    this.store.sounds.similar.value = null;
  }

  /** Voices of the space's kit that are still to be drawn get their sounds: no step of undo. */
  drawMissing(): void {
    if (this.voices.some(isUndrawn)) this.drawing.send({ seed: this.scene.settings.seed, kept: this.keptBut(isUndrawn) });
  }

  private keptBut(goes: (sound: VoiceSound) => boolean): Record<number, KitVoice> {
    const folders = new Set(this.store.folderKits.value.map(({ name }) => name)); // the server does not know them
    const kept = kitVoices(this.scene).map((voice, index) => [index, voice] as const);
    return Object.fromEntries(kept.filter(([index, voice]) => !goes(this.voices[index]!) && !folders.has(voice.kit ?? "")));
  }

  private drawn(voices: readonly KitVoice[]): void {
    const drawn = this.voices.map((sound, voice) => (isUndrawn(sound) ? { ...asLinked(voices[voice]!), locked: sound.locked } : sound));
    this.store.amendScene(withSounds(this.scene, drawn));
  }

  /** The space does not draw: the first built-in kit plays. */
  private withoutSpace(): void {
    const name = this.store.instrument.value?.kits[0]?.name;
    if (!name || this.scene.kit.name !== SPACE_KIT) return;
    const voices = this.voices.map((sound) => (isUndrawn(sound) ? { ...sound, kit: name } : sound));
    this.store.amendScene({ ...this.scene, kit: { ...this.scene.kit, name, voices } });
  }

  /** A whole new loop: a pattern from somewhere on the map, and eight new sounds but for the locked ones. */
  async surprise(): Promise<void> {
    const { corpus } = this.store;
    const { settings } = this.scene;
    const bars = corpus.value?.x.length ?? 0;
    if (bars === 0) return;
    const bar = Math.floor(Math.random() * bars);
    const point = rounded([corpus.value!.x[bar]!, corpus.value!.y[bar]!]);
    const place = movedPlace(this.scene, point, { ...settings, seed: randomSeed() });
    try {
      const [kit] = await Promise.all([this.source.draw(place.settings.seed, this.keptBut(({ locked }) => !locked)), ...place.bars.map((each) => this.decoding.now(each))]);
      this.store.sounds.similar.value = null;
      this.store.playScene();
      const scene = travelling(withKit({ ...this.scene, ...place }, kit.voices.map(asLinked), SPACE_KIT), false);
      this.actions.replaceProject("surprise", { ...this.store.project.value, scene });
      this.store.clicks.value = withClick(this.store.clicks.value, scene);
    } catch (error) {
      this.store.reportError(error);
    }
  }

  // ---- maps

  /** The map of a voice, fetched once. */
  async loadMap(voice: number): Promise<void> {
    const known = this.mapping.get(voice);
    if (known) return;
    const coming = this.source.map(voice);
    this.mapping.set(voice, coming);
    try {
      const map = await coming;
      const { maps } = this.store.sounds;
      maps.value = Object.assign([...maps.peek()], { [voice]: map });
    } catch (error) {
      this.mapping.delete(voice);
      this.store.reportError(error);
    }
  }
}
