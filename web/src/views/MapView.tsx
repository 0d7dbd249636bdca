/** The rhythm map: a click plays the bar that the rhythm space has at that point. */

import { useSignalEffect } from "@preact/signals";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { fromShare, MAP_EDGE, toShare } from "../rules/mapPoint";
import { pointsOf } from "../rules/journey";
import { drawMap } from "../map/mapDrawing";
import { drawGround } from "../map/mapGround";
import { lookOf, ranks } from "../map/markers";
import type { CorpusMap, Point } from "../rules/protocol";
import { stepsPerBeat } from "../rules/sequencer";
import { describeBar, formatPoint } from "../rules/summary";
import { stepsPerBar } from "../rules/units";
import { ClockGlyph } from "./ClockGlyph";
import { usePage } from "./page";
import { useDark } from "./theme";

const NUDGE = (2 * MAP_EDGE) / 100; // 1 % of the map
const HOVER_PX = 7; // how near a point of the corpus the pointer must be to name it
const ARROWS: Record<string, Point> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

const at = ([x, y]: Point) => ({ left: `${toShare(x) * 100}%`, top: `${(1 - toShare(y)) * 100}%` });

/** Handlers that move a point by arrow keys: 1 %, with Shift 10 %. */
function byArrows(point: Point, move: (point: Point) => void, done: () => void) {
  return {
    onKeyDown: (event: KeyboardEvent) => {
      const arrow = ARROWS[event.key];
      if (!arrow || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      event.stopPropagation();
      const by = NUDGE * (event.shiftKey ? 10 : 1);
      move([point[0] + arrow[0] * by, point[1] + arrow[1] * by]);
    },
    onKeyUp: (event: KeyboardEvent) => {
      if (ARROWS[event.key]) done();
    },
  };
}

export function MapView() {
  const { store, actions, player } = usePage();
  const frame = useRef<HTMLDivElement>(null);
  const dragging = useRef<"point" | "a" | "b" | null>(null);
  const [hovered, setHovered] = useState<number | null>(null); // the bar of the corpus under the pointer
  const point = store.shownPoint.value;
  const { journey } = store.groove.value;

  const pointUnder = (event: PointerEvent): Point => {
    const box = frame.current!.getBoundingClientRect();
    return [fromShare((event.clientX - box.left) / box.width), fromShare(1 - (event.clientY - box.top) / box.height)];
  };
  const drag = (event: PointerEvent) => {
    if (dragging.current === "point") actions.goTo(pointUnder(event));
    else if (dragging.current) actions.setPin(dragging.current, pointUnder(event));
  };
  const hover = (event: PointerEvent) => {
    const box = frame.current!.getBoundingClientRect();
    const near = store.nearby.value?.nearest(pointUnder(event), 1)[0];
    const reach = (HOVER_PX * 2 * MAP_EDGE) / Math.min(box.width, box.height);
    setHovered(near && near.distance < reach ? near.index : null);
  };
  const onPointerDown = (event: PointerEvent) => {
    if (event.button !== 0) return;
    setHovered(null);
    const pin = (event.target as Element).closest<HTMLElement>("[data-pin]")?.dataset["pin"];
    dragging.current = pin === "a" || pin === "b" ? pin : "point";
    frame.current!.setPointerCapture(event.pointerId);
    if (dragging.current === "point") {
      drag(event);
      if (!store.playing.value) void player.play(); // a click is heard at once
    }
  };
  const onPointerUp = () => {
    if (dragging.current === "point") actions.settle();
    else if (dragging.current) store.settle();
    dragging.current = null;
  };

  return (
    <div
      ref={frame}
      class="map"
      role="application"
      aria-label="Rhythm map"
      aria-roledescription="map"
      aria-describedby="map-keys"
      tabIndex={0}
      onPointerDown={onPointerDown}
      onPointerMove={(event) => (dragging.current ? drag(event) : hover(event))}
      onPointerLeave={() => setHovered(null)}
      onPointerUp={onPointerUp}
      onPointerCancel={onPointerUp}
      {...byArrows(point, (to) => actions.goTo(to), () => actions.settle())}
    >
      <Corpus />
      <Ground />
      <svg class="map-path" aria-hidden="true" preserveAspectRatio="none" viewBox="-3 -3 6 6">
        {journey.a && journey.b && <line x1={journey.a[0]} y1={-journey.a[1]} x2={journey.b[0]} y2={-journey.b[1]} />}
      </svg>
      {pointsOf({ ...journey, mode: "loop" }).map((each, bar) => (
        <span key={bar} class="map-bar" style={at(each)} />
      ))}
      <div class={`map-here ${store.pending.value ? "is-pending" : ""} ${store.playing.value ? "is-playing" : ""}`} style={at(point)}>
        <ClockGlyph pattern={store.shown.value}>
          <Hand />
        </ClockGlyph>
      </div>
      {(["a", "b"] as const).map((pin) => {
        const where = journey[pin];
        return (
          where && (
            <button
              key={pin}
              type="button"
              class="map-pin"
              data-pin={pin}
              style={at(where)}
              aria-label={`Pin ${pin.toUpperCase()} at ${formatPoint(where)}`}
              {...byArrows(where, (to) => actions.setPin(pin, to), () => store.settle())}
            >
              {pin.toUpperCase()}
            </button>
          )
        );
      })}
      {hovered !== null && store.corpus.value && <Label corpus={store.corpus.value} bar={hovered} />}
      {!store.playing.value && store.sound.value === "off" && <p class="map-hint">Click anywhere: the rhythm there plays</p>}
      <p id="map-keys" class="unseen">
        Arrow keys move by 1 percent, with Shift by 10. A and B set the pins of a journey here. The two sliders and the list under “nearby” do the same.
      </p>
    </div>
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

interface Size {
  readonly width: number;
  readonly height: number;
}

/** A canvas as large as the map, drawn again only when its size changes, or what it is drawn from. */
function Layer({ draw, from }: { readonly draw: (canvas: HTMLCanvasElement, size: Size & { scale: number }) => void; readonly from: readonly unknown[] }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [size, setSize] = useState<Size | null>(null);
  useLayoutEffect(() => {
    const watch = new ResizeObserver(([entry]) => {
      if (entry) setSize({ width: entry.contentRect.width, height: entry.contentRect.height });
    });
    watch.observe(canvas.current!.parentElement!);
    return () => watch.disconnect();
  }, []);
  useLayoutEffect(() => {
    if (size && size.width > 0) draw(canvas.current!, { ...size, scale: window.devicePixelRatio || 1 });
  }, [size, ...from]);
  return <canvas ref={canvas} class="map-layer" aria-hidden="true" />;
}

/** A glow where bars are dense, and a marker for each bar. */
function Corpus() {
  const { store } = usePage();
  const dark = useDark();
  const corpus = store.corpus.value;
  const highlighted = store.highlightedStyles.value;
  return <Layer from={[corpus, dark, highlighted]} draw={(canvas, size) => corpus && drawMap(canvas, corpus, { ...size, dark, highlighted })} />;
}

/** Regions of the style pointed at in the legend, else of the highlighted ones, else of the chosen ones; and hatching over what is far from all data. */
function Ground() {
  const { store } = usePage();
  const dark = useDark();
  const ground = store.ground.value;
  const corpus = store.corpus.value;
  const styles = store.regions.value;
  const draw = (canvas: HTMLCanvasElement, size: Size & { scale: number }) => {
    if (!ground || !corpus) return;
    const rank = ranks(corpus.style, corpus.styles.length);
    const regions = styles.flatMap((style) => {
      const field = ground.styles[style];
      return field ? [{ field, colour: lookOf(rank[corpus.styles.indexOf(style)] ?? -1, dark).colour }] : [];
    });
    drawGround(canvas, ground, { ...size, dark, regions });
  };
  return <Layer from={[ground, corpus, dark, styles.join()]} draw={draw} />;
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
    const { meter } = store.heard.value?.pattern ?? store.shown.value;
    const [steps, beat] = [stepsPerBar(meter), stepsPerBeat(meter)];
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const shown = calm ? Math.floor(position / beat) * beat : position;
    line.style.transform = `rotate(${((shown / steps) * 360).toFixed(2)}deg)`;
  });
  return <line ref={hand} class="glyph-hand" x1={50} y1={50} x2={50} y2={3} />;
}
