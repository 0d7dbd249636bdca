/** One 16th of one voice: a button over what the canvas of its row shows; a drag up or down sets the velocity. */

import { useLayoutEffect, useRef } from "preact/hooks";
import { DEFAULT_VELOCITY, loudest, STEPS_PER_CELL, strokeAt, strokesInCell, withCellVelocity, withStroke } from "../rules/pattern";
import type { BarPattern } from "../rules/protocol";
import { describeCell, titled } from "../rules/summary";
import { velocityToMidi } from "../rules/units";
import { usePage } from "./page";

const DRAG_STARTS_PX = 5;
const FINGER_RESTS_MS = 350; // before it drags the velocity; a swipe scrolls
const ORDINALS = ["first", "second", "third", "fourth"];

interface CellProps {
  readonly pattern: BarPattern;
  readonly voice: number;
  readonly name: string;
  readonly cell: number;
  readonly opened: boolean;
  readonly held: boolean; // stays as it is when the rest of the bar is filled in
  readonly byHand: boolean;
  readonly reachable: boolean; // by Tab: one cell of the grid is
}

/** Dragging up and down sets the velocity, of a finger once it has rested; a press without a drag is a click. */
function useVelocityDrag(velocity: () => number, set: (velocity: number) => void, done: () => void) {
  const start = useRef<{ y: number; velocity: number; height: number } | null>(null);
  const dragged = useRef(false);
  const resting = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const begin = (button: HTMLElement, pointer: number, y: number) => {
    start.current = { y, velocity: velocity(), height: button.clientHeight };
    button.setPointerCapture(pointer);
  };
  const end = () => {
    clearTimeout(resting.current);
    if (dragged.current) done();
    start.current = null;
  };
  return {
    wasDrag: () => dragged.current,
    handlers: {
      onPointerDown: (event: PointerEvent) => {
        const button = event.currentTarget as HTMLElement;
        const { pointerId, clientY } = event;
        dragged.current = false;
        if (event.pointerType !== "touch") return begin(button, pointerId, clientY);
        resting.current = setTimeout(() => begin(button, pointerId, clientY), FINGER_RESTS_MS);
      },
      onPointerMove: (event: PointerEvent) => {
        const from = start.current;
        if (!from) return;
        const up = from.y - event.clientY;
        if (!dragged.current && Math.abs(up) < DRAG_STARTS_PX) return;
        dragged.current = true;
        set(Math.min(1, Math.max(1 / 127, from.velocity + up / from.height)));
      },
      onTouchMove: (event: TouchEvent) => {
        if (start.current && event.cancelable) event.preventDefault(); // the finger drags, it does not scroll
      },
      onPointerUp: end,
      onPointerCancel: end,
    },
  };
}

export function Cell({ pattern, voice, name, cell, opened, held, byHand, reachable }: CellProps) {
  const { store, actions } = usePage();
  const before = useRef<BarPattern | null>(null);
  const strokes = strokesInCell(pattern, voice, cell);
  const done = () => store.settle();
  const drag = useVelocityDrag(
    () => loudest(strokesInCell(store.shown.value, voice, cell)),
    (velocity) => actions.edit("velocity", (bar) => withCellVelocity(bar, voice, cell, velocity)),
    done,
  );

  const onClick = (event: MouseEvent) => {
    if (drag.wasDrag()) return;
    if (event.detail < 2) before.current = store.shown.value;
    actions.toggleCell(voice, cell);
    if (event.detail === 0) done(); // by key: no second click to wait for
  };
  const onDblClick = () => {
    const asItWas = before.current;
    if (asItWas) actions.edit("stroke", () => asItWas);
    done();
    store.opened.value = { voice, cell };
  };

  if (opened) return <OpenedCell pattern={pattern} voice={voice} name={name} cell={cell} />;
  return (
    <div role="gridcell" class="cell">
      <button
        type="button"
        class="cell-button"
        data-voice={voice}
        data-cell={cell}
        tabIndex={reachable ? 0 : -1}
        aria-pressed={strokes.length > 0}
        aria-label={`${describeCell(name, cell, strokes)}${byHand ? ", by hand" : ""}${held ? ", stays" : ""}`}
        onClick={onClick}
        onDblClick={onDblClick}
        {...drag.handlers}
      />
    </div>
  );
}

/** The four steps; the first takes the focus, as the button that had it is gone. */
function OpenedCell({ pattern, voice, name, cell }: Pick<CellProps, "pattern" | "voice" | "name" | "cell">) {
  const steps = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => steps.current?.querySelector("button")?.focus(), []);
  return (
    <div ref={steps} role="gridcell" class="cell is-open">
      {ORDINALS.map((ordinal, part) => (
        <Step key={part} pattern={pattern} voice={voice} cell={cell} step={cell * STEPS_PER_CELL + part} label={`${titled(name)}, step ${cell + 1}, ${ordinal} quarter`} />
      ))}
    </div>
  );
}

interface StepProps {
  readonly pattern: BarPattern;
  readonly voice: number;
  readonly cell: number;
  readonly step: number;
  readonly label: string;
}

/** One of the four steps of an opened cell. */
function Step({ pattern, voice, cell, step, label }: StepProps) {
  const { store, actions } = usePage();
  const velocity = strokeAt(pattern, voice, step)?.[2] ?? 0;
  const done = () => store.settle();
  const drag = useVelocityDrag(
    () => strokeAt(store.shown.value, voice, step)?.[2] ?? 0,
    (to) => actions.edit("velocity", (bar) => withStroke(bar, voice, step, to)),
    done,
  );
  return (
    <button
      type="button"
      class="cell-step"
      data-voice={voice}
      data-cell={cell}
      data-step={step}
      aria-pressed={velocity > 0}
      aria-label={velocity > 0 ? `${label}, velocity ${velocityToMidi(velocity)}` : `${label}, off`}
      onClick={() => {
        if (drag.wasDrag()) return;
        actions.edit("stroke", (bar) => withStroke(bar, voice, step, velocity > 0 ? 0 : DEFAULT_VELOCITY));
        done();
      }}
      {...drag.handlers}
    />
  );
}
