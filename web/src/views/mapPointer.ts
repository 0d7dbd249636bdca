/** What a pointer does on the map: a press plays what lies there, a drag moves on, two fingers or the middle button move the window, the wheel zooms. */

import { useSignal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import type { RefObject } from "preact";
import type { Point } from "../rules/protocol";
import { type Pin, PINS } from "../rules/scene";
import { nearestStar } from "../map/stars";
import { HOME, type Pixel } from "../map/view";
import { usePage } from "./page";

const HOVER_PX = 9; // how near a bar the pointer must be to name it
const REACH_PX = 11; // how near a star is pressed
const FINGER_REACH_PX = 22;
const TRAIL_POINTS = 60;
const TRAIL_EVERY_MS = 25;
const WHEEL_ZOOM = 0.0016; // of its factor's logarithm, a pixel of the wheel
const HELD_STILL_PX = 5; // a finger that has moved less has not moved
const FINGER_WAIT_MS = 90; // for a second finger

type Press = "play" | "move the window" | Pin;

/** A press that may become a drag, where it began. */
interface Pressed {
  readonly kind: Press;
  readonly from: Pixel;
  readonly star: ReturnType<typeof nearestStar>; // that was pressed
  began: boolean; // it is no part of a pinch
}

export function useMapPointer(frame: RefObject<HTMLDivElement | null>) {
  const { store, actions, player, material } = usePage();
  const pressed = useRef<Pressed | null>(null);
  const fingers = useRef(new Map<number, Pixel>());
  const waiting = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [hovered, setHovered] = useState<number | null>(null); // the bar of the corpus under the pointer
  const trail = useSignal<readonly Point[]>([]);
  const drawnAt = useRef(0); // the trail

  const pixelOf = (event: MouseEvent): Pixel => {
    const box = frame.current!.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const pointOf = (event: MouseEvent): Point => store.projection.value.toPoint(pixelOf(event));

  const starAt = (event: PointerEvent) => nearestStar(store.project.value.material, store.projection.value, pixelOf(event), event.pointerType === "touch" ? FINGER_REACH_PX : REACH_PX);

  const begin = (event: PointerEvent) => {
    const press = pressed.current;
    if (!press || press.began) return;
    press.began = true;
    if (press.kind !== "play") return;
    trail.value = [];
    store.underHand.value = true; // it may become a drag
    const star = press.star;
    if (star) material.play(...star);
    else actions.goTo(pointOf(event), false); // a click waits for its step, beat or bar
    if (!store.playing.value) void player.play();
  };
  const end = () => {
    clearTimeout(waiting.current);
    store.underHand.value = false;
    if (pressed.current?.kind === "play") actions.settle();
    else if (pressed.current) store.settle();
    pressed.current = null;
  };

  const onPointerDown = (event: PointerEvent) => {
    setHovered(null);
    frame.current!.setPointerCapture(event.pointerId);
    fingers.current.set(event.pointerId, pixelOf(event));
    if (fingers.current.size > 1) return end(); // a pinch
    const pin = (event.target as Element).closest<HTMLElement>("[data-pin]")?.dataset["pin"];
    const kind: Press = event.button !== 0 || event.altKey ? "move the window" : (PINS.find((each) => each === pin) ?? "play");
    pressed.current = { kind, from: pixelOf(event), star: kind === "play" ? starAt(event) : null, began: false };
    if (event.pointerType !== "touch") return begin(event);
    store.pointed.value = pointOf(event);
    waiting.current = setTimeout(() => begin(event), FINGER_WAIT_MS);
  };

  const drag = (event: PointerEvent, { kind }: Pressed) => {
    if (kind === "play") {
      const point = pointOf(event);
      if (event.timeStamp - drawnAt.current > TRAIL_EVERY_MS) {
        trail.value = [...trail.value.slice(-TRAIL_POINTS), point];
        drawnAt.current = event.timeStamp;
      }
      actions.goTo(point, true);
    } else if (kind === "move the window") {
      const [to, [left, top]] = [pixelOf(event), fingers.current.get(event.pointerId)!];
      store.view.value = store.projection.value.pannedBy(to[0] - left, to[1] - top);
    } else actions.setPin(kind, pointOf(event));
  };

  const pinch = (id: number, to: Pixel) => {
    const from = fingers.current.get(id)!;
    const [still] = [...fingers.current].filter(([other]) => other !== id).map(([, pixel]) => pixel);
    if (!still) return;
    const apart = ([left, top]: Pixel) => Math.max(20, Math.hypot(left - still[0], top - still[1]));
    store.view.value = store.projection.value.zoomedAt(still, apart(to) / apart(from));
    store.view.value = store.projection.value.pannedBy((to[0] - from[0]) / 2, (to[1] - from[1]) / 2);
  };

  const onPointerMove = (event: PointerEvent) => {
    const to = pixelOf(event);
    const press = pressed.current;
    if (fingers.current.size > 1 && fingers.current.has(event.pointerId)) {
      pinch(event.pointerId, to);
    } else if (press) {
      const moved = Math.hypot(to[0] - press.from[0], to[1] - press.from[1]) > HELD_STILL_PX;
      if (!press.began && moved) begin(event);
      if (press.began && (moved || !press.star)) drag(event, press); // a star that was pressed plays on until the pointer leaves it
    } else {
      const { projection, nearby } = store;
      const point = pointOf(event);
      store.pointed.value = point;
      const near = nearby.value?.nearest(point, 1)[0];
      setHovered(near && near.distance * projection.value.scale < HOVER_PX ? near.index : null);
    }
    if (fingers.current.has(event.pointerId)) fingers.current.set(event.pointerId, to);
  };

  const onPointerUp = (event: PointerEvent) => {
    if (event.type === "pointerup") begin(event); // a tap that was over before a second finger could come
    fingers.current.delete(event.pointerId);
    end();
  };

  useEffect(() => {
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      store.view.value = store.projection.value.zoomedAt(pixelOf(event), Math.exp(-event.deltaY * WHEEL_ZOOM * (event.ctrlKey ? 5 : 1)));
    };
    const element = frame.current!;
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => element.removeEventListener("wheel", onWheel);
  }, []);

  return {
    hovered,
    trail,
    handlers: {
      onPointerDown,
      onPointerMove,
      onPointerUp,
      onPointerCancel: onPointerUp,
      onPointerLeave: () => {
        setHovered(null);
        store.pointed.value = null;
      },
      onMouseDown: (event: MouseEvent) => {
        if (event.button === 1) event.preventDefault(); // else the browser scrolls
      },
      onContextMenu: (event: Event) => event.preventDefault(),
      onDblClick: () => (store.view.value = HOME),
    },
  };
}

/** Plus and minus zoom about the middle, 0 shows the whole map; true if the key was one of these. */
export function zoomedByKey(event: KeyboardEvent, store: ReturnType<typeof usePage>["store"]): boolean {
  const { projection, view, stage } = store;
  const middle: Pixel = [stage.value.width / 2, stage.value.height / 2];
  const factor = event.key === "+" || event.key === "=" ? 1.5 : event.key === "-" ? 1 / 1.5 : null;
  if (event.ctrlKey || event.metaKey || event.altKey || (factor === null && event.key !== "0")) return false;
  view.value = factor === null ? HOME : projection.value.zoomedAt(middle, factor);
  event.preventDefault();
  event.stopPropagation();
  return true;
}
