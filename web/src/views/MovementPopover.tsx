/** What moves a parameter: a wave, a curve drawn by hand, or both; opened by the dot beside its slider. */

import { createPortal } from "preact/compat";
import { useLayoutEffect, useRef } from "preact/hooks";
import { depthWords, phaseWords } from "../rules/depthWords";
import {
  curveBars, isStill, keptWithin, MAX_STEPS, type Movable, movedBy, type Moved, movementWords, newCurve, newWave, rangeOf, type Shape, SHAPE_WORDS, SHAPES,
  withCurveBars, withShape, withStepCount,
} from "../rules/movement"; // prettier-ignore
import type { Modulation } from "../rules/project";
import { randomSeed } from "../state/randomSeed";
import { Choice } from "./Choice";
import { CurveEditor } from "./CurveEditor";
import type { PopoverProps } from "./latePanels";
import { IconButton } from "./Icon";
import { MovementPreview } from "./MovementPreview";
import { NumberField } from "./NumberField";
import { usePage } from "./page";
import { Slider } from "./Slider";
import { StepBars } from "./StepBars";

const CURVE_BARS = [1, 2, 4, 8, 16, 32] as const;
const WAVES = ["off", ...SHAPES] as const;
const WAVE_WORDS = { off: "off", ...SHAPE_WORDS } as const;
const GAP = 8; // px between the dot and what it opens, and the edge of the window

/** Beside the sheet of its anchor, so that what moves is seen, or below it; wholly in the window. */
function place(box: HTMLElement, anchor: HTMLElement): void {
  const { offsetWidth: width, offsetHeight: height } = box;
  const at = anchor.getBoundingClientRect();
  const sheet = anchor.closest(".voice-sheet, .drawer, .sheet")?.getBoundingClientRect();
  const beside = sheet ? sheet.left - width - GAP : -1;
  const [left, top] = beside >= 0 ? [beside, at.top - GAP] : [at.left, at.bottom + GAP];
  box.style.left = `${Math.max(GAP, Math.min(left, innerWidth - width - GAP))}px`;
  box.style.top = `${Math.max(GAP, Math.min(top, innerHeight - height - GAP))}px`;
}

export function MovementPopover({ anchor, onClose, ...movable }: PopoverProps) {
  const { store, lanes } = usePage();
  const box = useRef<HTMLDivElement>(null);
  const { parameter, name, own, say } = movable;
  const moved = movedBy(store.scene.value, parameter);
  useLayoutEffect(() => {
    const opened = box.current!;
    const from = document.activeElement;
    opened.showPopover();
    opened.querySelector<HTMLElement>("[aria-pressed=true]")?.focus();
    return () => {
      if (opened.contains(document.activeElement) || document.activeElement === document.body) (from instanceof HTMLElement ? from : anchor.current)?.focus();
    };
  }, []);
  useLayoutEffect(() => place(box.current!, anchor.current!));
  const move = (to: Moved) => lanes.move(parameter, to);
  const settle = () => {
    store.settle();
    lanes.sayMovement(parameter);
  };
  const kept = keptWithin(moved, own, parameter, say);
  return createPortal(
    <div
      ref={box}
      class="movement"
      popover="auto"
      role="dialog"
      aria-label={`${name} moves`}
      onToggle={(event) => event.newState === "closed" && onClose()}
    >
      <div class="movement-head">
        <h2>{name}</h2>
        <p>{isStill(moved) ? `stands at ${say(own)}` : movementWords(moved)}</p>
        <IconButton icon="close" label={`Close what moves ${name}`} title="Close (Escape)" onClick={() => box.current!.hidePopover()} />
      </div>
      {!isStill(moved) && <MovementPreview {...movable} moved={moved} />}
      <Wave {...movable} moved={moved} move={move} settle={settle} />
      <Curve {...movable} moved={moved} move={move} settle={settle} />
      {kept && <p class="movement-note" role="status">{kept}</p>}
      {rangeOf(parameter).each === "bar" && !isStill(moved) && <p class="movement-note">It is read once a bar: slow waves are heard, fast ones jump.</p>}
      {!isStill(moved) && (
        <button type="button" class="framed" onClick={() => lanes.still(parameter)}>
          Off: stand still
        </button>
      )}
    </div>,
    document.body, // keys and styles of what it belongs to are not its own
  );
}

interface PartProps extends Movable {
  readonly moved: Moved;
  readonly move: (to: Moved) => void;
  readonly settle: () => void;
}

/** The wave, and further ones that a file may have. */
function Wave({ moved, move, settle, ...movable }: PartProps) {
  const { parameter } = movable;
  const [wave, ...others] = moved.waves;
  const choose = (shape: (typeof WAVES)[number]) => {
    const made = shape === "off" ? [] : [wave ? withShape(wave, shape, randomSeed()) : newWave(parameter, shape, randomSeed())];
    move({ ...moved, waves: [...made, ...others] });
    settle();
  };
  return (
    <section class="movement-part" aria-label="Wave">
      <Choice label="Wave" options={WAVES} words={WAVE_WORDS} value={wave?.shape ?? "off"} onChoose={choose} />
      {wave && <WaveSettings {...movable} wave={wave} change={(to) => move({ ...moved, waves: [to, ...others] })} settle={settle} />}
      {others.map((each, index) => (
        <p key={index} class="movement-more">
          and {movementWords({ waves: [each], drawn: null })}
          <IconButton
            icon="close"
            label={`Remove this ${SHAPE_WORDS[each.shape as Shape]}`}
            onClick={() => {
              move({ ...moved, waves: moved.waves.filter((other) => other !== each) });
              settle();
            }}
          />
        </p>
      ))}
    </section>
  );
}

interface WaveProps extends Movable {
  readonly wave: Modulation;
  readonly change: (to: Modulation) => void;
  readonly settle: () => void;
}

function WaveSettings({ parameter, name, wave, change, settle }: WaveProps) {
  const { low, high } = rangeOf(parameter);
  const most = parameter === "tempo" ? 60 : (high - low) / 2;
  const { shape, period, unit, depth, phase, values } = wave;
  return (
    <>
      {shape === "steps" && (
        <>
          <StepBars wave={wave} name={name} change={change} settle={settle} />
          <NumberField id={`${parameter}-steps`} label={`${name}: how many steps`} unit="steps" min={1} max={MAX_STEPS} step={1} value={values.length} onValue={(count) => change(withStepCount(wave, Math.round(count)))} />
        </>
      )}
      <div class="movement-row">
        <NumberField
          id={`${parameter}-period`}
          label={shape === "random" ? `${name}: a step of the walk takes` : `${name}: a round takes`}
          unit={shape === "random" ? "a step" : "a round"}
          min={0.125}
          max={1024}
          step={1}
          value={period}
          onValue={(to) => change({ ...wave, period: to })}
        />
        <Choice label="Unit" options={["bars", "beats"]} value={unit} onChoose={(to) => change({ ...wave, unit: to })} />
        {shape === "random" && (
          <button type="button" class="framed" onClick={() => change({ ...wave, seed: randomSeed() })}>
            Another walk
          </button>
        )}
      </div>
      <Slider
        centred
        label="how far"
        name={`${name}: how far it moves`}
        min={-most}
        max={most}
        step={most / 50}
        value={depth}
        valueText={depthWords(parameter, depth)}
        onValue={(to) => change({ ...wave, depth: Number(to.toFixed(4)) })}
        onDone={settle}
      />
      <Slider
        label="begins"
        name={`${name}: where the wave begins`}
        min={0}
        max={0.99}
        step={0.01}
        value={phase}
        rest={0}
        valueText={phaseWords(phase)}
        onValue={(to) => change({ ...wave, phase: to })}
        onDone={settle}
      />
    </>
  );
}

/** The curve drawn by hand: its length, and whether it begins anew. */
function Curve({ moved, move, settle, ...movable }: PartProps) {
  const { parameter, name, own } = movable;
  const { drawn } = moved;
  const bars = drawn ? curveBars(drawn) : 0;
  const lengths = CURVE_BARS.some((each) => each === bars) || bars === 0 ? CURVE_BARS : [...CURVE_BARS, bars].sort((a, b) => a - b);
  return (
    <section class="movement-part" aria-label="Drawn">
      <div class="movement-row">
        <label class="movement-length">
          drawn{" "}
          <select
            aria-label={`${name}: drawn over`}
            value={String(bars)}
            onChange={(event) => {
              const to = Number(event.currentTarget.value);
              move({ ...moved, drawn: to === 0 ? null : drawn ? withCurveBars(drawn, to) : newCurve(parameter, own, to) });
              settle();
            }}
          >
            <option value="0">off</option>
            {lengths.map((each) => (
              <option key={each} value={String(each)}>
                {each === 1 ? "1 bar" : `${each} bars`}
              </option>
            ))}
          </select>
        </label>
        {drawn && (
          <Choice
            label="At its end"
            options={["again", "once"]}
            words={{ again: "again and again", once: "once" }}
            value={drawn.loop_bars === null ? "once" : "again"}
            onChoose={(which) => {
              move({ ...moved, drawn: { ...drawn, loop_bars: which === "once" ? null : bars } });
              settle();
            }}
          />
        )}
      </div>
      {drawn && <CurveEditor {...movable} curve={drawn} change={(to) => move({ ...moved, drawn: to })} settle={settle} />}
    </section>
  );
}
