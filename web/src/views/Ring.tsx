/** Where one is on the map: the bar as a ring, its playhead as a hand, each stroke as a pulse in its voice's colour. */

import { useSignalEffect } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { stepsPerBeat } from "../rules/sequencer";
import { stepsPerBar } from "../rules/units";
import { drawRing, passed, type Pulse, PULSE_SECONDS } from "../map/ringDrawing";
import { usePage } from "./page";
import { pageColour } from "./pageColours";
import { useDark } from "./theme";
import { inkOf } from "./VoiceColours";

const MARGIN = 30; // CSS pixels around the ring for its pulses
const DRAWN_EVERY_MS = 30; // in a drag, which moves it at once
const CALM = "(prefers-reduced-motion: reduce)";

export function Ring() {
  const { store } = usePage();
  const dark = useDark();
  const canvas = useRef<HTMLCanvasElement>(null);
  const sounded = useRef<(Omit<Pulse, "age"> & { readonly at: number })[]>([]);
  const before = useRef<number | null>(null); // the playhead when the ring was drawn last
  const drawnAt = useRef(0);
  const calmly = useRef(window.matchMedia(CALM));
  const [left, top] = store.projection.value.toPixel(store.shownPoint.value);
  const radius = store.stage.value.width < 560 ? 36 : 48;
  const side = 2 * (radius + MARGIN);

  const draw = () => {
    const position = store.position.value;
    const shown = store.shown.value;
    const slow = store.underHand.value && position !== null; // then it is drawn again soon
    if (slow && performance.now() - drawnAt.current < DRAWN_EVERY_MS) return;
    drawnAt.current = performance.now();
    const voices = store.voices.value;
    const pending = store.pending.value;
    const playing = store.playing.value;
    const heard = store.heard.value?.bar.pattern ?? shown;
    const calm = calmly.current.matches;
    const now = performance.now() / 1000;
    if (position !== null && before.current !== null && !calm)
      for (const [voice, velocity] of passed(heard, before.current, position)) sounded.current.push({ voice, velocity, at: now });
    before.current = position;
    sounded.current = sounded.current.filter(({ at }) => now - at < PULSE_SECONDS);

    const step = position !== null && calm ? Math.floor(position / stepsPerBeat(heard.meter)) * stepsPerBeat(heard.meter) : position;
    drawRing(canvas.current!, {
      radius,
      margin: MARGIN,
      scale: window.devicePixelRatio || 1,
      pattern: shown,
      inks: voices.map((voice) => inkOf(voice.colour, dark)),
      hand: step === null ? null : step / stepsPerBar(heard.meter),
      pulses: position === null ? [] : sounded.current.map(({ at, ...pulse }) => ({ ...pulse, age: now - at })),
      colours: { glass: pageColour("--map-glass"), edge: pageColour(playing ? "--accent" : "--ink-page"), line: pageColour("--field-hover"), hand: pageColour("--ink-page") },
      pending,
    });
  };
  useSignalEffect(draw);
  useLayoutEffect(draw, [radius]);
  useEffect(draw, [dark]); // when the page has its new theme
  return (
    <canvas
      ref={canvas}
      class={`map-here ${store.pending.value ? "is-pending" : ""} ${store.playing.value ? "is-playing" : ""}`}
      aria-hidden="true"
      style={{ width: `${side}px`, height: `${side}px`, transform: `translate(${left - side / 2}px, ${top - side / 2}px)` }}
    />
  );
}
