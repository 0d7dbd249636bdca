/** What moves a parameter, as a line over the bars to come, with the place that sounds. */

import { useSignalEffect } from "@preact/signals";
import { useRef } from "preact/hooks";
import { curveBars, type Movable, type Moved, rangeOf, traced } from "../rules/movement";
import { stepsPerBeat } from "../rules/sequencer";
import { clamp, stepsPerBar } from "../rules/units";
import { type CanvasSize, penFor } from "../map/canvas";
import { CanvasLayer } from "./CanvasLayer";
import { usePage } from "./page";
import { useDark } from "./theme";

const POINTS = 240;
const MOST_BARS = 64;

interface PreviewProps extends Movable {
  readonly moved: Moved;
}

/** Two rounds of what moves slowest. */
function spanOf({ waves, drawn }: Moved, beatsPerBar: number): number {
  const periods = waves.map(({ period, unit, shape }) => (unit === "bars" ? period : period / beatsPerBar) * (shape === "random" ? 8 : 2));
  return clamp(Math.ceil(Math.max(...periods, drawn ? curveBars(drawn) : 1)), 1, MOST_BARS);
}

export function MovementPreview({ moved, own, parameter }: PreviewProps) {
  const { store } = usePage();
  const dark = useDark();
  const head = useRef<HTMLElement>(null);
  const { meter } = store.shown.value;
  const beatsPerBar = stepsPerBar(meter) / stepsPerBeat(meter);
  const bars = spanOf(moved, beatsPerBar);
  const { seed } = store.project.value;
  useSignalEffect(() => {
    const { planned } = store.arrangedBar.value;
    const at = store.position.value;
    if (!head.current) return;
    head.current.hidden = at === null || planned.address.scene !== null; // in a song, another scene may sound
    head.current.style.left = `${(((planned.index + (at ?? 0) / planned.steps) % bars) / bars) * 100}%`;
  });
  const draw = (canvas: HTMLCanvasElement, size: CanvasSize) => {
    const pen = penFor(canvas, size);
    if (!pen) return;
    const { low, high } = rangeOf(parameter);
    const values = traced(moved, own, seed, bars, beatsPerBar, POINTS);
    const [bottom, top] = [Math.min(own, ...values), Math.max(own, ...values)];
    const room = Math.max((top - bottom) * 0.12, 1e-6);
    const y = (value: number) => (1 - (value - bottom + room) / (top - bottom + 2 * room)) * size.height;
    const style = getComputedStyle(canvas);
    pen.scale(size.scale, size.scale);
    pen.strokeStyle = style.getPropertyValue("--quiet");
    pen.setLineDash([3, 4]);
    for (const edge of [low, high])
      if (edge > bottom - room && edge < top + room) {
        pen.beginPath();
        pen.moveTo(0, y(edge));
        pen.lineTo(size.width, y(edge));
        pen.stroke();
      }
    pen.setLineDash([]);
    pen.strokeStyle = style.getPropertyValue("--accent");
    pen.lineWidth = 2;
    pen.lineJoin = "round";
    pen.beginPath();
    values.forEach((value, place) => pen.lineTo((place / (POINTS - 1)) * size.width, y(clamp(value, low, high))));
    pen.stroke();
  };
  return (
    <div class="movement-preview" aria-hidden="true">
      <CanvasLayer class="movement-line" from={[JSON.stringify(moved), own, bars, seed, dark]} draw={draw} />
      <i ref={head} class="movement-head-line" hidden />
      <span class="movement-span">{bars === 1 ? "1 bar" : `${bars} bars`}</span>
    </div>
  );
}
