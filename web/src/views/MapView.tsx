/** The rhythm map: a click plays the bar that the rhythm space has at that point. */

import { useSignalEffect } from "@preact/signals";
import type { RefObject } from "preact";
import { useRef, useState } from "preact/hooks";
import type { CorpusMap } from "../rules/protocol";
import { stepsPerBeat } from "../rules/sequencer";
import { journeyOf, type Pin, PINS, roundPoints } from "../rules/scene";
import { describeBar, formatPoint } from "../rules/summary";
import { vertices } from "../rules/travel";
import { stepsPerBar } from "../rules/units";
import type { CanvasSize } from "../map/canvas";
import { drawMap } from "../map/mapDrawing";
import { drawGround } from "../map/mapGround";
import { lookOf, ranks } from "../map/markers";
import { CanvasLayer } from "./CanvasLayer";
import { ClockGlyph } from "./ClockGlyph";
import { at, byArrows, pointUnder, unitsOf } from "./mapGestures";
import { usePage } from "./page";
import { useDark } from "./theme";

const HOVER_PX = 7; // how near a point of the corpus the pointer must be to name it

/** A press on the map goes there, a press on a pin takes the pin along; without a press, the nearest bar is named. */
function useMapPointer(frame: RefObject<HTMLDivElement | null>) {
  const { store, actions, player } = usePage();
  const dragging = useRef<"point" | Pin | null>(null);
  const [hovered, setHovered] = useState<number | null>(null); // the bar of the corpus under the pointer

  const drag = (event: PointerEvent, moved = true) => {
    const point = pointUnder(event, frame.current!);
    if (dragging.current === "point") actions.goTo(point, moved);
    else if (dragging.current) actions.setPin(dragging.current, point);
  };
  const hover = (event: PointerEvent) => {
    const near = store.nearby.value?.nearest(pointUnder(event, frame.current!), 1)[0];
    setHovered(near && near.distance < unitsOf(HOVER_PX, frame.current!) ? near.index : null);
  };
  const onPointerDown = (event: PointerEvent) => {
    if (event.button !== 0) return;
    setHovered(null);
    const pressed = (event.target as Element).closest<HTMLElement>("[data-pin]")?.dataset["pin"];
    dragging.current = PINS.find((pin) => pin === pressed) ?? "point";
    frame.current!.setPointerCapture(event.pointerId);
    if (dragging.current !== "point") return;
    drag(event, false); // a click waits for its step, beat or bar
    if (!store.playing.value) void player.play(); // a click is heard at once
  };
  const onPointerUp = () => {
    if (dragging.current === "point") actions.settle();
    else if (dragging.current) store.settle();
    dragging.current = null;
  };
  const onPointerMove = (event: PointerEvent) => (dragging.current ? drag(event) : hover(event));
  return { hovered, handlers: { onPointerDown, onPointerMove, onPointerUp, onPointerCancel: onPointerUp, onPointerLeave: () => setHovered(null) } };
}

export function MapView() {
  const { store, actions } = usePage();
  const frame = useRef<HTMLDivElement>(null);
  const { hovered, handlers } = useMapPointer(frame);
  const point = store.shownPoint.value;
  const corpus = store.corpus.value;
  return (
    <div
      ref={frame}
      class="map"
      role="application"
      aria-label="Rhythm map"
      aria-roledescription="map"
      aria-describedby="map-keys"
      tabIndex={0}
      {...handlers}
      {...byArrows(point, (to) => actions.goTo(to), () => actions.settle())}
    >
      <Corpus />
      <Ground />
      <JourneyLine />
      <div class={`map-here ${store.pending.value ? "is-pending" : ""} ${store.playing.value ? "is-playing" : ""}`} style={at(point)}>
        <ClockGlyph pattern={store.shown.value}>
          <Hand />
        </ClockGlyph>
      </div>
      <Pins />
      {hovered !== null && corpus && <Label corpus={corpus} bar={hovered} />}
      {!store.playing.value && store.sound.value === "off" && <p class="map-hint">Click anywhere: the rhythm there plays</p>}
      <p id="map-keys" class="unseen">
        Arrow keys move by 1 percent, with Shift by 10. A and B set the pins of a journey here. The two sliders and the list under “nearby” do the same.
      </p>
    </div>
  );
}

/** The path, from A to B or as it was drawn, and a dot for each of its bars. */
function JourneyLine() {
  const { store } = usePage();
  const scene = store.scene.value;
  const points = vertices(scene).map(([x, y]) => `${x},${-y}`);
  const there = scene.path ? roundPoints({ ...scene, path: { ...scene.path, way: "loop" } }) : [];
  return (
    <>
      <svg class="map-path" aria-hidden="true" preserveAspectRatio="none" viewBox="-3 -3 6 6">
        {points.length > 0 && <polyline points={points.join(" ")} />}
      </svg>
      {there.map((each, bar) => (
        <span key={bar} class="map-bar" style={at(each)} />
      ))}
    </>
  );
}

function Pins() {
  const { store, actions } = usePage();
  const { a, b } = journeyOf(store.scene.value);
  return (
    <>
      {PINS.map((pin) => {
        const point = pin === "A" ? a : b;
        return (
          point && (
            <button
              key={pin}
              type="button"
              class="map-pin"
              data-pin={pin}
              style={at(point)}
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

/** Where the bar under the pointer comes from. */
function Label({ corpus, bar }: { readonly corpus: CorpusMap; readonly bar: number }) {
  const { style, section, source, licence } = describeBar(corpus, bar);
  const [x, y] = [corpus.x[bar]!, corpus.y[bar]!];
  return (
    <p class={`map-label ${x > 0 ? "is-left" : ""} ${y > 0 ? "is-below" : ""}`} style={at([x, y])} aria-hidden="true">
      <b>{style}</b> {section}
      <br />
      {source}
      {licence && `, ${licence}`}
    </p>
  );
}

/** A glow where bars are dense, and a marker for each bar. */
function Corpus() {
  const { store } = usePage();
  const dark = useDark();
  const corpus = store.corpus.value;
  const highlighted = store.highlightedStyles.value;
  return <CanvasLayer class="map-layer" from={[corpus, dark, highlighted]} draw={(canvas, size) => corpus && drawMap(canvas, corpus, { ...size, dark, highlighted })} />;
}

/** Regions of the style pointed at in the legend, else of the highlighted ones, else of the chosen ones; and hatching over what is far from all data. */
function Ground() {
  const { store } = usePage();
  const dark = useDark();
  const ground = store.ground.value;
  const corpus = store.corpus.value;
  const styles = store.regions.value;
  const draw = (canvas: HTMLCanvasElement, size: CanvasSize) => {
    if (!ground || !corpus) return;
    const rank = ranks(corpus.style, corpus.styles.length);
    const regions = styles.flatMap((style) => {
      const field = ground.styles[style];
      return field ? [{ field, colour: lookOf(rank[corpus.styles.indexOf(style)] ?? -1, dark).colour }] : [];
    });
    drawGround(canvas, ground, { ...size, dark, regions });
  };
  return <CanvasLayer class="map-layer" from={[ground, corpus, dark, styles.join()]} draw={draw} />;
}

/** The hand of the clock. With reduced motion it steps from beat to beat instead of sweeping. */
function Hand() {
  const { store } = usePage();
  const hand = useRef<SVGLineElement>(null);
  useSignalEffect(() => {
    const position = store.position.value;
    const line = hand.current;
    if (!line) return;
    line.style.opacity = position === null ? "0" : "1";
    if (position === null) return;
    const { meter } = store.heard.value?.bar.pattern ?? store.shown.value;
    const [steps, beat] = [stepsPerBar(meter), stepsPerBeat(meter)];
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const shown = calm ? Math.floor(position / beat) * beat : position;
    line.style.transform = `rotate(${((shown / steps) * 360).toFixed(2)}deg)`;
  });
  return <line ref={hand} class="glyph-hand" x1={50} y1={50} x2={50} y2={3} />;
}
