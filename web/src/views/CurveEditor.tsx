/** A curve over some bars, drawn with the pointer; keys move its breakpoints. What lies out of range is refused in words. */

import { useRef, useState } from "preact/hooks";
import { CURVE_GRID, curveBars, drawnFrom, type Movable, movedBy, rangeOf, withBreakpoint, withMorePoints, withoutBreakpoint } from "../rules/movement";
import type { Automation } from "../rules/project";
import { clamp } from "../rules/units";
import { usePage } from "./page";

const KEY_SHARE = 0.02; // of the height, by an arrow key; with Shift five times as much
const USUAL_TEMPO = [40, 240] as const; // bpm: the height of the drawing, unless a breakpoint lies beyond

interface CurveProps extends Movable {
  readonly curve: Automation;
  readonly change: (to: Automation) => void;
  readonly settle: () => void;
}

/** The values at the bottom and at the top of the drawing. */
function heightOf({ parameter, breakpoints }: Automation): readonly [bottom: number, top: number] {
  const { low, high } = rangeOf(parameter);
  if (parameter !== "tempo") return [low, high];
  const values = breakpoints.map(({ value }) => value);
  return [Math.min(USUAL_TEMPO[0], ...values), Math.max(USUAL_TEMPO[1], ...values)];
}

/** Numbers are typed as musicians read them: shares in percent. */
const isShare = (parameter: string): boolean => {
  const { low, high } = rangeOf(parameter);
  return high <= 1 && low >= -1;
};

export function CurveEditor({ curve, parameter, name, own, say, change, settle }: CurveProps) {
  const { store } = usePage();
  const frame = useRef<HTMLDivElement>(null);
  const pen = useRef<{ readonly bar: number; readonly value: number } | null>(null); // where it was last
  const dragged = useRef<number | null>(null); // a breakpoint
  const [chosen, setChosen] = useState(0);
  const [refused, setRefused] = useState<string | null>(null);
  const bars = curveBars(curve);
  const [bottom, top] = heightOf(curve);
  const points = curve.breakpoints;
  const at = Math.min(chosen, points.length - 1);
  const latest = () => movedBy(store.scene.value, parameter).drawn ?? curve; // events come faster than drawings
  const shareOf = (value: number) => clamp((value - bottom) / (top - bottom), 0, 1);

  const under = (event: PointerEvent) => {
    const { left, top: upper, width, height } = frame.current!.getBoundingClientRect();
    const up = clamp(1 - (event.clientY - upper) / height, 0, 1);
    return { bar: clamp((event.clientX - left) / width, 0, 1) * bars, value: Number((bottom + up * (top - bottom)).toFixed(3)) };
  };
  const focusPoint = (place: number) => {
    setChosen(place);
    requestAnimationFrame(() => frame.current?.querySelectorAll<HTMLElement>("[role=slider]")[place]?.focus());
  };
  const onPointerDown = (event: PointerEvent) => {
    if (event.button !== 0) return;
    const handle = (event.target as Element).closest<HTMLElement>("[data-point]");
    frame.current!.setPointerCapture(event.pointerId);
    dragged.current = handle ? Number(handle.dataset["point"]) : null;
    if (handle) return setChosen(dragged.current!);
    pen.current = under(event);
    change(drawnFrom(latest(), pen.current, pen.current));
  };
  const onPointerMove = (event: PointerEvent) => {
    const here = under(event);
    if (dragged.current !== null) return change(withBreakpoint(latest(), dragged.current, here.bar, here.value));
    if (!pen.current) return;
    change(drawnFrom(latest(), pen.current, here));
    pen.current = here;
  };
  const onPointerUp = () => {
    [pen.current, dragged.current] = [null, null];
    settle();
  };
  const onKeyDown = (event: KeyboardEvent, place: number) => {
    const { bar, value } = points[place]!;
    const by = KEY_SHARE * (event.shiftKey ? 5 : 1) * (top - bottom);
    const moved = { ArrowLeft: [bar - 1 / CURVE_GRID, value], ArrowRight: [bar + 1 / CURVE_GRID, value], ArrowUp: [bar, value + by], ArrowDown: [bar, value - by] }[event.key];
    const to = { PageUp: place - 1, PageDown: place + 1, Home: 0, End: points.length - 1 }[event.key];
    const more = event.key === "Enter" || event.key === "Insert" ? withMorePoints(latest(), place) : null;
    const removes = event.key === "Delete" || event.key === "Backspace";
    if (!moved && to === undefined && !more && !removes) return;
    event.preventDefault();
    event.stopPropagation();
    if (moved) return change(withBreakpoint(latest(), place, moved[0]!, Number(moved[1]!.toFixed(3))));
    if (to !== undefined) return focusPoint(clamp(to, 0, points.length - 1));
    if (more) change(more);
    else change(withoutBreakpoint(latest(), place));
    focusPoint(more ? place + 1 : Math.max(0, place - 1));
  };
  const scale = isShare(parameter) ? 100 : 1;
  const type = (typed: number) => {
    const { low, high } = rangeOf(parameter);
    const value = typed / scale;
    const fits = Number.isFinite(value) && value >= low && value <= high;
    setRefused(fits ? null : `${name} lies between ${say(low)} and ${say(high)}: ${Number.isFinite(typed) ? typed : "nothing"} is not taken.`);
    if (fits) change(withBreakpoint(latest(), at, points[at]!.bar, value));
  };
  return (
    <>
      <div
        ref={frame}
        class="curve"
        role="group"
        aria-label={`${name}: curve over ${bars} bars`}
        aria-description="On a breakpoint, arrow keys move it, Page up and Page down go to the next, Enter adds one, Delete removes it."
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onPointerCancel={onPointerUp}
      >
        <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
          {Array.from({ length: Math.min(64, Math.ceil(bars)) }, (_, bar) => (
            <line key={bar} class="curve-bar" x1={(bar / bars) * 100} x2={(bar / bars) * 100} y1="0" y2="100" />
          ))}
          <line class="curve-own" x1="0" x2="100" y1={100 - 100 * shareOf(own)} y2={100 - 100 * shareOf(own)} />
          <polyline points={[{ bar: 0, value: points[0]!.value }, ...points, { bar: bars, value: points.at(-1)!.value }].map(({ bar, value }) => `${(bar / bars) * 100},${100 - 100 * shareOf(value)}`).join(" ")} />
        </svg>
        {points.map(({ bar, value }, place) => (
          <span
            key={place}
            data-point={place}
            class="curve-point"
            role="slider"
            aria-label={`Breakpoint ${place + 1} of ${points.length}`}
            aria-valuemin={bottom}
            aria-valuemax={top}
            aria-valuenow={value}
            aria-valuetext={`bar ${Number((bar + 1).toFixed(2))}, ${say(value)}`}
            tabIndex={place === at ? 0 : -1}
            style={{ left: `${(bar / bars) * 100}%`, bottom: `${100 * shareOf(value)}%` }}
            onFocus={() => setChosen(place)}
            onKeyDown={(event) => onKeyDown(event, place)}
            onKeyUp={(event) => event.key.startsWith("Arrow") && store.settle()}
          />
        ))}
      </div>
      <label class="curve-value">
        bar {Number((points[at]!.bar + 1).toFixed(2))}
        <input
          type="number"
          aria-label={`${name} at breakpoint ${at + 1}${scale === 100 ? ", in percent" : ""}`}
          step="any"
          value={Number((points[at]!.value * scale).toFixed(2))}
          onChange={(event) => {
            type(event.currentTarget.valueAsNumber);
            event.currentTarget.value = String(Number(((movedBy(store.scene.value, parameter).drawn ?? curve).breakpoints[at]!.value * scale).toFixed(2)));
            settle();
          }}
        />
        {say(points[at]!.value)}
      </label>
      {refused && <p class="movement-note is-refused" role="alert">{refused}</p>}
    </>
  );
}
