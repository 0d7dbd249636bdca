/** What a hand struck while the music ran: the twin of `BarCapture` in `clave/play/live/bar_capture.py`. */

import type { PlayedRequest } from "../rules/protocol";

const MAX_OFFSET = 2; // steps: a stroke that is nearer to the next bar line belongs to the bar that begins there
const MOST_KEPT = 4096;

type Stroke = PlayedRequest["strokes"][number]; // voice, position, velocity

export class PlayedStrokes {
  private played: Stroke[] = []; // positions since the music began

  strike(voice: number, velocity: number, position: number): void {
    const latest = this.played.at(-1)?.[1] ?? 0;
    if (position < latest) this.played = []; // the music began anew
    this.played = [...this.played, [voice, position, velocity] satisfies Stroke].slice(-MOST_KEPT);
  }

  /** The last bar that is over at this position and has strokes, else what was played of the present one, from its start; null: nothing was. */
  last(position: number | null, barSteps: number): Stroke[] | null {
    const here = position ?? Infinity; // the music has stopped: all is over
    const barOf = (each: Stroke): number => Math.floor((each[1] + MAX_OFFSET) / barSteps);
    const bars = this.played.filter(([, at]) => at <= here + MAX_OFFSET).map(barOf);
    const bar = bars.findLast((each) => (each + 1) * barSteps - MAX_OFFSET <= here) ?? bars.at(-1);
    if (bar === undefined) return null;
    return this.played.filter((each) => barOf(each) === bar).map(([voice, at, velocity]) => [voice, at - bar * barSteps, velocity]);
  }
}
