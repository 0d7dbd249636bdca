import { describe, expect, it } from "vitest";
import { atTempoTimes, barLines, onGrid, seemsLoop, shareOf, withBeatMoved, withLoop, withStroke, withVoice } from "./loops";
import { NEW_PROJECT } from "./project";
import type { LoopFile } from "./protocol";
import { DEFAULT_SOUND } from "./voiceSound";

const pattern = { meter: [4, 4] as const, strokes: [[0, 0, 0.9, 0.1] as const] };
const bar = { kind: "given" as const, pattern, source: "break.wav", point: [0.5, -1] as const };

const loop: LoopFile = {
  loop: "ab".repeat(32),
  seconds: 4.2,
  grid: { tempo_bpm: 120, meter: [4, 4], first_beat_s: 0.2 },
  other_grids: [{ tempo_bpm: 60, meter: [4, 4], first_beat_s: 0.2 }],
  strokes: [
    [0.2, 0, 0.9, 0.95],
    [0.7, 1, 0.8, 0.6],
    [1.2, 1, 0.7, 0.6],
  ],
  strokes_sure: 0.8,
  grid_sure: 0.7,
  material: { name: "break.wav", tempo_bpm: 120, bars: [{ bar: 0, pattern, point: [0.5, -1] }], said: ["2 bars and 3 strokes heard."] },
  bars: [bar, bar],
  cuts: [{ voice: 1, sound: { ...DEFAULT_SOUND, from: "file", kit: null, file: "cd".repeat(32), file_name: "snare.wav" }, start_s: 0.7, end_s: 1.1, alone: true }],
};

describe("drum loops", () => {
  it.each([
    ["Amen break.wav", null, true],
    ["funk_92bpm.wav", 5.2, true],
    ["break.wav", 0.3, false], // too short for one
    ["kick.wav", 0.4, false],
    ["kick.wav", null, false],
    ["take 3.mp3", 8, true],
    ["crash.wav", 2.4, false], // a cymbal rings
  ])("%s of %s s: a loop? %s", (name, seconds, is) => expect(seemsLoop(name, seconds)).toBe(is));

  it("corrects tempo, bar line and grid, and says again what holds", () => {
    expect(atTempoTimes(loop, 0.5)).toEqual({ name: "break.wav", tempo_bpm: 60, meter: [4, 4], first_beat_s: 0.2, strokes: null });
    expect(atTempoTimes(loop, 2)).toBeNull(); // 240 bpm
    expect(withBeatMoved(loop, 1).first_beat_s).toBeCloseTo(0.325);
    expect(withBeatMoved(loop, -2).first_beat_s).toBeCloseTo(1.95); // a bar later than before the file
    expect(withBeatMoved(loop, 15).first_beat_s).toBeCloseTo(0.075);
    expect(onGrid(loop, loop.other_grids[0]!)).toMatchObject({ tempo_bpm: 60, strokes: null });
  });

  it("corrects one stroke, or all of a voice", () => {
    expect(withStroke(loop, 1, 6).strokes).toEqual([loop.strokes[0], [0.7, 6, 0.8, 1], loop.strokes[2]]);
    expect(withStroke(loop, 1, null).strokes).toEqual([loop.strokes[0], loop.strokes[2]]);
    expect(withVoice(loop, 1, 6).strokes!.map(([, voice]) => voice)).toEqual([0, 6, 6]);
    expect(withVoice(loop, 1, null).strokes).toEqual([loop.strokes[0]]);
  });

  it("has its bar lines within the file", () => {
    expect(barLines(loop)).toEqual([0.2, 2.2]);
    expect(shareOf(loop, 2.1)).toBe(0.5);
    expect(shareOf(loop, 9)).toBe(1);
  });

  it("plays its bars in order on its sounds, at its tempo, and keeps locked sounds", () => {
    const played = withLoop(NEW_PROJECT, loop);
    if (typeof played === "string") throw new Error(played);
    expect(played.scene.bars).toEqual([bar, bar]);
    expect(played.scene.tempo[0]!.tempo_bpm).toBe(120);
    expect(played.scene.kit.voices[1]).toMatchObject({ from: "file", file_name: "snare.wav" });
    expect(played.scene.kit.voices[0]).toEqual(NEW_PROJECT.scene.kit.voices[0]);
    expect(played.material.map(({ name }) => name)).toEqual(["break.wav"]);
    const locked = { ...NEW_PROJECT, scene: { ...NEW_PROJECT.scene, kit: { ...NEW_PROJECT.scene.kit, voices: NEW_PROJECT.scene.kit.voices.map((voice) => ({ ...voice, locked: true })) } } };
    const kept = withLoop(locked, loop);
    expect(typeof kept === "string" ? kept : kept.scene.kit.voices[1]!.from).toBe("factory");
  });
});
