/** A tapped rhythm: taps of several rounds folded into one bar. */

import type { Tap } from "./protocol";

export const TAP_VELOCITY = 0.8; // of keys and devices without pressure
const TOGETHER_STEPS = 2; // taps of different rounds this near are one stroke: half a 16th

/** The shortest way round the bar from one place to another, in [-steps / 2, steps / 2). */
const wayRound = (from: number, to: number, steps: number): number => {
  const way = (((to - from) % steps) + steps) % steps;
  return way < steps / 2 ? way : way - steps;
};

interface Stroke {
  readonly taps: Tap[];
  place: number; // mean of its taps, not wrapped to the bar
}

/**
 * Taps of one or more rounds of a bar of so many steps as one bar. Positions come in steps since the first bar line (66.5
 * lies in the second bar of 4/4) and go within the bar. What was tapped at about the same place in different rounds
 * becomes one stroke at the mean of them; what came in fewer than half of its rounds is dropped as a slip.
 */
export function foldTaps(taps: readonly Tap[], steps: number): Tap[] {
  const inTime = [...taps].sort((one, other) => one[0] - other[0]);
  const strokes: Stroke[] = [];
  for (const tap of inTime) {
    const [position] = tap;
    const reach = ({ place }: Stroke) => Math.abs(wayRound(place, position, steps));
    const near = strokes
      .filter((stroke) => reach(stroke) < TOGETHER_STEPS && position - stroke.taps.at(-1)![0] > steps / 2) // not twice in one round
      .sort((one, other) => reach(one) - reach(other))[0];
    if (!near) {
      strokes.push({ taps: [tap], place: position });
      continue;
    }
    near.taps.push(tap);
    near.place += wayRound(near.place, position, steps) / near.taps.length;
  }
  const [from, to] = [inTime[0]?.[0] ?? 0, inTime.at(-1)?.[0] ?? 0];
  return strokes
    .filter((stroke) => 2 * stroke.taps.length >= roundsOf(stroke.place, from, to, steps))
    .map(({ taps: members, place }): Tap => [((place % steps) + steps) % steps, members.reduce((sum, [, velocity]) => sum + velocity, 0) / members.length])
    .sort((one, other) => one[0] - other[0]);
}

/** How often a place of the bar came by while there was tapping. */
function roundsOf(place: number, from: number, to: number, steps: number): number {
  const first = Math.ceil((from - TOGETHER_STEPS - place) / steps);
  const last = Math.floor((to + TOGETHER_STEPS - place) / steps);
  return last - first + 1;
}

/** As a PointerEvent. */
export interface Press {
  readonly pointerType: string;
  readonly pressure: number; // 0 to 1
}

/** A pen reports its pressure; a finger or a mouse always has the same velocity. */
export const velocityOf = ({ pointerType, pressure }: Press): number =>
  pointerType === "pen" && pressure > 0 ? Math.max(1 / 127, Math.min(1, pressure)) : TAP_VELOCITY;
