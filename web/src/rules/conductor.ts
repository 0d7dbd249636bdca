/** Which bar sounds at each step: pure rules, called by the clock a little ahead of time. */

import type { ArrangedBar, Bars } from "./score";
import { nextBoundary, type Quantum } from "./sequencer";
import type { Meter } from "./units";

/** A launch: these bars are entered anew, at the next step, beat or bar, whatever was played before. */
export interface Entry {
  readonly id: number; // another one for each launch
  readonly bar: number; // at which they are entered
  readonly quantum: Quantum;
  readonly origin?: number; // the turn of their first bar, where they go on from what sounds already
}

/** What the player wants to hear. */
export interface Wanted {
  readonly bars: Bars;
  readonly quantum: Quantum; // when a change takes effect
  readonly entry?: Entry | null; // the launch they came by; none: they began with the music
}

/** What sounds at a step. */
export interface Part {
  readonly bars: Bars; // that it is one of
  readonly bar: ArrangedBar;
  readonly index: number; // of the bar, in them
  readonly since: number; // the turn in which a path or song began, or the launch; 0 for the loop, which keeps its place in the count
  readonly entered?: { readonly id: number; readonly since: number }; // the latest launch
}

/**
 * The part for this step of the bar, given the one before it and the bars played since the music began. The next bar
 * comes at each bar line; a path or a song is entered there, and left at the chosen boundary; a bar of another meter
 * waits for the bar line. A launch begins at the chosen boundary, whatever it launches.
 */
export function nextPart(current: Part | null, wanted: Wanted, step: number, turn: number): Part {
  return wanted.entry && wanted.entry.id !== current?.entered?.id ? entered(current, wanted.bars, wanted.entry, step, turn) : goneOn(current, wanted, step, turn);
}

/** The bars that a part goes on with: until a launch is due, those of before. */
export const barsAfter = (part: Part, { bars, entry }: Wanted): Bars => (!entry || part.entered?.id === entry.id ? bars : part.bars);

function entered(current: Part | null, bars: Bars, { id, bar: first, quantum, origin }: Entry, step: number, turn: number): Part {
  const since = origin ?? turn - first;
  const index = Math.max(0, turn - since);
  const bar = bars.bar(index);
  if (current && step !== 0 && !changesHere(current.bar.planned.meter, bar.planned.meter, quantum, step)) return current;
  return { bars, bar, index, since, entered: { id, since } };
}

function goneOn(current: Part | null, { bars, quantum }: Wanted, step: number, turn: number): Part {
  const entering = bars.travels && current?.bars.travels !== true;
  if (current && entering && step !== 0) return current;
  const since = !bars.travels ? (current?.entered?.since ?? 0) : entering ? turn : current!.since;
  const index = turn - since;
  const bar = bars.bar(index);
  if (current?.bar === bar && current.index === index) return current;
  const wanted: Part = { ...(current?.entered && { entered: current.entered }), bars, bar, index, since };
  const waits = current !== null && step !== 0 && !changesHere(current.bar.planned.meter, wanted.bar.planned.meter, quantum, step);
  return waits ? current : wanted;
}

function changesHere(playing: Meter, coming: Meter, quantum: Quantum, step: number): boolean {
  const sameMeter = playing[0] === coming[0] && playing[1] === coming[1];
  return sameMeter && nextBoundary(step, quantum, playing) === step;
}
