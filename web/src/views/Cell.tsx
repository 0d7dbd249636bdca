/** One 16th of one voice: a button whose fill is the velocity; what lies between two cells is a thin tick at its true place. */

import { useRef } from "preact/hooks";
import { DEFAULT_VELOCITY, isOnCell, loudest, STEPS_PER_CELL, strokeAt, strokesInCell, withCellToggled, withCellVelocity, withStroke } from "../rules/pattern";
import type { BarPattern } from "../rules/protocol";
import { describeCell, titled } from "../rules/summary";
import { velocityToMidi } from "../rules/units";
import { usePage } from "./page";

const DRAG_STARTS_PX = 5;
const ORDINALS = ["first", "second", "third", "fourth"];

interface CellProps {
  readonly pattern: BarPattern;
  readonly voice: number;
  readonly name: string;
  readonly cell: number;
  readonly onBeat: boolean;
  readonly opened: boolean;
  readonly wide: boolean; // a cell of its column is opened
  readonly held: boolean; // stays as it is when the rest of the bar is filled in
  readonly reachable: boolean; // by Tab: one cell of the grid is
}

/** Dragging up and down sets the velocity; a press without a drag is a click. */
function useVelocityDrag(velocity: number, set: (velocity: number) => void, done: () => void) {
  const start = useRef<{ y: number; velocity: number; height: number; dragged: boolean } | null>(null);
  const dragged = useRef(false);
  return {
    wasDrag: () => dragged.current,
    handlers: {
      onPointerDown: (event: PointerEvent) => {
        const button = event.currentTarget as HTMLElement;
        dragged.current = false;
        start.current = { y: event.clientY, velocity, height: button.clientHeight, dragged: false };
        button.setPointerCapture(event.pointerId);
      },
      onPointerMove: (event: PointerEvent) => {
        const from = start.current;
        if (!from) return;
        const up = from.y - event.clientY;
        if (!dragged.current && Math.abs(up) < DRAG_STARTS_PX) return;
        dragged.current = true;
        set(Math.min(1, Math.max(1 / 127, from.velocity + up / from.height)));
      },
      onPointerUp: () => {
        if (dragged.current) done();
        start.current = null;
      },
      onPointerCancel: () => (start.current = null),
    },
  };
}

export function Cell({ pattern, voice, name, cell, onBeat, opened, wide, held, reachable }: CellProps) {
  const { store, actions } = usePage();
  const before = useRef<BarPattern | null>(null);
  const strokes = strokesInCell(pattern, voice, cell);
  const done = () => store.settle();
  const drag = useVelocityDrag(loudest(strokes), (velocity) => actions.edit("velocity", (bar) => withCellVelocity(bar, voice, cell, velocity)), done);

  const onClick = (event: MouseEvent) => {
    if (drag.wasDrag()) return;
    if (event.detail < 2) before.current = pattern;
    actions.edit("stroke", (bar) => withCellToggled(bar, voice, cell));
    if (event.detail === 0) done(); // by key: no second click to wait for
  };
  const onDblClick = () => {
    const asItWas = before.current;
    if (asItWas) actions.edit("stroke", () => asItWas);
    done();
    store.opened.value = { voice, cell };
  };

  const classes = `cell ${onBeat ? "on-beat" : ""} ${wide ? "is-wide" : ""} ${held ? "is-held" : ""} ink-${voice}`;
  if (opened)
    return (
      <div role="gridcell" class={`${classes} is-open`}>
        {ORDINALS.map((ordinal, part) => (
          <Step key={part} pattern={pattern} voice={voice} cell={cell} step={cell * STEPS_PER_CELL + part} label={`${titled(name)}, step ${cell + 1}, ${ordinal} quarter`} />
        ))}
      </div>
    );
  return (
    <div role="gridcell" class={classes}>
      <button
        type="button"
        class="cell-button"
        data-voice={voice}
        data-cell={cell}
        tabIndex={reachable ? 0 : -1}
        aria-pressed={strokes.length > 0}
        aria-label={`${describeCell(name, cell, strokes)}${held ? ", stays" : ""}`}
        onClick={onClick}
        onDblClick={onDblClick}
        {...drag.handlers}
      >
        {strokes.map((stroke) => {
          const [, step, velocity, offset] = stroke;
          const place = (step - cell * STEPS_PER_CELL + offset) / STEPS_PER_CELL;
          return isOnCell(stroke) ? (
            <i key={step} class="bar" style={{ height: `${velocity * 100}%`, left: `${place * 100}%`, "--velocity": velocity }} />
          ) : (
            <i key={step} class="tick" style={{ height: `${velocity * 100}%`, left: `${place * 100}%`, "--velocity": velocity }} />
          );
        })}
      </button>
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
  const drag = useVelocityDrag(velocity, (to) => actions.edit("velocity", (bar) => withStroke(bar, voice, step, to)), done);
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
    >
      {velocity > 0 && <i class="bar" style={{ height: `${velocity * 100}%`, "--velocity": velocity }} />}
    </button>
  );
}
