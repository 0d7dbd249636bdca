/** One bar out of another, and the ground of the map, invented: for working on the page alone. */

import type {
  CompleteRequest,
  CorpusMap,
  FeelRequest,
  MapGround,
  ShiftReply,
  ShiftRequest,
  TapsRequest,
  BarPattern,
  BarStroke,
} from "../src/rules/protocol.ts";
import { draws } from "./toySounds.ts";

const SPAN = 3;
const SIZE = 49;
const REACH = 0.35; // of one bar on the ground
const FAR = 1.5; // this far from the eighth bar is far altogether

/** Off the grid and softer by chance, or by what another bar does on the same step. */
export function toyFeel({ pattern, amount, like, seed }: FeelRequest): BarPattern {
  const draw = draws(seed + 1);
  const strokes = pattern.strokes.map(([voice, step, velocity, offset]): BarStroke => {
    const lent = like?.strokes.find(([, at]) => at === step);
    const [wanted, late] = lent ? [lent[2], lent[3]] : [0.35 + 0.6 * draw(), 1.6 * (draw() - 0.5)];
    return [voice, step, velocity + amount * (wanted - velocity), offset + amount * (late - offset)];
  });
  return { ...pattern, strokes };
}

/** What is not kept is struck by chance, on 16ths. */
export function toyComplete({ pattern, keep, seed }: CompleteRequest): BarPattern {
  const draw = draws(seed + 2);
  const kept = (voice: number, step: number) => keep.some(([row, first, steps]) => row === voice && first <= step && step < first + steps);
  const strokes: BarStroke[] = pattern.strokes.filter(([voice, step]) => kept(voice, step));
  const [beats, unit] = pattern.meter;
  for (let voice = 0; voice < 8; voice++)
    for (let step = 0; step < (64 * beats) / unit; step += 4) if (!kept(voice, step) && draw() < [0.25, 0.15, 0.6, 0.05, 0.05, 0.03, 0.1, 0.1][voice]!) strokes.push([voice, step, 0.4 + 0.5 * draw(), 0]);
  return { ...pattern, strokes };
}

/** The taps as kick and snare in turn, and a hat on each eighth. */
export function toyFromTaps({ taps, meter, seed }: TapsRequest): BarPattern {
  const steps = (64 * meter[0]) / meter[1];
  const strokes = new Map<string, BarStroke>();
  taps.forEach(([position, velocity], n) => {
    const step = Math.round(position / 4) * 4;
    const offset = Math.min(1.9, Math.max(-2, position - step));
    const voice = (n + seed) % 2;
    strokes.set(`${voice}.${step % steps}`, [voice, step % steps, velocity, offset]);
  });
  for (let step = 0; step < steps; step += 8) strokes.set(`2.${step}`, [2, step, 0.6, 0]);
  return { meter, strokes: [...strokes.values()] };
}

/** Louder or softer, and every second 16th later or earlier; the rest of a shift is beyond a toy. */
export function toyShift({ pattern, shift }: ShiftRequest): ShiftReply {
  const strokes = pattern.strokes.map(([voice, step, velocity, offset]): BarStroke => {
    const late = step % 8 === 4 ? 0.5 * shift.swing : 0;
    return [voice, step, Math.min(1, velocity * 10 ** (shift.loudness / 10)), Math.max(-2, Math.min(1.9, offset + late))];
  });
  const nothing = { density: 0, syncopation: 0, swing: 0.5, loudness: 0 }; // a toy measures nothing
  return { pattern: { ...pattern, strokes }, measured: { before: nothing, after: nothing } };
}

export function toyGround({ x, y, style, styles }: CorpusMap): MapGround {
  const few = x.map((_, bar) => bar).filter((bar) => bar % 3 === 0);
  const fields = styles.map(() => Array.from({ length: SIZE * SIZE }, () => 0));
  const distance: number[] = [];
  for (let row = 0; row < SIZE; row++)
    for (let column = 0; column < SIZE; column++) {
      const [left, up] = [column, row].map((n) => -SPAN + (2 * SPAN * n) / (SIZE - 1)) as [number, number];
      const away = few.map((bar) => Math.hypot(x[bar]! - left, y[bar]! - up));
      few.forEach((bar, n) => (fields[style[bar]!]![row * SIZE + column]! += Math.exp(-((away[n]! / REACH) ** 2))));
      distance.push(Math.min(1, away.sort((one, other) => one - other)[7]! / FAR));
    }
  const dense = styles.map((name, index) => {
    const most = Math.max(...fields[index]!);
    return [name, fields[index]!.map((value) => value / most)] as const;
  });
  return { size: SIZE, span: SPAN, distance, styles: Object.fromEntries(dense) };
}
