/** How many bars it takes to hear all of a scene: until its rounds, own loops, waves and curves begin anew together. The twin of `clave/play/whole_round.py`. */

import { meterOf } from "./bars";
import type { Rounds, Scene } from "./project";
import { stepsPerBeat } from "./sequencer";
import { stepsPerBar } from "./units";

const MAX_WHOLE_BARS = 64; // what would take longer is left out

const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b));
export const leastMultiple = (a: number, b: number): number => (a / greatestDivisor(a, b)) * b;

/** A multiple of `size` bars, 64 at most unless `size` is more; `roundBars` is the length of a round of the scene. Random walks, and what does not end with a bar, are left out. */
export function wholeRound(scene: Scene, size: number, roundBars: number): number {
  const total = lengths(scene, roundBars).reduce((sum, length) => {
    const together = leastMultiple(sum, length);
    return together <= MAX_WHOLE_BARS ? together : sum;
  }, size);
  const ends = scene.automations.flatMap(({ loop_bars: loop, breakpoints }) => (loop === null ? [breakpoints.at(-1)!.bar] : []));
  const until = total * Math.ceil(Math.max(0, ...ends) / total);
  return until > total && until <= MAX_WHOLE_BARS ? until : total;
}

/** After how many bars each part of the scene begins anew. */
function lengths({ path, settings, bars, lanes, modulations, automations }: Scene, roundBars: number): number[] {
  const [meter, ...others] = path?.travelling ? [settings.meter] : bars.map(meterOf);
  const steps = others.every((each) => String(each) === String(meter)) ? stepsPerBar(meter!) : null; // else no number of bars is a number of beats
  const ofLanes = lanes.flatMap(({ rounds, ratchet, ratchet_rounds: ratchetRounds, loop_steps: loop }) => {
    const count = leastMultiple(cycleOf(rounds), ratchet > 1 ? cycleOf(ratchetRounds) : 1);
    if (loop === null) return [count * roundBars];
    return steps === null ? [] : [leastMultiple(loop * count, steps) / steps];
  });
  const beats = steps === null ? 1 : steps / stepsPerBeat(meter!);
  const ofWaves = modulations.flatMap(({ shape, unit, period }) => (shape !== "random" && (unit === "bars" || steps !== null) ? [period / (unit === "bars" ? 1 : beats)] : []));
  return [...ofLanes, ...[...ofWaves, ...automations.map(({ loop_bars: loop }) => loop ?? 0)].filter((each) => each >= 1 && Number.isInteger(each))];
}

function cycleOf({ cycle, first }: Rounds): number {
  const length = cycle.every(Boolean) || first === "only" ? 1 : cycle.length;
  return first === "too" ? length : Math.max(length, 2);
}
