import { describe, expect, it } from "vitest";
import type { LoopSource } from "../net/loops";
import type { LoopFile } from "../rules/protocol";
import { Loops } from "./loops";
import { Store } from "./store";

const found = (tempo_bpm: number): LoopFile => ({
  loop: "ab".repeat(32),
  seconds: 4,
  grid: { tempo_bpm, meter: [4, 4], first_beat_s: 0 },
  other_grids: [],
  strokes: [[0, 0, 1, 1]],
  strokes_sure: 1,
  grid_sure: 1,
  material: { name: "break.wav", tempo_bpm, bars: [{ bar: 0, pattern: { meter: [4, 4], strokes: [[0, 0, 1, 0]] }, point: [0, 0] }], said: [] },
  bars: [{ kind: "given", pattern: { meter: [4, 4], strokes: [[0, 0, 1, 0]] }, source: "break.wav", point: [0, 0] }],
  cuts: [],
});
const source = (answers: Partial<LoopSource>): LoopSource => ({ take: async () => found(120), correct: async (_, { tempo_bpm }) => found(tempo_bpm!), ...answers });
const file = new File(["x"], "break.wav");

describe("loops of a player", () => {
  it("are read, corrected, played and put away", async () => {
    const store = new Store();
    const loops = new Loops(store, source({}));
    const { material } = store;
    await loops.take([file]);
    await loops.correct(material.loops.value[0]!, { name: "break.wav", tempo_bpm: 60, meter: null, first_beat_s: null, strokes: null });
    expect(material.loops.value.map(({ grid }) => grid.tempo_bpm)).toEqual([60]);
    expect(loops.play(material.loops.value[0]!)).toBe(true);
    expect(store.project.value.scene.bars).toEqual(found(60).bars);
    expect(material.reading.value).toBeNull();
    loops.putAway(material.loops.value[0]!);
    expect(material.loops.value).toEqual([]);
  });

  it("that are none say why, and a refused correction changes nothing", async () => {
    const store = new Store();
    const refuse = async (): Promise<LoopFile> => Promise.reject(new Error("break.wav: silence, no strokes"));
    await new Loops(store, source({ take: refuse })).take([file]);
    expect(store.material.reports.value[0]).toMatchObject({ name: "break.wav", taken: false, said: ["Not read as a loop: silence, no strokes."] });
    const loops = new Loops(store, source({ correct: refuse }));
    await loops.take([file]);
    await loops.correct(store.material.loops.value[0]!, { name: "break.wav", tempo_bpm: 1, meter: null, first_beat_s: null, strokes: null });
    expect(store.material.loops.value[0]!.grid.tempo_bpm).toBe(120);
    expect(store.material.reports.value[0]!.taken).toBe(false);
  });
});
