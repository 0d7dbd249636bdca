/** A square whose corners are the places A to D: a point in it is their blend on the map, and is played there. */

import { useRef } from "preact/hooks";
import type { Point } from "../rules/protocol";
import { PINS } from "../rules/scene";
import { clamp } from "../rules/units";
import { isArrow } from "./mapGestures";
import { usePage } from "./page";

const KEY_STEP = 0.05; // of a side; with Shift 0.25
const STEPS: Readonly<Record<string, Point>> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export function MorphPad() {
  const { store, actions, paths, player } = usePage();
  const pad = useRef<HTMLDivElement>(null);
  const dragging = useRef(false);
  if (!paths.corners) return <p class="drawer-hint">Set all four to morph between them.</p>;
  const at = store.paths.morph.value ?? [0.5, 0.5];
  const [right, down] = at.map((share) => Math.round(100 * share));

  const to = (event: PointerEvent) => {
    const box = pad.current!.getBoundingClientRect();
    paths.morph([(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height]);
  };
  const onPointerDown = (event: PointerEvent) => {
    if (event.button !== 0) return;
    dragging.current = true;
    pad.current!.setPointerCapture(event.pointerId);
    to(event);
    if (!store.playing.value) void player.play();
  };
  const onPointerUp = () => {
    if (dragging.current) actions.settle();
    dragging.current = false;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    const by = KEY_STEP * (event.shiftKey ? 5 : 1);
    paths.morph([clamp(at[0] + by * step[0], 0, 1), clamp(at[1] + by * step[1], 0, 1)]);
  };
  return (
    <div
      ref={pad}
      class="morph-pad"
      role="application"
      aria-roledescription="pad"
      aria-label="Morph pad"
      aria-description={`${right} percent to the right, ${down} percent down. Arrow keys move by 5 percent, with Shift by 25.`}
      tabIndex={0}
      onPointerDown={onPointerDown}
      onPointerMove={(event) => dragging.current && to(event)}
      onPointerUp={onPointerUp}
      onPointerCancel={onPointerUp}
      onKeyDown={onKeyDown}
      onKeyUp={(event) => isArrow(event) && actions.settle()}
    >
      {PINS.map((pin) => (
        <span key={pin} class={`morph-corner is-${pin}`} aria-hidden="true">
          {pin}
        </span>
      ))}
      <span class="morph-here" style={{ left: `${at[0] * 100}%`, top: `${at[1] * 100}%` }} />
    </div>
  );
}
