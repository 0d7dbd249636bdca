/** The path on the map: a dotted line with a bead for each bar, the first of each four larger, those that were played filled. */

import { useRef } from "preact/hooks";
import { counted } from "../rules/journey";
import { ownPoints } from "../rules/pathDrawing";
import type { Point } from "../rules/protocol";
import { pinOf, PINS, roundPoints } from "../rules/scene";
import { formatPoint } from "../rules/summary";
import { vertices } from "../rules/travel";
import { byArrows, isArrow, movedByArrow } from "./mapGestures";
import { usePlaces } from "./mapPlaces";
import { usePage } from "./page";
import { BEAD_PX } from "./pathPointer";

const MOST_BEADS = 256; // that are drawn; of more, some
const BEADS_A_PHRASE = 4;

export function PathLayer() {
  const { store } = usePage();
  const projection = store.projection.value;
  const scene = store.scene.value;
  const points = vertices(scene).map((each) => projection.toPixel(each).join());
  return (
    <>
      <svg class="map-path" aria-hidden="true">
        {points.length > 0 && <polyline points={points.join(" ")} />}
      </svg>
      {scene.path && <Beads />}
      {scene.path && store.paths.mode.value === "points" && <Points />}
      {scene.path && <Label />}
      <DrawnLine />
      <DrawHint />
      <Anchors />
      <Said />
    </>
  );
}

/** The bead that is played now, on the way there or back; null while the path is not travelled. */
function playedBead(bars: number, bar: number | null): number | null {
  return bar === null ? null : bar < bars ? bar : 2 * bars - 2 - bar;
}

function Beads() {
  const { store, paths } = usePage();
  const place = usePlaces();
  const group = useRef<HTMLDivElement>(null);
  const scene = store.scene.value;
  const { bars, way } = scene.path!;
  const there = roundPoints({ ...scene, path: { ...scene.path!, way: "once" } });
  const played = store.playing.value ? playedBead(bars, store.journeyBar.value) : null;
  const every = BEADS_A_PHRASE ** Math.max(0, Math.ceil(Math.log(bars / MOST_BEADS) / Math.log(BEADS_A_PHRASE)));
  const reach = BEAD_PX / store.projection.value.scale;
  const focus = (bead: number) => group.current?.querySelector<HTMLElement>(`[data-path="bead:${bead}"]`)?.focus();
  const onKeyDown = (event: KeyboardEvent) => {
    const bar = Number((event.target as HTMLElement).dataset["path"]?.split(":")[1]);
    const to = Number.isNaN(bar) ? null : movedByArrow(event, there[bar]!);
    const next = { PageDown: bar + every, PageUp: bar - every, Home: 0, End: bars - 1 - ((bars - 1) % every) }[event.key];
    if (to) return paths.moveBead(bar, to, reach);
    if (event.key === "Delete" || event.key === "Backspace") paths.removeBead(bar, reach);
    else if (next !== undefined) focus(Math.min(Math.max(next, 0), bars - 1));
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      ref={group}
      class="beads"
      role="group"
      aria-label={`Path of ${counted(bars, "bar")}, ${way}`}
      aria-description="Arrow keys move the path at this bar, Page Up and Page Down go to another bar, Delete takes away the point there."
      onKeyDown={onKeyDown}
      onKeyUp={(event) => isArrow(event) && store.settle()}
      onFocusOut={() => paths.release()}
    >
      {there.map(
        (point, bar) =>
          bar % every === 0 && (
            <button
              key={bar}
              type="button"
              class={`bead ${bar % BEADS_A_PHRASE === 0 ? "is-first" : ""} ${played !== null && bar <= played ? "is-done" : ""}`}
              data-path={`bead:${bar}`}
              aria-label={`Bar ${bar + 1} of ${bars}, at ${formatPoint(point)}`}
              aria-current={bar === played}
              tabIndex={bar === (played === null ? 0 : played - (played % every)) ? 0 : -1}
              style={place(point)}
            />
          ),
      )}
    </div>
  );
}

/** The points that the path goes through. */
function Points() {
  const { store, paths } = usePage();
  const place = usePlaces();
  const points = ownPoints(store.scene.value);
  const group = useRef<HTMLDivElement>(null);
  const focus = (index: number) => group.current?.querySelector<HTMLElement>(`[data-path="point:${index}"]`)?.focus();
  const keysOf = (index: number, point: Point) => (event: KeyboardEvent) => {
    const to = movedByArrow(event, point);
    if (to) return paths.movePoint(index, to);
    if (event.key === "Delete" || event.key === "Backspace") paths.removePoint(index);
    else if (event.key === "Insert" || event.key === "Enter") paths.insertAfter(index);
    else if (event.key === "PageDown") focus(Math.min(index + 1, points.length - 1));
    else if (event.key === "PageUp") focus(Math.max(index - 1, 0));
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div ref={group} role="group" aria-label="Points of the path" aria-description="Arrow keys move a point, Enter inserts one after it, Delete takes it away, Page Up and Page Down go to another.">
      {points.map((point, index) => (
        <button
          key={index}
          type="button"
          class="path-point"
          data-path={`point:${index}`}
          aria-label={`Point ${index + 1} of ${points.length}, at ${formatPoint(point)}`}
          title="Drag it; double-click deletes it"
          tabIndex={index === 0 ? 0 : -1}
          style={place(point)}
          onKeyDown={keysOf(index, point)}
          onKeyUp={(event) => isArrow(event) && store.settle()}
          onDblClick={(event) => {
            event.stopPropagation();
            paths.removePoint(index);
          }}
        />
      ))}
    </div>
  );
}

/** "16 bars", at the start of the path: a handle that moves it as a whole. */
function Label() {
  const { store, paths } = usePage();
  const place = usePlaces();
  const scene = store.scene.value;
  const [start] = vertices(scene);
  const bars = counted(scene.path!.bars, "bar");
  const onKeyDown = (event: KeyboardEvent) => {
    const by = movedByArrow(event, [0, 0]);
    if (by) paths.moveAll(by);
  };
  return (
    <button
      type="button"
      class="path-label"
      data-path="whole"
      aria-label={`Move the path of ${bars}`}
      title="Drag to move the whole path"
      style={place(start!)}
      onKeyDown={onKeyDown}
      onKeyUp={(event) => isArrow(event) && store.settle()}
    >
      {bars}
    </button>
  );
}

/** The line under the hand. */
function DrawnLine() {
  const { store } = usePage();
  const projection = store.projection.value;
  const points = store.paths.drawn.value;
  if (points.length < 2) return null;
  return (
    <svg class="map-path map-drawn" aria-hidden="true">
      <polyline points={points.map((each) => projection.toPixel(each).join()).join(" ")} />
    </svg>
  );
}

/** That the next drag draws, and the way out of it. */
function DrawHint() {
  const { store } = usePage();
  const { mode } = store.paths;
  if (mode.value !== "draw") return null;
  return (
    <p class="draw-hint" role="status">
      Drag over the map: you draw a path
      <button type="button" class="quiet" onClick={() => (mode.value = "play")}>
        stop drawing
      </button>
    </p>
  );
}

/** A to D, where they are set. */
function Anchors() {
  const { store, actions } = usePage();
  const place = usePlaces();
  const scene = store.scene.value;
  return (
    <>
      {PINS.map((pin) => {
        const point = pinOf(scene, pin);
        return (
          point && (
            <button
              key={pin}
              type="button"
              class="map-pin"
              data-pin={pin}
              style={place(point)}
              aria-label={`Pin ${pin} at ${formatPoint(point)}`}
              {...byArrows(point, (to) => actions.setPin(pin, to), () => store.settle())}
            >
              {pin}
            </button>
          )
        );
      })}
    </>
  );
}

/** What could not be done, at the place where it happened. */
function Said() {
  const { store } = usePage();
  const place = usePlaces();
  const said = store.paths.said.value;
  return said && (
    <p class="map-said" role="status" style={place(said.point)}>
      {said.text}
    </p>
  ); // prettier-ignore
}
