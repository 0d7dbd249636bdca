/** Which bar sounds at each step: pure rules, called by the clock a little ahead of time. */

import type { BarPattern } from "./protocol";
import { nextBoundary, type Quantum, type Round, type Turn, turnOf } from "./sequencer";

/** What the player wants to hear. */
export interface Plan extends Round {
  readonly fillEvery: number; // bars; 0 is never
  readonly quantum: Quantum; // when a change takes effect
}

/** What sounds at a step. */
export interface Part extends Turn {
  readonly journey: boolean;
  readonly since: number; // the turn in which the journey began; 0 for the loop, which keeps its place in the count
}

/**
 * The part for this step of the bar, given the one before it and the bars played since the music began. A round moves on
 * at each bar line; a journey is entered there, and left at the chosen boundary; a bar of another meter waits for it.
 */
export function nextPart(current: Part | null, plan: Plan, step: number, turn: number): Part {
  const entering = plan.journey && current?.journey !== true;
  if (current && entering && step !== 0) return current;
  const since = !plan.journey ? 0 : entering ? turn : current!.since;
  const wanted: Part = { ...turnOf(plan, turn - since, plan.fillEvery), journey: plan.journey, since };
  if (current === null) return wanted;
  if (step !== 0 && !changesHere(current.pattern, wanted.pattern, plan.quantum, step)) return current;
  return isSame(current, wanted) ? current : wanted;
}

const isSame = (one: Part, other: Part): boolean =>
  one.pattern === other.pattern && one.bar === other.bar && one.fill === other.fill && one.journey === other.journey && one.since === other.since;

function changesHere(playing: BarPattern, coming: BarPattern, quantum: Quantum, step: number): boolean {
  const sameMeter = playing.meter[0] === coming.meter[0] && playing.meter[1] === coming.meter[1];
  return sameMeter && nextBoundary(step, quantum, playing.meter) === step;
}
