/** Which bar sounds at each step: pure rules, called by the clock a little ahead of time. */

import type { ArrangedBar, Bars } from "./score";
import { nextBoundary, type Quantum } from "./sequencer";
import type { Meter } from "./units";

/** What the player wants to hear. */
export interface Wanted {
  readonly bars: Bars;
  readonly quantum: Quantum; // when a change takes effect
}

/** What sounds at a step. */
export interface Part {
  readonly bars: Bars; // that it is one of
  readonly bar: ArrangedBar;
  readonly index: number; // of the bar, in them
  readonly since: number; // the turn in which a path or song began; 0 for the loop, which keeps its place in the count
}

/**
 * The part for this step of the bar, given the one before it and the bars played since the music began. The next bar
 * comes at each bar line; a path or a song is entered there, and left at the chosen boundary; a bar of another meter
 * waits for the bar line.
 */
export function nextPart(current: Part | null, { bars, quantum }: Wanted, step: number, turn: number): Part {
  const entering = bars.travels && current?.bars.travels !== true;
  if (current && entering && step !== 0) return current;
  const since = !bars.travels ? 0 : entering ? turn : current!.since;
  const index = turn - since;
  const bar = bars.bar(index);
  if (current?.bar === bar && current.index === index) return current;
  const wanted: Part = { bars, bar, index, since };
  const waits = current !== null && step !== 0 && !changesHere(current.bar.planned.meter, wanted.bar.planned.meter, quantum, step);
  return waits ? current : wanted;
}

function changesHere(playing: Meter, coming: Meter, quantum: Quantum, step: number): boolean {
  const sameMeter = playing[0] === coming[0] && playing[1] === coming[1];
  return sameMeter && nextBoundary(step, quantum, playing) === step;
}
