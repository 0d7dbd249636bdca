/** Which bar sounds at each step: pure rules, asked by the clock a little ahead of time. */

import type { WirePattern } from "./protocol";
import { nextBoundary, type Quantum } from "./sequencer";

/** What the player wants to hear. */
export interface Plan {
  readonly pattern: WirePattern;
  readonly quantum: Quantum; // when a change of `pattern` takes effect
  readonly journey: readonly WirePattern[] | null; // one round of bars while travelling
}

/** What sounds at a step. */
export interface Part {
  readonly pattern: WirePattern;
  readonly bar: number | null; // of the journey's round; null when not travelling
}

/**
 * The part for this step of the bar, given the one before it. A journey moves on at each bar line and is entered and
 * left at the chosen boundary; a bar of another meter waits for the bar line.
 */
export function nextPart(current: Part | null, plan: Plan, step: number): Part {
  const { journey } = plan;
  if (journey && journey.length > 0) {
    if (current === null || step === 0) {
      const bar = current === null || current.bar === null ? 0 : (current.bar + 1) % journey.length;
      return { pattern: journey[bar]!, bar };
    }
    if (current.bar === null) return current;
    const same = journey[current.bar]; // the pins may have moved, or a stroke been edited
    return same && same !== current.pattern && changesHere(current.pattern, same, plan.quantum, step)
      ? { pattern: same, bar: current.bar }
      : current;
  }
  if (current === null) return { pattern: plan.pattern, bar: null };
  const wanted = current.bar !== null || current.pattern !== plan.pattern;
  return wanted && changesHere(current.pattern, plan.pattern, plan.quantum, step) ? { pattern: plan.pattern, bar: null } : current;
}

function changesHere(playing: WirePattern, coming: WirePattern, quantum: Quantum, step: number): boolean {
  const sameMeter = playing.meter[0] === coming.meter[0] && playing.meter[1] === coming.meter[1];
  return step === 0 || (sameMeter && nextBoundary(step, quantum, playing.meter) === step);
}
