/** The rhythm map, the stage of the page: a click plays the bar that the rhythm space has at that point. */

import { type ReadonlySignal, useSignalEffect } from "@preact/signals";
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { CorpusMap, Point } from "../rules/protocol";
import { pointOf } from "../rules/scene";
import { describeBar, ownBars } from "../rules/summary";
import { drawBars } from "../map/barsDrawing";
import type { CanvasSize } from "../map/canvas";
import { drawGlow, GLOW_EDGE } from "../map/glow";
import { drawGround } from "../map/mapGround";
import { lookOf, ranks } from "../map/markers";
import { CanvasLayer } from "./CanvasLayer";
import { byArrows } from "./mapGestures";
import { usePlaces } from "./mapPlaces";
import { useMapPointer, zoomedByKey } from "./mapPointer";
import { usePage } from "./page";
import { PathLayer } from "./PathLayer";
import { usePathPointer } from "./pathPointer";
import { Prompts } from "./Prompts";
import { Ring } from "./Ring";
import { useResting } from "./settled";
import { Stars } from "./Stars";
import { StyleNames } from "./StyleNames";
import { useDark } from "./theme";

const GROUND_RESTS_MS = 140; // it is drawn when the window has stopped moving
const NEAR = 3; // zoom from which single bars are shown

/** The window is as large as the element. */
function useStageSize(frame: { readonly current: HTMLDivElement | null }): void {
  const { store } = usePage();
  useLayoutEffect(() => {
    const watch = new ResizeObserver(([entry]) => {
      if (entry) store.stage.value = { width: entry.contentRect.width, height: entry.contentRect.height };
    });
    watch.observe(frame.current!);
    return () => watch.disconnect();
  }, []);
}

export function MapView() {
  const { store, actions } = usePage();
  const frame = useRef<HTMLDivElement>(null);
  useStageSize(frame);
  const { hovered, trail, handlers } = useMapPointer(frame);
  const path = usePathPointer(frame);
  const corpus = store.corpus.value;
  const here = (): Point => (store.journeyBar.peek() === null ? pointOf(store.scene.peek()) : store.shownPoint.peek());
  const arrows = byArrows(here, (to) => actions.goTo(to), () => actions.settle());
  useSignalEffect(() => {
    const point = store.shownPoint.value;
    if (!store.underHand.peek()) store.view.value = store.projection.peek().showing(point); // where one is stays in sight
  });
  return (
    <div
      ref={frame}
      id="map"
      class="map"
      role="application"
      aria-label="Rhythm map"
      aria-roledescription="map"
      aria-describedby="map-keys"
      tabIndex={0}
      {...handlers}
      data-mode={store.paths.mode.value}
      onPointerDown={(event) => (path.down(event) ? handlers.onPointerLeave() : handlers.onPointerDown(event))}
      onPointerMove={(event) => path.move(event) || handlers.onPointerMove(event)}
      onPointerUp={(event) => path.up(event) || handlers.onPointerUp(event)}
      onPointerCancel={(event) => path.up(event) || handlers.onPointerCancel(event)}
      onKeyDown={(event) => {
        if (!zoomedByKey(event, store)) arrows.onKeyDown(event);
      }}
      onKeyUp={arrows.onKeyUp}
    >
      <Glow />
      <Ground />
      <Bars />
      <StyleNames />
      <PathLayer />
      <Stars />
      <Trail of={trail} />
      <Awaited />
      <Ring />
      {hovered !== null && corpus && <Label corpus={corpus} bar={hovered} />}
      <Prompts />
      <p id="map-keys" class="unseen">
        Arrow keys move by 1 percent, with Shift by 10. Plus and minus zoom, 0 shows the whole map. A to D set the places between which you travel and morph, P draws a path, T travels it. The two
        sliders and the list under “About this bar” do the same.
      </p>
    </div>
  );
}

/** The density of the bars, drawn once; the window moves over it. */
function Glow() {
  const { store } = usePage();
  const dark = useDark();
  const canvas = useRef<HTMLCanvasElement>(null);
  const corpus = store.corpus.value;
  const projection = store.projection.value;
  useLayoutEffect(() => {
    if (corpus) drawGlow(canvas.current!, corpus, dark);
  }, [corpus, dark]);
  const [left, top] = projection.toPixel([-GLOW_EDGE, GLOW_EDGE]);
  const side = 2 * GLOW_EDGE * projection.scale;
  const opacity = 1 / Math.max(1, projection.view.zoom) ** 0.4; // from near by, the bars themselves are to be seen
  return <canvas ref={canvas} class="map-glow" aria-hidden="true" style={{ left: `${left}px`, top: `${top}px`, width: `${side}px`, height: `${side}px`, opacity }} />;
}

/** Single bars, from near by or when asked for; the player's own always. */
function Bars() {
  const { store } = usePage();
  const dark = useDark();
  const corpus = store.corpus.value;
  const nearby = store.nearby.value;
  const highlighted = store.highlightedStyles.value;
  const projection = store.projection.value;
  const shown = store.showsBars.value || highlighted.size > 0 || projection.view.zoom >= NEAR;
  const own = useMemo(() => (corpus ? ownBars(corpus) : []), [corpus]);
  if (!corpus || !nearby || (!shown && own.length === 0)) return null;
  const draw = (canvas: HTMLCanvasElement, size: CanvasSize) => drawBars(canvas, corpus, shown ? nearby.within(projection.bounds) : own, { ...size, dark, highlighted, projection });
  return <CanvasLayer class="map-layer" from={[corpus, dark, highlighted, projection]} draw={draw} />;
}

/** Regions of the style pointed at in the list, else of the highlighted ones, else of the chosen ones; and hatching over what is far from all data. */
function Ground() {
  const { store } = usePage();
  const dark = useDark();
  const ground = store.ground.value;
  const corpus = store.corpus.value;
  const styles = store.regions.value;
  const projection = useResting(store.projection, GROUND_RESTS_MS);
  const hatched = store.showsBars.value;
  const shown = hatched || styles.length > 0;
  if (!shown || !projection) return null;
  const draw = (canvas: HTMLCanvasElement, size: CanvasSize) => {
    if (!ground || !corpus) return;
    const rank = ranks(corpus.style, corpus.styles.length);
    const regions = styles.flatMap((style) => {
      const field = ground.styles[style];
      return field ? [{ field, colour: lookOf(rank[corpus.styles.indexOf(style)] ?? -1, dark).colour }] : [];
    });
    drawGround(canvas, ground, { ...size, dark, regions, hatched, projection });
  };
  return <CanvasLayer class="map-layer map-ground" from={[ground, corpus, dark, hatched, projection, styles.join()]} draw={draw} />;
}

/** Where the pointer has been in this drag. */
function Trail({ of }: { readonly of: ReadonlySignal<readonly Point[]> }) {
  const { store } = usePage();
  const points = of.value;
  const projection = store.projection.value;
  return (
    <svg class="map-path map-trail" aria-hidden="true">
      {points.length > 1 && <polyline points={points.map((each) => projection.toPixel(each).join()).join(" ")} />}
    </svg>
  );
}

/** Where one has clicked, while the server does not answer and the bar of before sounds on. */
function Awaited() {
  const { store } = usePage();
  const place = usePlaces();
  return store.waiting.value && store.away.value.length > 0 ? <span class="map-awaited" style={place(pointOf(store.scene.value))} /> : null;
}

/** Where the bar under the pointer comes from. */
function Label({ corpus, bar }: { readonly corpus: CorpusMap; readonly bar: number }) {
  const { store } = usePage();
  const place = usePlaces();
  const { style, section, source, licence } = describeBar(corpus, bar);
  const point: Point = [corpus.x[bar]!, corpus.y[bar]!];
  const [left, top] = store.projection.value.toPixel(point);
  const { width, height } = store.stage.value;
  return (
    <p class={`map-label ${left > width / 2 ? "is-left" : ""} ${top < height / 2 ? "is-below" : ""}`} style={place(point)} aria-hidden="true">
      <b>{style}</b> {section}
      <br />
      {source}
      {licence && `, ${licence}`}
    </p>
  );
}
