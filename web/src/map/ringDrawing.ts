/** The ring that shows where one is: the bar as a clock, a ring a voice with kick outermost, the first beat on top; strokes pulse. */

import type { BarPattern } from "../rules/protocol";
import { strokePosition } from "../rules/sequencer";
import { stepsPerBar } from "../rules/units";
import { penFor } from "./canvas";

/** A stroke that has just sounded. */
export interface Pulse {
  readonly voice: number;
  readonly velocity: number;
  readonly age: number; // seconds
}

export interface RingPicture {
  readonly radius: number; // CSS pixels
  readonly margin: number; // room for the pulses around it
  readonly scale: number; // device pixels a CSS pixel
  readonly pattern: BarPattern;
  readonly inks: readonly string[]; // a colour a voice
  readonly hand: number | null; // share of the bar
  readonly pulses: readonly Pulse[];
  readonly colours: { readonly glass: string; readonly edge: string; readonly line: string; readonly hand: string };
  readonly pending: boolean; // what is shown does not sound yet: a dashed edge
}

export const PULSE_SECONDS = 0.45;
const INNERMOST = 0.2; // of the radius
const FULL = 2 * Math.PI;

/** The radius of a voice's ring, of the whole. */
const ringOf = (voice: number): number => 0.88 - (voice * (0.88 - INNERMOST)) / 7;

export function drawRing(canvas: HTMLCanvasElement, picture: RingPicture): void {
  const { radius, margin, scale, pattern, inks, hand, pulses, colours, pending } = picture;
  const side = 2 * (radius + margin);
  const pen = penFor(canvas, { width: side, height: side, scale });
  if (!pen) return;
  pen.setTransform(scale, 0, 0, scale, (side / 2) * scale, (side / 2) * scale);
  drawPulses(pen, picture);

  const circle = (r: number) => {
    pen.beginPath();
    pen.arc(0, 0, r, 0, FULL);
  };
  circle(radius - 1);
  pen.fillStyle = colours.glass;
  pen.fill();
  pen.strokeStyle = colours.line;
  pen.lineWidth = 0.6;
  for (const voice of [0, 2, 4, 6]) {
    circle(radius * ringOf(voice));
    pen.stroke();
  }
  const steps = stepsPerBar(pattern.meter);
  const sounding = new Map(pulses.map((pulse) => [pulse.voice, 1 - pulse.age / PULSE_SECONDS]));
  for (const [voice, step, velocity, offset] of pattern.strokes) {
    const angle = (strokePosition(step, offset, 0.5) / steps) * FULL;
    const near = hand === null ? 0 : Math.max(0, 1 - Math.abs(angle / FULL - hand) * 12) * (sounding.get(voice) ?? 0);
    pen.beginPath();
    pen.arc(radius * ringOf(voice) * Math.sin(angle), -radius * ringOf(voice) * Math.cos(angle), (radius / 46) * (1.1 + 1.9 * velocity + 1.5 * near), 0, FULL);
    pen.fillStyle = inks[voice] ?? colours.hand;
    pen.fill();
  }
  circle(radius - 1);
  pen.strokeStyle = colours.edge;
  pen.lineWidth = 2;
  pen.setLineDash(pending ? [5, 4] : []);
  pen.stroke();
  pen.setLineDash([]);
  if (hand === null) return;
  pen.beginPath();
  pen.moveTo(0, 0);
  pen.lineTo(radius * 0.93 * Math.sin(hand * FULL), -radius * 0.93 * Math.cos(hand * FULL));
  pen.strokeStyle = colours.hand;
  pen.lineWidth = 1.4;
  pen.stroke();
}

/** Each stroke as a circle that leaves the edge and fades. */
function drawPulses(pen: CanvasRenderingContext2D, { radius, margin, pulses, inks, colours }: RingPicture): void {
  for (const { voice, velocity, age } of pulses) {
    const share = age / PULSE_SECONDS;
    pen.globalAlpha = (1 - share) * (0.25 + 0.5 * velocity);
    pen.strokeStyle = inks[voice] ?? colours.hand;
    pen.lineWidth = 1 + 2 * velocity * (1 - share);
    pen.beginPath();
    pen.arc(0, 0, radius + share * (margin - 3), 0, FULL);
    pen.stroke();
  }
  pen.globalAlpha = 1;
}

/** The strokes whose place lies after `from` and up to `to`, in steps of the bar; over the bar line where `to` comes first. */
export function passed(pattern: BarPattern, from: number, to: number): readonly (readonly [voice: number, velocity: number])[] {
  return pattern.strokes.flatMap(([voice, step, velocity, offset]) => {
    const place = strokePosition(step, offset, 0.5);
    const between = from <= to ? place > from && place <= to : place > from || place <= to;
    return between ? [[voice, velocity] as const] : [];
  });
}
