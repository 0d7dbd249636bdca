/**
 * A performance as a MIDI file: the twin of `clave/play/formats/midi_file.py` and `clave/files/midi/writing.py`. A golden
 * fixture holds the files of both equal, byte by byte.
 */

import type { Performance, Strike } from "../rules/arrange";
import type { Project } from "../rules/project";
import type { VoiceInfo } from "../rules/protocol";
import type { TempoCurve } from "../rules/tempo";
import { type Meter, STEPS_PER_QUARTER, STEPS_PER_SIXTEENTH, stepsPerBar, velocityToMidi } from "../rules/units";
import { roundedToEven } from "./rounding";

const TICKS_PER_QUARTER = 480;
const TICKS_PER_STEP = TICKS_PER_QUARTER / STEPS_PER_QUARTER;
const SHORTEST_TICKS = TICKS_PER_STEP / 2; // some samplers ignore notes without a duration
const HALF_TICK = 0.5 + 1e-6; // so that a position at half a tick goes up here and in Python, whatever its last digits
const DRUM_CHANNEL = 9; // counted from 0
const CLOCKS_PER_CLICK = 24;
const THIRTY_SECONDS_PER_QUARTER = 8;

type Bytes = readonly number[];
type TimedBytes = readonly [tick: number, bytes: Bytes];

const tickOf = (steps: number): number => Math.floor(steps * TICKS_PER_STEP + HALF_TICK);

/** The MIDI file of a performance; an Error for a meter that MIDI cannot write. */
export function midiFile(performance: Performance, project: Project, voices: readonly VoiceInfo[]): Uint8Array<ArrayBuffer> {
  const end = tickOf(performance.tempo.steps);
  const changes = [...tempoMarks(performance.tempo), ...meterMarks(performance), ...sceneMarks(project, performance)].sort((one, other) => one[0] - other[0]);
  const tracks = [track("Clave", changes, end)];
  voices.forEach(({ name, note }, voice) => {
    const events = noteEvents(performance.strikes.filter((strike) => strike.voice === voice), note);
    if (events.length > 0) tracks.push(track(name, events, end));
  });
  const header = chunk("MThd", [0, 1, ...word(tracks.length), ...word(TICKS_PER_QUARTER)]);
  return Uint8Array.from([header, ...tracks].flat());
}

/** The tempo map as changes at ticks; a ramp is a change every 16th, each so fast that it arrives in time. */
function tempoMarks(curve: TempoCurve): TimedBytes[] {
  const marks: [number, number][] = [];
  let start = 0;
  for (const { steps, startBpm, endBpm } of curve.bars) {
    const edges = [start];
    if (startBpm !== endBpm) for (let edge = start + STEPS_PER_SIXTEENTH; edge < start + steps; edge += STEPS_PER_SIXTEENTH) edges.push(edge);
    edges.forEach((here, place) => {
      const there = edges[place + 1] ?? start + steps;
      const quarters = ((there - here) * TICKS_PER_STEP) / TICKS_PER_QUARTER;
      const bpm = startBpm === endBpm ? startBpm : (60 * quarters) / (curve.secondsAt(there) - curve.secondsAt(here));
      if (marks.at(-1)?.[1] !== bpm) marks.push([tickOf(here), bpm]);
    });
    start += steps;
  }
  return marks.map(([tick, bpm]) => {
    const microseconds = roundedToEven(6e7 / bpm);
    return [tick, meta(0x51, [(microseconds >> 16) & 255, (microseconds >> 8) & 255, microseconds & 255])];
  });
}

function meterMarks({ bars }: Performance): TimedBytes[] {
  const marks: TimedBytes[] = [];
  let start = 0;
  bars.forEach(({ meter }, bar) => {
    if (bar === 0 || String(bars[bar - 1]!.meter) !== String(meter)) marks.push([tickOf(start), meterBytes(meter)]);
    start += stepsPerBar(meter);
  });
  return marks;
}

function meterBytes([beats, unit]: Meter): Bytes {
  if (beats > 255 || unit & (unit - 1)) throw new Error(`MIDI writes meters of up to 255 beats over a power of 2, got ${beats}/${unit}`);
  return meta(0x58, [beats, Math.log2(unit), CLOCKS_PER_CLICK, THIRTY_SECONDS_PER_QUARTER]);
}

/** A marker where each scene of the song begins. */
function sceneMarks({ song, scenes }: Project, { bars }: Performance): TimedBytes[] {
  const starts = [0];
  for (const { meter } of bars) starts.push(starts.at(-1)! + stepsPerBar(meter));
  const marks: TimedBytes[] = [];
  for (let bar = 0, part = 0; song.length > 0 && bar < bars.length; part++) {
    const { scene, bars: length } = song[part % song.length]!;
    marks.push([tickOf(starts[bar]!), meta(0x06, latin(scenes[scene]?.name || `scene ${scene + 1}`))]);
    bar += length;
  }
  return marks;
}

/** Note-on and note-off of a voice in time order, without overlap; of two on one tick the first ends first. */
function noteEvents(strikes: readonly Strike[], note: number): TimedBytes[] {
  const notes = strikes.map(({ position, end, velocity }) => {
    const at = tickOf(position);
    return { at: Math.max(at, 0), end: Math.max(tickOf(end), at + SHORTEST_TICKS), velocity: Math.fround(velocity) };
  });
  notes.sort((one, other) => one.at - other.at);
  return notes.flatMap(({ at, end, velocity }, place): TimedBytes[] => {
    const off = Math.min(Math.max(end, at), notes[place + 1]?.at ?? Infinity);
    return [
      [at, [0x90 | DRUM_CHANNEL, note, velocityToMidi(velocity)]],
      [off, [0x80 | DRUM_CHANNEL, note, 0]],
    ];
  });
}

/** A track of events in time order, which ends with the last bar or the last event. */
function track(name: string, events: readonly TimedBytes[], end: number): Bytes {
  const bytes = [0, ...meta(0x03, latin(name))];
  let now = 0;
  let status = 0;
  for (const [tick, message] of events) {
    const [first, ...rest] = message as [number, ...number[]];
    bytes.push(...variable(tick - now), ...(first === status ? rest : message)); // a status that repeats is left out
    status = first < 0xf0 ? first : 0;
    now = tick;
  }
  bytes.push(...variable(Math.max(0, end - now)), ...meta(0x2f, []));
  return chunk("MTrk", bytes);
}

const meta = (kind: number, data: Bytes): Bytes => [0xff, kind, ...variable(data.length), ...data];

/** Letters that MIDI files have (Latin-1); others become question marks. */
const latin = (text: string): Bytes => Array.from(text, (letter) => (letter.codePointAt(0)! < 256 ? letter.codePointAt(0)! : 63));

const word = (value: number): Bytes => [value >> 8, value & 255];

const chunk = (name: string, data: Bytes): Bytes => [...latin(name), ...word(Math.floor(data.length / 65536)), ...word(data.length % 65536), ...data];

/** A number in groups of seven bits, all but the last marked. */
function variable(value: number): Bytes {
  const bytes = [value & 127];
  for (let rest = value >> 7; rest > 0; rest >>= 7) bytes.unshift((rest & 127) | 128);
  return bytes;
}
