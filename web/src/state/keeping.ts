/** "Keep last bars": what was heard becomes a song, or files. Sound is rendered from the strokes, through the same mixer as live. */

import { type HeardBar, heardEvents, withHeard } from "../rules/memory";
import { NEW_PROJECT, type Project } from "../rules/project";
import { firstBarOf } from "../rules/song";
import { zipped } from "../rules/zip";
import { fetchMidi } from "../net/api";
import { renderStrokes, type Timed } from "../audio/mixer";
import { encodeWav } from "../audio/wavFile";
import { save } from "./files";
import type { Memory } from "./memory";
import { producedBy } from "./player";
import type { Sounds } from "./sounds";
import { silentVoice } from "./silentVoice";
import type { Store } from "./store";

const SAMPLE_RATE = 44_100;
const TAIL_SECONDS = 4; // the longest sound of a kit

/** How a file ends: a loop, with what rings over its end at its beginning; or after the last sound has rung out; or at the bar line. */
export type Ending = "loop" | "tail" | "cut";

export class Keeping {
  constructor(
    private readonly store: Store,
    private readonly memory: Memory,
    private readonly sounds: Pick<Sounds, "preview">,
  ) {}

  private last(count: number): HeardBar[] {
    const bars = this.memory.last(count);
    if (bars.length === 0) throw new Error("Nothing was heard yet: a bar can be kept once it has been played.");
    return bars;
  }

  private saidOf(bars: readonly HeardBar[]): string {
    return bars.length === 1 ? "the last bar" : `the last ${bars.length} bars`;
  }

  /** As scenes of their own at the end of the song, in one step of undo. */
  asSong(count: number): void {
    const { store } = this;
    const bars = this.last(count);
    const made = withHeard(store.project.value, bars, this.saidOf(bars));
    if (made === null) throw new Error("There is no room for another scene: clear one first.");
    const place = store.project.value.song.length;
    store.settle();
    store.change(`keep ${this.saidOf(bars)}`, made.project);
    store.settle();
    const merged = made.merged > 0 ? ` ${made.merged} strokes shared a step with another and are one with it.` : "";
    const scenes = made.scenes === 1 ? "as a scene" : `as ${made.scenes} scenes, one for each kit`;
    store.notify(`Kept ${this.saidOf(bars)} ${scenes}, in the song from bar ${firstBarOf(made.project, place) + 1}.${merged}`);
  }

  /** What was heard as a project of its own, which is what a MIDI file is made of. */
  private project(bars: readonly HeardBar[]): Project {
    return withHeard(NEW_PROJECT, bars, this.saidOf(bars))!.project;
  }

  async asMidi(count: number): Promise<void> {
    const bars = this.last(count);
    save(await fetchMidi(this.project(bars)), "last-bars.mid");
    this.store.notify(`last-bars.mid: ${this.saidOf(bars)}, as heard.`);
  }

  async asWav(count: number, ending: Ending): Promise<void> {
    const bars = this.last(count);
    save(new Blob([await this.wav(bars, ending)], { type: "audio/wav" }), "last-bars.wav");
    this.store.notify(`last-bars.wav: ${this.saidOf(bars)}${ending === "loop" ? " as a loop" : ""}, 24 bit.`);
  }

  /** A WAV file for each voice that was heard, in one archive. */
  async asStems(count: number, ending: Ending): Promise<void> {
    const bars = this.last(count);
    const heard = new Set(bars.flatMap(({ strokes }) => strokes.map(({ voice }) => voice)));
    const files = [];
    for (const [voice, { name }] of this.store.voices.value.entries())
      if (heard.has(voice)) files.push({ name: `${name.replaceAll(" ", "-")}.wav`, content: new Uint8Array(await this.wav(bars, ending, voice)) });
    save(new Blob([zipped(files)], { type: "application/zip" }), "last-bars-stems.zip");
    this.store.notify(`last-bars-stems.zip: ${this.saidOf(bars)}, ${files.length} voices.`);
  }

  /** These bars as sound: all voices, or one. */
  async wav(bars: readonly HeardBar[], ending: Ending, only?: number): Promise<ArrayBuffer> {
    const { strokes, seconds } = heardEvents(bars);
    const buffers = new Map<string, AudioBuffer | null>();
    const keyOf = (voice: number, sound: object): string => `${voice} ${JSON.stringify(sound)}`;
    for (const { voice, sound } of strokes) {
      const key = keyOf(voice, sound);
      if (!buffers.has(key)) buffers.set(key, await this.sounds.preview(voice, sound));
    }
    const once = strokes
      .filter(({ voice }) => only === undefined || voice === only)
      .map(({ time, ...stroke }): Timed => ({ ...stroke, seconds: time, otherMix: true }));
    const before = ending === "loop" ? Math.ceil(TAIL_SECONDS / seconds) : 0; // rounds until every tail is there
    const rounds = Array.from({ length: before + 1 }, (_, round) => once.map((stroke) => ({ ...stroke, seconds: stroke.seconds + round * seconds })));
    const { project, voices } = this.store;
    const { scene, volume } = project.value;
    const sound = await renderStrokes(rounds.flat(), (before + 1) * seconds + (ending === "tail" ? TAIL_SECONDS : 0), SAMPLE_RATE, {
      chokeGroups: voices.value.map((voice) => voice.choke_group),
      kit: this.store.kitBuffers.value,
      state: { ...producedBy(this.store.score.value.project), mix: scene.mix, roomLevel: scene.room.level, volume },
      soundOf: (voice, wanted) => buffers.get(keyOf(voice, wanted)) ?? null,
      refused: silentVoice(this.store),
    });
    const first = Math.round(before * seconds * SAMPLE_RATE);
    const frames = Math.round(seconds * SAMPLE_RATE);
    const end = ending === "tail" ? sound.length : first + frames;
    return encodeWav([0, 1].map((channel) => sound.getChannelData(channel).slice(first, end)), SAMPLE_RATE);
  }
}
