/** The bar as a grid of buttons: a row a voice, a cell a 16th; an opened cell shows its four steps. */

import { useSignalEffect } from "@preact/signals";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { cellCount, STEPS_PER_CELL } from "../pattern";
import { stepsPerBeat } from "../sequencer";
import { Cell } from "./Cell";
import { type GridPlace, useGridKeys } from "./gridKeys";
import { usePage } from "./page";
import { VoiceHead } from "./VoiceHead";

const OPENED_WIDTH = "minmax(104px, 3.4fr)";

export function Grid() {
  const { store } = usePage();
  const grid = useRef<HTMLDivElement>(null);
  const [focus, setFocus] = useState<GridPlace>({ voice: 0, cell: 0 });
  const pattern = store.shown.value;
  const cells = cellCount(pattern);
  const cellsPerBeat = stepsPerBeat(pattern.meter) / STEPS_PER_CELL;
  const opened = store.opened.value;
  const keys = useGridKeys(grid, cells);
  const heard = store.heardVoices.value;
  const columns = Array.from({ length: cells }, (_, cell) => (opened?.cell === cell ? OPENED_WIDTH : "var(--cell)")).join(" ");

  useLayoutEffect(() => {
    if (opened) grid.current?.querySelector<HTMLElement>(".cell-step")?.focus(); // the button that had the focus is gone
  }, [opened]);

  return (
    <section class="panel pattern" aria-label="Pattern">
      <div class="grid-scroll" tabIndex={-1}>
        <div
          ref={grid}
          class="grid"
          role="grid"
          aria-label="Pattern"
          aria-describedby="grid-keys"
          aria-rowcount={store.voices.value.length}
          style={{ "--columns": columns, "--cells": cells }}
          onKeyDown={keys}
          onFocusIn={(event) => {
            const { voice, cell } = (event.target as HTMLElement).dataset;
            if (voice !== undefined && cell !== undefined) setFocus({ voice: Number(voice), cell: Number(cell) });
          }}
        >
          <div class="grid-beats" aria-hidden="true">
            <span class="beats-head" />
            {Array.from({ length: cells }, (_, cell) => (
              <span key={cell} class="beat">
                {cell % cellsPerBeat === 0 ? cell / cellsPerBeat + 1 : ""}
              </span>
            ))}
          </div>
          {store.voices.value.map((voice, index) => (
            <div key={voice.name} role="row" class={`grid-row ${heard[index] ? "" : "is-silent"}`}>
              <VoiceHead voice={voice} index={index} pattern={pattern} />
              {Array.from({ length: cells }, (_, cell) => (
                <Cell
                  key={cell}
                  pattern={pattern}
                  voice={index}
                  name={voice.name}
                  cell={cell}
                  onBeat={cell % cellsPerBeat === 0}
                  wide={opened?.cell === cell}
                  opened={opened?.voice === index && opened.cell === cell}
                  reachable={focus.voice === index && Math.min(focus.cell, cells - 1) === cell}
                />
              ))}
            </div>
          ))}
          <Playhead />
        </div>
      </div>
      <p id="grid-keys" class="unseen">
        Arrow keys move, Space sets or clears a stroke, plus and minus change its velocity, Enter opens a cell into its four steps, M mutes and S
        solos the voice, O opens its sound.
      </p>
    </section>
  );
}

/** An outline around the 16th that sounds; with reduced motion, around the beat. */
function Playhead() {
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
    const column = calm ? `${Math.floor(cell / 4) * 4 + 2} / span 4` : `${cell + 2}`;
    if (box.hidden) box.hidden = false;
    if (box.style.gridColumn !== column) box.style.gridColumn = column;
  });
  return (
    <div class="grid-playhead" aria-hidden="true">
      <div ref={outline} class="playhead" hidden />
    </div>
  );
}
