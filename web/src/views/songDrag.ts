/** Dragging over the song: a scene into it, or one of its parts to another place. */

import { signal } from "@preact/signals";

const STARTS_AT = 6; // CSS pixels from where the pointer went down

export interface Dragged {
  readonly what: "scene" | "part";
  readonly index: number;
  readonly label: string;
  readonly x: number;
  readonly y: number;
  readonly place: number | null; // part of the song before which it would come; null: not over the song
}

/** What is dragged now. */
export const dragged = signal<Dragged | null>(null);

/** The part before which something comes that is dropped here; null: not over the song. */
export function placeAt(x: number, y: number): number | null {
  const strip = document.elementFromPoint(x, y)?.closest(".song-parts");
  if (!strip) return null;
  const parts = [...strip.querySelectorAll(".song-part")];
  const after = parts.findIndex((part) => {
    const { left, width } = part.getBoundingClientRect();
    return x < left + width / 2;
  });
  return after < 0 ? parts.length : after;
}

/** Handlers that make an element draggable onto the song; `drop` gets the part before which it comes. */
export function draggable(what: Dragged["what"], index: number, label: string, drop: (place: number) => void) {
  let from: { x: number; y: number; id: number } | null = null;
  const end = (event: PointerEvent) => {
    const now = dragged.value;
    from = null;
    dragged.value = null;
    if (now === null) return;
    if (event.type === "pointerup" && now.place !== null) drop(now.place);
    addEventListener("click", swallow, { capture: true, once: true });
    setTimeout(() => removeEventListener("click", swallow, { capture: true }), 0);
  };
  return {
    onPointerDown(event: PointerEvent) {
      if (event.button === 0) from = { x: event.clientX, y: event.clientY, id: event.pointerId };
    },
    onPointerMove(event: PointerEvent) {
      if (!from || event.pointerId !== from.id) return;
      if (dragged.value === null) {
        if (Math.hypot(event.clientX - from.x, event.clientY - from.y) < STARTS_AT) return;
        (event.currentTarget as Element).setPointerCapture(event.pointerId);
      }
      dragged.value = { what, index, label, x: event.clientX, y: event.clientY, place: placeAt(event.clientX, event.clientY) };
    },
    onPointerUp: end,
    onPointerCancel: end,
  };
}

/** The click that follows a drag is none. */
const swallow = (event: Event) => {
  event.stopPropagation();
  event.preventDefault();
};
