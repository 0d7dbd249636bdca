/** The bar as a grid of buttons: a row a voice, a cell a 16th; an opened cell shows its four steps. */

import { Fragment } from "preact";
import { useSignalEffect } from "@preact/signals";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { areColumnsHeld, type GridCell, isHeld } from "../rules/holds";
import { cellCount, STEPS_PER_CELL } from "../rules/pattern";
import type { BarPattern } from "../rules/protocol";
import { stepsPerBeat } from "../rules/sequencer";
import { BarTools } from "./BarTools";
import { Cell } from "./Cell";
import { type GridPlace, useGridKeys } from "./gridKeys";
import { usePage } from "./page";
import { TapRow } from "./TapRow";
import { VoiceHead } from "./VoiceHead";
import { VoicePanel } from "./VoicePanel";

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

const OPENED_WIDTH = "minmax(104px, 3.4fr)";

export function Grid() {
  const { store } = usePage();
  const marking = useMarking();
  const grid = useRef<HTMLDivElement>(null);
  const [focus, setFocus] = useState<GridPlace>({ voice: 0, cell: 0 });
  const pattern = store.shown.value;
  const cells = cellCount(pattern);
  const cellsPerBeat = stepsPerBeat(pattern.meter) / STEPS_PER_CELL;
  const opened = store.opened.value;
  const tapping = store.bar.tapTo.value !== null;
  const keys = useGridKeys(grid, cells);
  const heard = store.heardVoices.value;
  const columns = Array.from({ length: cells }, (_, cell) => (opened?.cell === cell ? OPENED_WIDTH : "var(--cell)")).join(" ");

  useLayoutEffect(() => {
    if (opened) grid.current?.querySelector<HTMLElement>(".cell-step")?.focus(); // the button that had the focus is gone
  }, [opened]);

  return (
    <section class="panel pattern" aria-label="Pattern">
      <BarTools />
      <div class="grid-scroll" tabIndex={-1}>
        <div
          ref={grid}
          class="grid"
          role="grid"
          aria-label="Pattern"
          aria-describedby="grid-keys"
          aria-rowcount={store.voices.value.length + (tapping ? 2 : 1)}
          style={{ "--columns": columns, "--cells": cells }}
          onKeyDown={keys}
          {...marking}
          onFocusIn={(event) => {
            const { voice, cell } = (event.target as HTMLElement).dataset;
            if (voice !== undefined && cell !== undefined) setFocus({ voice: Number(voice), cell: Number(cell) });
          }}
        >
          <Beats cells={cells} cellsPerBeat={cellsPerBeat} />
          {tapping && <TapRow pattern={pattern} />}
          {store.voices.value.map((voice, index) => (
            <Fragment key={voice.name}>
              <div role="row" class={`grid-row ${heard[index] ? "" : "is-silent"}`}>
                <VoiceHead voice={voice} index={index} pattern={pattern} />
                <Cells name={voice.name} voice={index} pattern={pattern} cellsPerBeat={cellsPerBeat} reachable={focus.voice === index ? Math.min(focus.cell, cells - 1) : null} />
              </div>
              {store.sounds.panel.value === index && (
                <div role="row" class="panel-row">
                  <div role="gridcell">
                    <VoicePanel voice={voice} index={index} />
                  </div>
                </div>
              )}
            </Fragment>
          ))}
          <Playhead cellsPerBeat={cellsPerBeat} />
        </div>
      </div>
      <p id="grid-keys" class="unseen">
        Arrow keys move, Space sets or clears a stroke, plus and minus change its velocity, Enter opens a cell into its four steps, M mutes and S
        solos the voice, O opens its sliders. D, P, C, I, V, E, N, W and L change how it plays its row: density, chance, rounds, ratchet and its rounds,
        accent, nudge, swing and own loop; with Shift the other way. K marks what stays when the rest is filled in, Shift K the whole row.
      </p>
    </section>
  );
}

/** The numbers of the beats; each holds or releases what its beat plays. */
function Beats({ cells, cellsPerBeat }: { readonly cells: number; readonly cellsPerBeat: number }) {
  const { store, barActions } = usePage();
  const holds = store.bar.holds.value;
  return (
    <div role="row" class="grid-beats">
      <span role="columnheader" class="beats-head">
        <span class="unseen">voice</span>
      </span>
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
  );
}

interface CellsProps {
  readonly name: string;
  readonly voice: number;
  readonly pattern: BarPattern;
  readonly cellsPerBeat: number;
  readonly reachable: number | null; // the cell that Tab reaches, if it is in this row
}

/** The cells of one voice. */
function Cells({ name, voice, pattern, cellsPerBeat, reachable }: CellsProps) {
  const { store } = usePage();
  const opened = store.opened.value;
  const holds = store.bar.holds.value;
  return (
    <>
      {Array.from({ length: cellCount(pattern) }, (_, cell) => (
        <Cell
          key={cell}
          pattern={pattern}
          voice={voice}
          name={name}
          cell={cell}
          onBeat={cell % cellsPerBeat === 0}
          wide={opened?.cell === cell}
          opened={opened?.voice === voice && opened.cell === cell}
          held={isHeld(holds, { voice, cell })}
          reachable={reachable === cell}
        />
      ))}
    </>
  );
}

/** An outline around the 16th that sounds; with reduced motion, around the beat. */
function Playhead({ cellsPerBeat }: { readonly cellsPerBeat: number }) {
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
    const column = calm ? `${Math.floor(cell / cellsPerBeat) * cellsPerBeat + 2} / span ${cellsPerBeat}` : `${cell + 2}`;
    if (box.hidden) box.hidden = false;
    if (box.style.gridColumn !== column) box.style.gridColumn = column;
  });
  return (
    <div class="grid-playhead" aria-hidden="true">
      <div ref={outline} class="playhead" hidden />
    </div>
  );
}
