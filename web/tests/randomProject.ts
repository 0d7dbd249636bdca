/** Projects drawn at random over what the page can make: the other direction of `tests/random_projects.py`. */

import { chance } from "../src/rules/chance";
import { PARAMETERS } from "../src/rules/parameters";
import {
  type Automation,
  type Bar,
  FACTORY_VOICE,
  type Lane,
  type Modulation,
  NEW_PROJECT,
  NEW_SCENE,
  type Operation,
  type Path,
  PLAIN_LANE,
  PLAIN_SETTINGS,
  type Project,
  type Rounds,
  type Scene,
  type SongPart,
} from "../src/rules/project";
import { type Meter, stepsPerBar } from "../src/rules/units";

const METERS: readonly Meter[] = [[4, 4], [3, 4], [6, 8], [7, 8]]; // prettier-ignore

/** Numbers one after the other, the same for the same seed. */
class Drawing {
  private drawn = 0;

  constructor(private readonly seed: number) {}

  share(): number {
    return chance(this.seed, this.drawn++);
  }
  chosen<T>(list: readonly T[]): T {
    return list[Math.floor(this.share() * list.length)]!;
  }
  whole(low: number, high: number): number {
    return low + Math.floor(this.share() * (high - low + 1));
  }
  /** Of three digits. */
  number(low: number, high: number): number {
    return Math.round((low + this.share() * (high - low)) * 1000) / 1000 + 0;
  }
  list<T>(length: number, draw: (index: number) => T): T[] {
    return Array.from({ length }, (_, index) => draw(index));
  }
}

const pointOf = (draw: Drawing) => [draw.number(-2, 2), draw.number(-2, 2)] as const;

function operationOf(draw: Drawing, meter: Meter): Operation {
  const voice = draw.whole(0, 7);
  if (draw.share() < 0.4) return { kind: "humanise", amount: draw.number(0, 1), style: null, like: null, seed: draw.whole(0, 99) };
  return { kind: "cells", cells: [[voice, draw.whole(0, stepsPerBar(meter) - 1), draw.chosen([0, draw.number(0.1, 1)]), draw.number(-2, 1)]] };
}

function barOf(draw: Drawing, meter: Meter): Bar {
  const base: Bar =
    draw.share() < 0.2
      ? { kind: "given", pattern: { meter, strokes: [[draw.whole(0, 7), draw.whole(0, 40), draw.number(0.1, 1), draw.number(-2, 1)]] }, source: "own.mid", point: draw.share() < 0.5 ? pointOf(draw) : null }
      : { kind: "generated", point: pointOf(draw), settings: { ...PLAIN_SETTINGS, meter, variation: draw.chosen([0, 0.3]), seed: draw.whole(0, 9) }, phrase: null, leg: null, hears: null };
  return draw.share() < 0.4 ? { kind: "edited", base, operations: draw.list(draw.whole(1, 3), () => operationOf(draw, meter)) } : base;
}

const roundsOf = (draw: Drawing): Rounds => ({ cycle: draw.list(draw.whole(1, 5), () => draw.share() < 0.6), first: draw.chosen(["too", "too", "never", "only"]) });

function laneOf(draw: Drawing, meter: Meter): Lane {
  if (draw.share() < 0.5) return PLAIN_LANE;
  const one = <T>(share: number, plain: T, other: () => T): T => (draw.share() < share ? other() : plain);
  return {
    hold: one(0.2, null, () => barOf(draw, meter)),
    density: one(0.4, 1, () => draw.number(0, 1)),
    rounds: one(0.3, PLAIN_LANE.rounds, () => roundsOf(draw)),
    ratchet_rounds: one(0.3, PLAIN_LANE.ratchet_rounds, () => roundsOf(draw)),
    probability: one(0.4, 1, () => draw.number(0, 1)),
    ratchet: one(0.4, 1, () => draw.whole(2, 8)),
    ratchet_probability: draw.number(0, 1),
    accent: one(0.4, 0, () => draw.number(-1, 1)),
    nudge_ms: one(0.4, 0, () => draw.number(-50, 50)),
    swing: one(0.4, null, () => draw.number(0.25, 0.75)),
    loop_steps: one(0.4, null, () => draw.whole(1, 100)),
  };
}

function pathOf(draw: Drawing, meter: Meter): Path {
  const bars = draw.whole(1, 6);
  const stops = draw.list(draw.chosen([0, bars, bars]), () => draw.number(0, 1)).sort((one, other) => one - other);
  return {
    points: draw.list(draw.whole(2, 6), () => pointOf(draw)),
    curve: draw.chosen(["line", "smooth"]),
    smoothing: draw.chosen([0, draw.number(0, 1)]),
    bars,
    way: draw.chosen(["once", "loop", "ping-pong"]),
    between: draw.chosen(["strokes", "strokes", "map"]),
    quantum: draw.chosen(["step", "beat", "bar"]),
    travelling: true,
    edits: draw.share() < 0.3 ? [{ bar: draw.whole(0, 5), operations: [operationOf(draw, meter)], fill: false }] : [],
    stops: draw.share() < 0.5 ? stops : null,
  };
}

function modulationOf(draw: Drawing, parameter: string): Modulation {
  const shape = draw.chosen(["sine", "triangle", "saw", "square", "steps", "random"] as const);
  const values = shape === "steps" ? draw.list(draw.whole(1, 5), () => draw.number(-1, 1)) : [];
  const period = draw.chosen([draw.number(0.1, 6), draw.whole(1, 12)]);
  return { parameter, shape, period, unit: draw.chosen(["bars", "beats"]), phase: draw.number(0, 0.999), depth: draw.number(-1, 1), values, seed: draw.whole(0, 9) };
}

function automationOf(draw: Drawing, parameter: string): Automation {
  const [low, high] = PARAMETERS.get(parameter)!;
  const breakpoints = [{ bar: 0.5, value: low }, { bar: 4, value: high }]; // prettier-ignore
  return { parameter, breakpoints, loop_bars: draw.chosen([null, draw.whole(1, 5)]), quantum: draw.chosen(["step", "beat", "bar"]) };
}

const toneOf = (draw: Drawing) => ({
  filter: draw.chosen(["off", "lowpass", "highpass", "bandpass"] as const),
  cutoff_hz: draw.number(20, 20_000),
  resonance_db: draw.number(-3, 24),
  send: draw.number(0, 1),
});

function sceneOf(draw: Drawing): Scene {
  const meter = draw.chosen(METERS);
  const names = draw.list(draw.chosen([0, 0, 6]), () => draw.chosen([...PARAMETERS.keys()]));
  const automated = [...new Set(names.slice(3))];
  const ramp = { bar: draw.whole(1, 6), tempo_bpm: draw.number(60, 200), ramp: draw.share() < 0.6 };
  const sound = () => (draw.share() < 0.3 ? { ...FACTORY_VOICE, from: "map" as const, kit: null, point: pointOf(draw), tune: draw.number(-5, 5), velocity_layers: draw.share() < 0.5 } : FACTORY_VOICE);
  return {
    ...NEW_SCENE,
    tempo: [{ bar: 0, tempo_bpm: draw.number(60, 200), ramp: false }, ...(draw.share() < 0.5 ? [ramp] : [])],
    swing: draw.number(0.4, 0.7),
    settings: { ...PLAIN_SETTINGS, meter, variation: draw.chosen([0, 0.3]), seed: draw.whole(0, 9) },
    bars: draw.list(draw.whole(1, 3), () => barOf(draw, meter)),
    fill_every: draw.chosen([0, 0, 2, 4]),
    path: draw.share() < 0.4 ? pathOf(draw, meter) : null,
    kit: { name: "drawn", voices: draw.list(8, sound) },
    mix: draw.list(8, () => ({ level: draw.number(0, 2), pan: draw.number(-1, 1), mute: draw.share() < 0.05, solo: draw.share() < 0.05, ...toneOf(draw) })),
    room: { size: draw.chosen(["booth", "room", "hall"]), level: draw.number(0, 1) },
    bus: { drive: draw.number(0, 1), glue: draw.number(0, 1) },
    lanes: draw.list(8, () => laneOf(draw, meter)),
    modulations: names.map((name) => modulationOf(draw, name)),
    automations: automated.map((parameter) => automationOf(draw, parameter)),
  };
}

/** The project of this seed. */
export function randomProject(seed: number): Project {
  const draw = new Drawing(seed);
  const scenes = draw.list(draw.chosen([0, 2]), () => sceneOf(draw));
  const part = (scene: number): SongPart => {
    const bars = draw.whole(1, 4);
    return { scene, bars, fill: draw.share() < 0.4, morph_bars: draw.whole(0, bars) };
  };
  return { ...NEW_PROJECT, seed: draw.whole(0, 2 ** 32 - 1), scene: sceneOf(draw), scenes, song: scenes.map((_, scene) => part(scene)) };
}
