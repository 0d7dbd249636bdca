/** Scenes and the song: kept, launched at the next step, beat or bar, morphed to, put in order. */

import { batch, effect, untracked } from "@preact/signals";
import { SPACE_KIT } from "../rules/kitNames";
import { naturalBars } from "../rules/plan";
import type { Project, Scene, SongPart } from "../rules/project";
import { withSlot } from "../rules/scene";
import {
  emptySlot,
  firstBarOf,
  MAX_PARTS,
  MAX_SCENES,
  morphing,
  sceneName,
  withKitHere,
  withPart,
  withPartAdded,
  withPartMoved,
  withPartRemoved,
  withSceneRenamed,
} from "../rules/song";
import type { Launch } from "./launch";
import type { Store } from "./store";

const LONGEST_LEAD = 512; // bars of a scene before its morph; after more, it is counted by whole rounds

export class SceneActions {
  private launches = 0;

  constructor(private readonly store: Store) {
    effect(() => this.follow());
  }

  private get project(): Project {
    return this.store.project.value;
  }

  private nameOf(slot: number): string {
    return sceneName(this.project.scenes[slot], slot);
  }

  private change(label: string, project: Project): void {
    const { store } = this;
    store.settle();
    store.change(label, project);
    store.settle();
  }

  // ---- scenes

  /** Keeps everything that sounds as a scene; of a song, the scene that is heard. */
  keep(slot: number): void {
    const { store, project } = this;
    const heard = store.address.value.scene;
    const scene = (heard === null ? null : project.scenes[heard]) ?? project.scene;
    const name = project.scenes[slot]?.name ?? "";
    this.change(`keep as ${name || `scene ${slot + 1}`}`, withSlot(project, slot, { ...scene, name }));
    if (heard === null) store.slot.value = slot;
    store.notify(`Kept as ${this.nameOf(slot)}.`);
  }

  /** Plays a scene from its beginning, once its step, beat or bar has come; while nothing plays, at once. */
  launch(slot: number): void {
    const scene = this.sceneHere(slot);
    if (scene && this.isElsewhere(`/clave/scene/${slot + 1}/launch`)) return;
    if (!scene) return this.store.notify(`Scene ${slot + 1} is empty: Shift+${slot + 1} keeps what you hear.`);
    this.store.spoken.value = this.store.playing.value ? `${this.nameOf(slot)} is next` : this.nameOf(slot);
    this.wait({ slot, morph: null, played: { ...this.project, scene, song: [] } }, 0);
  }

  /** From the next bar on, the present scene goes over to another one in so many bars, and then is that one. */
  morphTo(slot: number, bars: number): void {
    const { store, project } = this;
    if (!this.sceneHere(slot) || this.isElsewhere(`/clave/scene/${slot + 1}/morph`, bars)) return;
    if (!store.playing.value) return this.launch(slot);
    const index = store.address.value.scene === null ? (store.heard.value?.index ?? -1) + 1 : 0;
    const first = index > LONGEST_LEAD ? index % naturalBars({ ...project, song: [] }) : index;
    const morph = { slot, first, bars };
    store.spoken.value = `morphs to ${this.nameOf(slot)} over ${bars} bars`;
    this.wait({ slot, morph, played: morphing(project, morph) }, first, "bar");
  }

  rename(slot: number, name: string): void {
    if (this.project.scenes[slot]?.name !== name.trim()) this.change("rename scene", withSceneRenamed(this.project, slot, name));
  }

  /** Empties the place of a scene: the song goes on without it. */
  clear(slot: number): void {
    const { store } = this;
    this.change(`clear ${this.nameOf(slot)}`, withSlot(this.project, slot, null));
    if (store.slot.value === slot) store.slot.value = null;
    if (store.launch.value?.slot === slot) store.launch.value = null;
    if (store.morph.value?.slot === slot) store.morph.value = null;
    if (this.project.song.length === 0) store.playsSong.value = false;
  }

  duplicate(slot: number): void {
    const scene = this.project.scenes[slot];
    const free = emptySlot(this.project);
    if (!scene) return;
    if (free === null) return this.store.notify(`A project holds ${MAX_SCENES} scenes.`);
    this.change(`duplicate ${this.nameOf(slot)}`, withSlot(this.project, free, { ...scene, name: scene.name && `${scene.name} 2` }));
    this.store.notify(`${this.nameOf(free)} is a copy of ${this.nameOf(slot)}.`);
  }

  // ---- launches

  /** Does another page play? Then it is done there. */
  private isElsewhere(address: string, ...given: readonly number[]): boolean {
    const other = this.store.elsewhere.peek();
    other?.does(address, ...given);
    return other !== null;
  }

  private wait(launch: Omit<Launch, "entry">, bar: number, quantum = this.project.quantum): void {
    const { store } = this;
    batch(() => {
      store.launch.value = { ...launch, entry: { id: ++this.launches, bar, quantum } };
    });
  }

  /** What was launched becomes what the project plays: as soon as it is heard, or at once where nothing plays. A morph that has arrived is its scene. */
  private follow(): void {
    const { launch, heard, morph, playing } = this.store;
    const [waits, here, way] = [launch.value, heard.value, morph.value];
    if (waits && (!playing.value || here?.entered?.id === waits.entry.id)) untracked(() => this.begin(waits));
    else if (way && !playing.value) untracked(() => this.arrive(way.slot, null));
    else if (way && here && here.bars.travels && here.index >= way.first + way.bars) untracked(() => this.arrive(way.slot, here.since + way.first + way.bars));
  }

  private begin({ slot, morph, entry }: Launch): void {
    const { store } = this;
    batch(() => {
      store.launch.value = null;
      store.entry.value = entry;
      store.atOnce.value = false;
      store.morph.value = morph;
      store.playsSong.value = slot === null;
      if (slot !== null && morph === null) this.be(slot);
    });
  }

  /** The scene that a morph went to; `origin` is the turn in which it began, null where nothing plays. */
  private arrive(slot: number, origin: number | null): void {
    const { store } = this;
    batch(() => {
      store.morph.value = null;
      store.entry.value = origin === null ? null : { id: ++this.launches, bar: 0, quantum: "step", origin };
      this.be(slot);
    });
  }

  private be(slot: number): void {
    const scene = this.sceneHere(slot);
    if (!scene) return;
    this.change(this.nameOf(slot), { ...this.project, scene });
    this.store.slot.value = slot;
  }

  /** The scene with a kit that is here; null: there is no scene. */
  private sceneHere(slot: number): Scene | null {
    const scene = this.project.scenes[slot] ?? null;
    const { kits } = this.store;
    const first = kits.value.find(({ name }) => name !== SPACE_KIT) ?? kits.value[0];
    return scene && first ? withKitHere(scene, new Set(kits.value.map(({ name }) => name)), first.name) : scene;
  }

  // ---- the song

  /** Plays the song from one of its parts on, once the bar has come. */
  playSong(place = 0): void {
    if (this.project.song.length === 0) return this.store.notify("The song has no parts yet: drag a scene onto it, or use “Add to the song” in its menu.");
    if (this.isElsewhere("/clave/song/play", place + 1)) return;
    this.wait({ slot: null, morph: null, played: this.project }, firstBarOf(this.project, place));
    this.store.spoken.value = place === 0 ? "song" : `song from part ${place + 1}`;
  }

  leaveSong(): void {
    if (this.isElsewhere("/clave/song/leave")) return;
    this.store.playsSong.value = false;
    this.store.spoken.value = "song left";
  }

  /** Puts a scene into the song, before the part at `place` or at its end. */
  addPart(slot: number, place?: number): void {
    if (!this.project.scenes[slot]) return;
    if (this.project.song.length >= MAX_PARTS) return this.store.notify(`A song has ${MAX_PARTS} parts at most.`);
    this.change(`${this.nameOf(slot)} into the song`, withPartAdded(this.project, slot, place));
    this.store.spoken.value = `${this.nameOf(slot)} is part ${(place ?? this.project.song.length - 1) + 1} of the song`;
  }

  /** The scene comes when what is in the song is over; the song plays from the scene that sounds now. */
  playThen(slot: number): void {
    const { store } = this;
    const now = store.slotHeard.value;
    if (this.project.song.length === 0 && now !== null && now !== slot) this.addPart(now);
    this.addPart(slot);
    if (store.playing.value && !store.playsSong.value) this.playSong(Math.max(0, this.project.song.length - 2));
  }

  changePart(place: number, changes: Partial<SongPart>): void {
    this.store.change(`part ${place + 1}`, withPart(this.project, place, changes));
  }

  movePart(from: number, to: number): void {
    this.change("order of the song", withPartMoved(this.project, from, to));
  }

  removePart(place: number): void {
    this.change(`part ${place + 1} out of the song`, withPartRemoved(this.project, place));
    if (this.project.song.length === 0) this.store.playsSong.value = false;
  }

  clearSong(): void {
    this.change("clear the song", { ...this.project, song: [] });
    this.store.playsSong.value = false;
  }
}
