/** One voice of the sheet: a pad that plays it, its name, Hold, and its sixteen cells on a canvas. */

import { type ReadonlySignal, useSignalEffect } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { describeHeld, heldOf, isHeld } from "../rules/holds";
import { cellCount, STEPS_PER_CELL } from "../rules/pattern";
import type { BarPattern, VoiceInfo } from "../rules/protocol";
import { stepsPerBeat } from "../rules/sequencer";
import { formatHeard, formatOrigin } from "../rules/soundWords";
import { titled } from "../rules/summary";
import { cellBoxes, drawRow, GAP_PX } from "../map/rowDrawing";
import { Cell } from "./Cell";
import { laneKeysOf } from "./laneKeys";
import { LaneSummary } from "./LaneSummary";
import { MuteAndSolo } from "./MuteAndSolo";
import { usePage } from "./page";
import { colourForced, pageColour } from "./pageColours";
import { velocityAt } from "./Perform";
import { useSettled } from "./settled";
import { useDark } from "./theme";
import { inkOf } from "./VoiceColours";

const CELLS_FOLLOW_MS = 120; // the buttons over the canvas

interface VoiceProps {
  readonly voice: VoiceInfo;
  readonly index: number;
}

interface VoiceRowProps extends VoiceProps {
  readonly reachable: number | null; // the cell that Tab reaches, if it is in this row
  readonly drawn: ReadonlySignal<BarPattern>; // the bar as the canvas shows it
}

export function VoiceRow({ voice, index, reachable, drawn }: VoiceRowProps) {
  const { store } = usePage();
  const silent = !store.heardVoices.value[index];
  return (
    <div role="row" class={`grid-row ink-${index} ${silent ? "is-silent" : ""}`} data-voice-row={index}>
      <VoiceHead voice={voice} index={index} />
      <div role="none" class="row-cells">
        <RowCanvas index={index} of={drawn} />
        <Cells voice={voice} index={index} reachable={reachable} />
      </div>
      <LaneSummary voice={voice} index={index} />
    </div>
  );
}

function VoiceHead({ voice, index }: VoiceProps) {
  const page = usePage();
  const { store, player } = page;
  const open = store.openVoice.value === index;
  return (
    <div role="rowheader" class="voice" onKeyDown={laneKeysOf(index, page)}>
      <button
        type="button"
        class="voice-pad"
        aria-label={`Hear ${voice.name}`}
        title="Higher up is louder"
        onPointerDown={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          void player.audition(index, velocityAt(event.clientY - box.top, box.height));
        }}
        onClick={(event) => {
          if (event.detail === 0) void player.audition(index); // by Enter or Space
        }}
      />
      <button type="button" class="voice-open" aria-expanded={open} onClick={() => (store.openVoice.value = open ? null : index)}>
        <span class="voice-name">{titled(voice.name).replace("hi-hat", "hat")}</span>
        <SoundWord index={index} />
      </button>
      <span class="voice-switches">
        <Hold voice={voice} index={index} />
        <MuteAndSolo voice={voice} index={index} />
      </span>
    </div>
  );
}

/** One word for how it sounds: "deep". */
function SoundWord({ index }: { readonly index: number }) {
  const { store } = usePage();
  const sound = store.kit.value.voices[index]!;
  const heard = store.sounds.heard.value[index];
  const words = heard ? formatHeard(heard) : formatOrigin(sound, store.kitLabel(sound.kit));
  return (
    <span class="voice-words">
      <span class="unseen">, </span>
      {words.split(",")[0]}
    </span>
  );
}

/** Its row stays as it is shown, over the map, styles and paths. */
function Hold({ voice, index }: VoiceProps) {
  const { store, actions } = usePage();
  const held = heldOf({ lanes: store.lanes.value, kit: store.kit.value }, index);
  return (
    <button
      type="button"
      class="hold"
      aria-pressed={held.rhythm}
      aria-label={`${describeHeld(held)}: ${voice.name}`}
      title={held.rhythm ? "This row stays; press to let it go with the map again (H)" : "This row stays as it is wherever you go (H)"}
      onClick={() => actions.hold(index, !held.rhythm)}
    >
      {describeHeld(held)}
    </button>
  );
}

/** The strokes of the row; drawn again at once with every change. */
function RowCanvas({ index, of }: { readonly index: number; readonly of: ReadonlySignal<BarPattern> }) {
  const { store } = usePage();
  const dark = useDark();
  const canvas = useRef<HTMLCanvasElement>(null);
  const drawn = useRef("");
  const [size, setSize] = useState({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const watch = new ResizeObserver(([entry]) => {
      if (entry) setSize({ width: entry.contentRect.width, height: entry.contentRect.height });
    });
    watch.observe(canvas.current!);
    return () => watch.disconnect();
  }, []);
  const draw = () => {
    const pattern = of.value;
    const opened = store.opened.value;
    const holds = store.holds.value;
    const byHand = new Set(store.byHand.value.flatMap(([voice, step]) => (voice === index ? [step] : [])));
    const colour = store.voices.value[index]?.colour;
    if (size.width === 0 || !colour) return;
    const cells = cellCount(pattern);
    const strokes = pattern.strokes.filter(([voice]) => voice === index);
    const picture = {
      ...size,
      scale: devicePixelRatio || 1,
      pattern: { ...pattern, strokes },
      voice: index,
      cells,
      cellsPerBeat: stepsPerBeat(pattern.meter) / STEPS_PER_CELL,
      opened: opened?.voice === index ? opened.cell : null,
      byHand,
      staying: new Set(Array.from({ length: cells }, (_, cell) => cell).filter((cell) => holds.cells.has(`${index}.${cell}`))),
      colours: colourForced()
        ? { cell: "Canvas", onBeat: "Canvas", ink: "CanvasText", mark: "Highlight" }
        : { cell: pageColour("--field"), onBeat: pageColour("--field-strong"), ink: inkOf(colour, dark), mark: pageColour("--ink-page") },
    };
    const key = JSON.stringify({ ...picture, byHand: [...picture.byHand], staying: [...picture.staying] });
    if (key === drawn.current) return; // in a drag, most rows stay as they are
    drawn.current = key;
    drawRow(canvas.current!, picture);
  };
  useSignalEffect(draw);
  useLayoutEffect(draw, [size]);
  useEffect(draw, [dark]); // when the page has its new theme
  return <canvas ref={canvas} class="row-canvas" aria-hidden="true" />;
}

/** The buttons over the canvas. */
function Cells({ voice, index, reachable }: Omit<VoiceRowProps, "drawn">) {
  const { store } = usePage();
  const pattern = useSettled(store.shown, CELLS_FOLLOW_MS, store.underHand);
  const opened = store.opened.value;
  const holds = store.holds.value;
  const byHand = new Set(store.byHand.value.flatMap(([row, step]) => (row === index ? [Math.floor(step / STEPS_PER_CELL)] : [])));
  const openCell = opened?.voice === index ? opened.cell : null;
  const columns = cellBoxes(cellCount(pattern), openCell, 1000).map(([, width]) => `${(width + GAP_PX).toFixed(2)}fr`).join(" ");
  return (
    <div role="none" class="cells" style={{ gridTemplateColumns: columns }}>
      {Array.from({ length: cellCount(pattern) }, (_, cell) => (
        <Cell
          key={cell}
          pattern={pattern}
          voice={index}
          name={voice.name}
          cell={cell}
          opened={openCell === cell}
          held={isHeld(holds, { voice: index, cell })}
          byHand={byHand.has(cell)}
          reachable={reachable === cell}
        />
      ))}
    </div>
  );
}
