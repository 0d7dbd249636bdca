/** A native range input with its label and its value in words. */

import type { RefObject } from "preact";

export interface SliderProps {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly valueText: string; // the value with its unit, or in words
  readonly name?: string; // accessible name, when the label alone is too short
  readonly centred?: boolean; // filled from the middle
  readonly compact?: boolean; // label and value are for listeners only
  readonly title?: string;
  readonly rest?: number; // a double click puts it back here
  readonly onReset?: () => void; // or does this
  readonly moving?: string; // how it moves by itself; then a dot in the accent colour shows where it is now
  readonly now?: RefObject<HTMLElement | null>; // that dot, for whoever moves it by its property --now, 0 to 1
  readonly onKeyDown?: (event: KeyboardEvent) => void;
  readonly onValue: (value: number) => void;
  readonly onDone?: () => void;
}

export function Slider({ label, value, min, max, step, valueText, name, centred, compact, title, rest, moving, now, onKeyDown, onReset, onValue, onDone }: SliderProps) {
  const share = ((value - min) / (max - min)) * 100;
  const [from, to] = centred ? [Math.min(50, share), Math.max(50, share)] : [0, share];
  return (
    <label class={`slider ${compact ? "slider-compact" : ""} ${moving === undefined ? "" : "is-moving"}`} title={compact ? `${name ?? label}: ${valueText}` : title}>
      <span class="slider-label">{label}</span>
      {!compact && <span class="slider-value">{moving ?? valueText}</span>}
      <input
        type="range"
        min={min}
        max={max}
        step={step}
        value={value}
        aria-label={name ?? label}
        aria-valuetext={moving === undefined ? valueText : `${valueText}, moves: ${moving}`}
        onKeyDown={onKeyDown}
        style={{ "--from": `${from}%`, "--to": `${to}%` }}
        onInput={(event) => onValue(Number(event.currentTarget.value))}
        onChange={() => onDone?.()}
        onDblClick={() => {
          if (onReset) onReset();
          else if (rest !== undefined) onValue(rest);
        }}
      />
      {moving !== undefined && <i ref={now ?? null} class="slider-now" aria-hidden="true" />}
    </label>
  );
}
