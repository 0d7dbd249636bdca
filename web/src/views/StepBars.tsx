/** The steps of a wave as bars: a drag draws over them; arrow keys change one and go from one to the next. */

import { useRef, useState } from "preact/hooks";
import { movedBy, withStep } from "../rules/movement";
import type { Modulation } from "../rules/project";
import { clamp } from "../rules/units";
import { usePage } from "./page";

const KEY_STEP = 0.1;

interface StepBarsProps {
  readonly wave: Modulation;
  readonly name: string;
  readonly change: (to: Modulation) => void;
  readonly settle: () => void;
}

/** "up 50 %", "down 20 %", "in the middle". */
const stepWords = (value: number): string => (Math.abs(value) < 0.005 ? "in the middle" : `${value > 0 ? "up" : "down"} ${Math.round(Math.abs(value) * 100)} %`);

export function StepBars({ wave, name, change, settle }: StepBarsProps) {
  const { store } = usePage();
  const frame = useRef<HTMLDivElement>(null);
  const drawing = useRef(false);
  const [reached, setReached] = useState(0); // the step that Tab reaches
  const { values } = wave;
  const count = values.length;
  const latest = () => movedBy(store.scene.value, wave.parameter).waves[0] ?? wave; // events come faster than drawings

  const draw = (event: PointerEvent) => {
    const { left, top, width, height } = frame.current!.getBoundingClientRect();
    const place = clamp(Math.floor(((event.clientX - left) / width) * count), 0, count - 1);
    change(withStep(latest(), place, clamp(1 - (2 * (event.clientY - top)) / height, -1, 1)));
  };
  const onKeyDown = (event: KeyboardEvent, place: number) => {
    const by = { ArrowUp: KEY_STEP, ArrowDown: -KEY_STEP }[event.key];
    const to = { ArrowLeft: place - 1, ArrowRight: place + 1, Home: 0, End: count - 1 }[event.key];
    if (by === undefined && to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    if (by !== undefined) return change(withStep(latest(), place, values[place]! + by));
    const next = clamp(to!, 0, count - 1);
    setReached(next);
    frame.current!.querySelectorAll<HTMLElement>("[role=slider]")[next]?.focus();
  };
  return (
    <div
      ref={frame}
      class="step-bars"
      role="group"
      aria-label={`${name}: steps`}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        drawing.current = true;
        frame.current!.setPointerCapture(event.pointerId);
        draw(event);
      }}
      onPointerMove={(event) => drawing.current && draw(event)}
      onPointerUp={() => {
        drawing.current = false;
        settle();
      }}
      onPointerCancel={() => (drawing.current = false)}
    >
      {values.map((value, place) => (
        <span
          key={place}
          class="step-bar"
          role="slider"
          aria-orientation="vertical"
          aria-label={`Step ${place + 1}`}
          aria-valuemin={-1}
          aria-valuemax={1}
          aria-valuenow={value}
          aria-valuetext={stepWords(value)}
          tabIndex={place === Math.min(reached, count - 1) ? 0 : -1}
          style={{ "--value": value }}
          onFocus={() => setReached(place)}
          onKeyDown={(event) => onKeyDown(event, place)}
          onKeyUp={(event) => event.key.startsWith("Arrow") && store.settle()}
        />
      ))}
    </div>
  );
}
