/** What a pointer does to paths on the map: a drag with Shift, or in the mode for it, draws one; beads, points and the label are dragged. */

import type { RefObject } from "preact";
import { useRef } from "preact/hooks";
import type { Point } from "../rules/protocol";
import type { Pixel } from "../map/view";
import { usePage } from "./page";

const TOLERANCE_PX = 2.5; // within which a drawn line is simplified
const SMALLEST_TOLERANCE = 0.01; // map units
export const BEAD_PX = 9; // how near a point of the path is a bead's own
const STEP_PX = 1.5; // between two points of the line that is drawn

interface Dragged {
  readonly kind: "draw" | "whole" | "bead" | "point";
  readonly index: number; // of the bead or point
}

/** The handlers say whether the event was theirs. */
export function usePathPointer(frame: RefObject<HTMLDivElement | null>) {
  const { store, paths, player } = usePage();
  const dragged = useRef<(Dragged & { readonly pointer: number }) | null>(null);
  const last = useRef<Pixel>([0, 0]);

  const pixelOf = (event: PointerEvent): Pixel => {
    const box = frame.current!.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const pointOf = (event: PointerEvent): Point => store.projection.value.toPoint(pixelOf(event));
  const unitsOf = (pixels: number): number => pixels / store.projection.value.scale;

  const wanted = (event: PointerEvent): Dragged | null => {
    if (event.button !== 0 || event.altKey) return null;
    const target = event.target as Element;
    const [kind, index] = target.closest<HTMLElement>("[data-path]")?.dataset["path"]?.split(":") ?? [];
    if (kind === "whole") return { kind, index: 0 };
    if (kind === "bead" || kind === "point") return { kind, index: Number(index) };
    if (target.closest("button")) return null;
    return event.shiftKey || store.paths.mode.value === "draw" ? { kind: "draw", index: 0 } : null;
  };

  const down = (event: PointerEvent): boolean => {
    if (dragged.current) return true; // another finger, while a path is in the hand
    const drag = wanted(event);
    if (!drag) return false;
    dragged.current = { ...drag, pointer: event.pointerId };
    last.current = pixelOf(event);
    frame.current!.setPointerCapture(event.pointerId);
    store.paths.said.value = null;
    if (drag.kind === "draw") store.paths.drawn.value = [pointOf(event)];
    return true;
  };

  const move = (event: PointerEvent): boolean => {
    const drag = dragged.current;
    if (!drag || event.pointerId !== drag.pointer) return drag !== null;
    const [from, to] = [last.current, pixelOf(event)];
    if (Math.hypot(to[0] - from[0], to[1] - from[1]) < STEP_PX) return true;
    last.current = to;
    const point = pointOf(event);
    if (drag.kind === "draw") store.paths.drawn.value = [...store.paths.drawn.value, point];
    else if (drag.kind === "whole") paths.moveAll([unitsOf(to[0] - from[0]), -unitsOf(to[1] - from[1])]);
    else if (drag.kind === "bead") paths.moveBead(drag.index, point, unitsOf(BEAD_PX));
    else paths.movePoint(drag.index, point);
    return true;
  };

  const up = (event: PointerEvent): boolean => {
    const drag = dragged.current;
    if (!drag || event.pointerId !== drag.pointer) return drag !== null;
    dragged.current = null;
    if (drag.kind !== "draw") {
      paths.release();
      return true;
    }
    const line = store.paths.drawn.value;
    store.paths.drawn.value = [];
    if (event.type === "pointercancel") return true;
    if (!paths.draw(line, Math.max(SMALLEST_TOLERANCE, unitsOf(TOLERANCE_PX)))) return true;
    store.paths.mode.value = "play";
    if (!store.playing.value) void player.play();
    return true;
  };
  return { down, move, up };
}
