/** What parameters are at a moment, automated and modulated: the twin of `clave/play/modulation.py`. */

import { chance, WALK } from "./chance";
import { PARAMETERS } from "./parameters";
import type { Automation, Modulation } from "./project";
import { countUpTo } from "./tempo";
import { looksEach } from "./travel";
import { clamp, type Meter } from "./units";

const MOST_WALKS = 64; // that are remembered

/** The wave in [-1, 1] at this position, in the unit of the modulation (bars or beats from the scene's start); `walk` is what the shape `random` follows. */
export function wave({ shape, period, phase, values }: Modulation, position: number, walk: RandomWalk): number {
  const turns = position / period + phase;
  const within = turns - Math.floor(turns);
  switch (shape) {
    case "sine":
      return Math.sin(2 * Math.PI * within);
    case "triangle": {
      const later = within + 0.25;
      return 1 - 4 * Math.abs(later - Math.floor(later) - 0.5);
    }
    case "saw":
      return 2 * within - 1;
    case "square":
      return within < 0.5 ? 1 : -1;
    case "steps":
      return values[Math.min(Math.floor(within * values.length), values.length - 1)]!;
    case "random":
      return walk.at(turns);
  }
}

/** A walk in [-1, 1] that takes a random step of up to 1/2 each turn, turned back at the edges, straight between. Where it has been is remembered. */
export class RandomWalk {
  private readonly places: number[];

  constructor(
    private readonly seed: number,
    private readonly ownSeed: number,
  ) {
    this.places = [2 * chance(seed, WALK, ownSeed, 0) - 1];
  }

  /** Where it is after so many turns, 0 or more. */
  at(turns: number): number {
    const last = Math.floor(turns);
    while (this.places.length < last + 2) {
      const there = this.places.at(-1)! + (2 * chance(this.seed, WALK, this.ownSeed, this.places.length) - 1) / 2;
      this.places.push(there > 1 ? 2 - there : there < -1 ? -2 - there : there);
    }
    const [here, after] = [this.places[last]!, this.places[last + 1]!];
    return here + (after - here) * (turns - last);
  }
}

/** Random walks by their seeds, each with the places where it has been: a late bar of another plan costs no more than an early one. */
export class Walks {
  private readonly walks = new Map<string, RandomWalk>();

  of(seed: number, ownSeed: number): RandomWalk {
    const key = `${seed} ${ownSeed}`;
    const walk = this.walks.get(key) ?? new RandomWalk(seed, ownSeed);
    this.walks.set(key, walk);
    if (this.walks.size > MOST_WALKS) this.walks.delete(this.walks.keys().next().value!);
    return walk;
  }
}

/** The value at this place, in bars: straight between breakpoints, level before the first and after the last; where it loops, within its round. */
export function automated({ breakpoints: points, loop_bars: round }: Automation, place: number): number {
  const bar = round === null ? place : place - round * Math.floor(place / round);
  const passed = countUpTo(
    points.map((each) => each.bar),
    bar,
  );
  const [before, after] = [points[passed - 1], points[passed]];
  if (!before) return after!.value;
  if (!after) return before.value;
  return before.value + ((after.value - before.value) * (bar - before.bar)) / (after.bar - before.bar);
}

/** All automation and modulation of a scene. */
export class Movement {
  private readonly automations: ReadonlyMap<string, Automation>;
  private readonly modulations: ReadonlyMap<string, readonly (readonly [Modulation, RandomWalk])[]>;

  constructor(automations: readonly Automation[], modulations: readonly Modulation[], seed: number, walks = new Walks()) {
    this.automations = new Map(automations.map((each) => [each.parameter, each]));
    const names = new Set(modulations.map(({ parameter }) => parameter));
    const own = (name: string) => modulations.filter(({ parameter }) => parameter === name).map((each) => [each, walks.of(seed, each.seed)] as const);
    this.modulations = new Map([...names].map((name) => [name, own(name)]));
  }

  /** Does anything move this parameter? */
  moves(parameter: string): boolean {
    return this.automations.has(parameter) || this.modulations.has(parameter);
  }

  /** The steps of a bar at which automation wants these parameters read; the first is 0. */
  looks(parameters: readonly string[], meter: Meter): number[] {
    const quanta = new Set(parameters.flatMap((name) => this.automations.get(name)?.quantum ?? []));
    return [...new Set([0, ...[...quanta].flatMap((quantum) => looksEach(quantum, meter))])].sort((one, other) => one - other);
  }

  /** What the parameter is so many bars, or beats, from the start of the scene, kept within its range; `own` is its value at rest. */
  value(parameter: string, own: number, bars: number, beats: number): number {
    if (!this.moves(parameter)) return own;
    const automation = this.automations.get(parameter);
    let value = automation ? automated(automation, bars) : own;
    for (const [each, walk] of this.modulations.get(parameter) ?? []) value += each.depth * wave(each, each.unit === "bars" ? bars : beats, walk);
    const [low, high] = PARAMETERS.get(parameter)!;
    return clamp(value, low, high);
  }
}
