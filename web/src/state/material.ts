/** What a player can do with MIDI files of their own: take them, play a bar of them, travel through them, remove them. */

import { withClick } from "../rules/clickHistory";
import { filePlace, pathThrough, starName, starPlace, whyNotRead, withMaterial, withoutMaterial } from "../rules/material";
import type { MaterialFile } from "../rules/project";
import { placeAt, withTempo } from "../rules/scene";
import { clamp, MAX_TEMPO_BPM, MIN_TEMPO_BPM } from "../rules/units";
import type { MaterialSource } from "../net/material";
import type { Actions } from "./actions";
import { ServerWatch } from "./serverWatch";
import type { Store } from "./store";

const FILES = "your files";

export class Material {
  constructor(
    private readonly store: Store,
    private readonly actions: Actions,
    private readonly source: MaterialSource,
    private readonly server = new ServerWatch(store),
  ) {}

  private file(index: number): MaterialFile | undefined {
    return this.store.project.value.material[index];
  }

  /** Read MIDI files, one after the other. Each says what was taken and what was not; while the server is away, they wait. */
  async take(files: readonly File[]): Promise<void> {
    const { material } = this.store;
    for (const file of files) {
      const why = whyNotRead(file);
      if (why) material.report(file.name, false, why);
      else await this.read(file);
    }
    material.reading.value = null;
  }

  /** Files that the server did not answer for. */
  async again(): Promise<void> {
    const { waiting } = this.store.material;
    const files = waiting.value;
    waiting.value = [];
    await this.take(files);
    if (waiting.value.length === 0) this.server.answered(FILES);
  }

  private async read(file: File): Promise<void> {
    const { store } = this;
    const { material } = store;
    material.reading.value = file.name;
    material.forget(file.name);
    material.files.set(file.name, file);
    try {
      const read = await this.source.read(file);
      const project = withMaterial(store.project.value, read);
      if (typeof project === "string") return material.report(file.name, false, project);
      store.settle();
      store.change(`take ${read.name}`, project);
      store.settle();
      store.spoken.value = `${read.name}: ${read.bars.length} ${read.bars.length === 1 ? "star" : "stars"} on the map.`;
    } catch (error) {
      if (this.server.waits(FILES, error, () => void this.again())) material.waiting.value = [...material.waiting.value, file];
      else material.report(file.name, false, `Not taken: ${(error instanceof Error ? error.message : String(error)).replace(`${file.name}: `, "")}.`);
    }
  }

  /** Play one bar of a file at its place: as it is, or the map's bar there. */
  play(index: number, bar: number): void {
    const file = this.file(index);
    if (!file?.bars[bar]) return;
    const { scene, material } = this.store;
    const { settings } = scene.value;
    const { point, pattern } = file.bars[bar];
    const place = material.theMaps.value ? placeAt(point, { ...settings, meter: pattern.meter }, 1) : starPlace(scene.value, file, bar);
    this.actions.leaveFor(`${file.name}, ${starName(file, bar)}`, place);
    this.store.clicks.value = withClick(this.store.clicks.value, this.store.scene.value);
  }

  /** Play all its bars, one after the other. */
  playAll(index: number): void {
    const file = this.file(index);
    if (file) this.actions.leaveFor(`play ${file.name}`, filePlace(this.store.scene.value, file));
  }

  /** Travel from star to star: the map's bars on the way. */
  travel(index: number): void {
    const file = this.file(index);
    const path = file && pathThrough(file);
    if (!file || !path) return;
    const { store } = this;
    store.playsSong.value = false;
    const { scene } = store;
    this.actions.replaceProject(`travel through ${file.name}`, { ...store.project.value, scene: { ...scene.value, settings: { ...scene.value.settings, meter: file.bars[0]!.pattern.meter }, path } });
    store.spoken.value = `travelling through ${file.name}, ${path.bars} bars`;
  }

  takeTempo(index: number): void {
    const bpm = this.file(index)?.tempo_bpm;
    if (bpm) this.store.changeScene("tempo of the file", withTempo(this.store.scene.value, clamp(bpm, MIN_TEMPO_BPM, MAX_TEMPO_BPM)));
    this.store.settle();
  }

  /** Off the map; what plays of it goes on, and undo brings it back. */
  remove(index: number): void {
    const file = this.file(index);
    if (!file) return;
    this.store.settle();
    this.store.change(`remove ${file.name}`, withoutMaterial(this.store.project.value, index));
    this.store.settle();
    this.store.spoken.value = `${file.name} is off the map; undo brings it back.`;
  }
}
