/** The bar as a grid: a row a voice, a cell a 16th; an opened cell shows its four steps, an opened voice its panel. */

import { useSignalEffect } from "@preact/signals";
import { Fragment } from "preact";
import { useRef, useState } from "preact/hooks";
import { areColumnsHeld, type GridCell } from "../rules/holds";
import { cellCount, STEPS_PER_CELL } from "../rules/pattern";
import { stepsPerBeat } from "../rules/sequencer";
import { BarTools } from "./BarTools";
import { type GridPlace, useGridKeys } from "./gridKeys";
import { usePanels } from "./latePanels";
import { usePage } from "./page";
import { useRoving } from "./roving";
import { useSettled, useSlowed } from "./settled";
import { VoiceRow } from "./VoiceRow";

const BUTTONS_OF_A_HEAD = 5; // pad, name, hold, mute, solo
const BEATS_FOLLOW_MS = 120; // their numbers
const ROWS_FOLLOW_MS = 32; // the canvases, in a drag

/** Which cell an element belongs to. */
function cellOf(element: Element | null): GridCell | null {
  const { voice, cell } = element?.closest<HTMLElement>("[data-cell]")?.dataset ?? {};
  return voice === undefined || cell === undefined ? null : { voice: Number(voice), cell: Number(cell) };
}

/** Shift and a drag over cells hold or release them; no stroke is set. */
function useMarking() {
  const { barActions } = usePage();
  const marking = useRef<((other: GridCell) => void) | null>(null);
  const marked = useRef(false); // by the press that is about to become a click
  return {
    onPointerDownCapture: (event: PointerEvent) => {
      const corner = event.shiftKey && event.button === 0 ? cellOf(event.target as Element) : null;
      marked.current = corner !== null;
      if (!corner) return;
      event.stopPropagation();
      event.preventDefault(); // no text is selected
      (event.currentTarget as Element).setPointerCapture(event.pointerId);
      marking.current = barActions.markFrom(corner);
      marking.current(corner);
    },
    onPointerMove: (event: PointerEvent) => {
      const other = marking.current && cellOf(document.elementFromPoint(event.clientX, event.clientY));
      if (other) marking.current!(other);
    },
    onPointerUp: () => (marking.current = null),
    onPointerCancel: () => (marking.current = null),
    onClickCapture: (event: MouseEvent) => {
      if (marked.current && event.detail > 0) event.stopPropagation();
    },
  };
}

export function Grid() {
  const { store } = usePage();
  const panels = usePanels();
  const marking = useMarking();
  const grid = useRef<HTMLDivElement>(null);
  const heads = useRoving(grid, ".voice button:not(.tap-pad)", BUTTONS_OF_A_HEAD);
  const beats = useRoving(grid, ".beat button");
  const [focus, setFocus] = useState<GridPlace>({ voice: 0, cell: 0 });
  const { meter } = useSettled(store.shown, BEATS_FOLLOW_MS, store.underHand);
  const drawn = useSlowed(store.shown, ROWS_FOLLOW_MS, store.underHand);
  const cells = cellCount({ meter, strokes: [] });
  const cellsPerBeat = stepsPerBeat(meter) / STEPS_PER_CELL;
  const openVoice = store.openVoice.value;
  const tapping = store.bar.tapTo.value !== null;
  const keys = useGridKeys(grid, cells);

  return (
    <section class="pattern" aria-label="Pattern">
      <div
        ref={grid}
        class="grid"
        role="grid"
        aria-label="Pattern"
        aria-describedby="grid-keys"
        style={{ "--cells": cells }}
        onKeyDown={(event) => {
          keys(event);
          heads.onKeyDown(event);
          beats.onKeyDown(event);
        }}
        {...marking}
        onFocusIn={(event) => {
          heads.onFocusIn(event);
          beats.onFocusIn(event);
          const { voice, cell } = (event.target as HTMLElement).dataset;
          if (voice !== undefined && cell !== undefined) setFocus({ voice: Number(voice), cell: Number(cell) });
        }}
      >
        <Beats cells={cells} cellsPerBeat={cellsPerBeat} />
        {tapping && panels && <panels.TapRow />}
        {store.voices.value.map((voice, index) => (
          <Fragment key={voice.name}>
            <VoiceRow voice={voice} index={index} drawn={drawn} reachable={focus.voice === index ? Math.min(focus.cell, cells - 1) : null} />
            {openVoice === index && panels && <panels.VoicePanel voice={voice} index={index} />}
          </Fragment>
        ))}
        <Playhead cells={cells} cellsPerBeat={cellsPerBeat} />
      </div>
      <BarTools />
      <p id="grid-keys" class="unseen">
        Arrow keys move, Space sets or clears a stroke, plus and minus change its velocity, Enter opens a cell into its four steps, H holds the row, M
        mutes and S solos the voice, O opens its sliders. D, P, C, I, V, E, N, W and L change how it plays its row: density, chance, rounds, ratchet and
        its rounds, accent, nudge, swing and own loop; with Shift the other way. K marks a cell that stays when the rest is filled in.
      </p>
    </section>
  );
}

/** The numbers of the beats; each holds or releases what its beat plays. */
function Beats({ cells, cellsPerBeat }: { readonly cells: number; readonly cellsPerBeat: number }) {
  const { store, barActions } = usePage();
  const holds = store.holds.value;
  return (
    <div role="row" class="grid-beats">
      <span role="columnheader" class="beats-head">
        <span class="unseen">voice</span>
      </span>
      <div role="none" class="beats">
      {Array.from({ length: Math.ceil(cells / cellsPerBeat) }, (_, beat) => {
        const columns = barActions.cellsOfBeat(beat, cellsPerBeat);
        return (
          <span key={beat} role="columnheader" class="beat" style={{ gridColumnEnd: `span ${columns.length}` }}>
            <button
              type="button"
              aria-pressed={areColumnsHeld(holds, columns, store.voices.value.length)}
              aria-label={`Beat ${beat + 1} stays`}
              title="What this beat plays stays when the rest is filled in"
              onClick={() => barActions.toggleColumns(columns)}
            >
              {beat + 1}
            </button>
          </span>
        );
      })}
      </div>
    </div>
  );
}

/** An outline around the 16th that sounds; with reduced motion, around the beat. */
function Playhead({ cells, cellsPerBeat }: { readonly cells: number; readonly cellsPerBeat: number }) {
  const { store } = usePage();
  const outline = useRef<HTMLDivElement>(null);
  useSignalEffect(() => {
    const position = store.position.value;
    const box = outline.current;
    if (!box) return;
    if (position === null) {
      if (!box.hidden) box.hidden = true;
      return;
    }
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const cell = Math.floor(position / STEPS_PER_CELL);
    const [first, wide] = calm ? [Math.floor(cell / cellsPerBeat) * cellsPerBeat, cellsPerBeat] : [cell, 1];
    const [left, width] = [`${(100 * first) / cells}%`, `${(100 * wide) / cells}%`];
    if (box.hidden) box.hidden = false;
    if (box.style.left !== left) box.style.left = left;
    if (box.style.width !== width) box.style.width = width;
  });
  return (
    <div class="grid-playhead" aria-hidden="true">
      <div ref={outline} class="playhead" hidden />
    </div>
  );
}
