/** A slider that may move by itself: a small dot beside it opens what moves it; while it moves, an accent dot shows the value now. */

import { useSignalEffect } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { isStill, type Movable, movedBy, movementWords, rangeOf } from "../rules/movement";
import { clamp } from "../rules/units";
import { usePanels } from "./latePanels";
import { usePage } from "./page";
import { Slider, type SliderProps } from "./Slider";

/** Calls `show` with the value of a parameter at the playhead, whenever it changes: at each bar, or step by step, as it is played. */
export function useValueNow(parameter: string, own: number, show: (value: number) => void): void {
  const { store } = usePage();
  const latest = useRef({ own, show });
  latest.current = { own, show };
  const each = rangeOf(parameter).each;
  const look = () => {
    const { planned } = store.arrangedBar.value;
    const step = each === "step" ? (store.position.value ?? 0) : 0;
    latest.current.show(planned.value(parameter, latest.current.own, step));
  };
  useSignalEffect(look);
  useLayoutEffect(look, [own, parameter]);
}

interface MovingProps extends Omit<SliderProps, "moving" | "now" | "name"> {
  readonly parameter: string;
  readonly name: string;
  readonly own?: number; // where the slider has another unit
  readonly say?: (value: number) => string; // a value of the parameter in words; else the slider's own words
  readonly place?: (value: number) => number; // where a value of the parameter stands on the slider
}

export function Moving({ parameter, own, say, place = (value) => value, ...slider }: MovingProps) {
  const { store } = usePage();
  const [open, setOpen] = useState(false);
  const moved = movedBy(store.scene.value, parameter);
  const still = isStill(moved);
  const dot = useRef<HTMLElement>(null);
  const rest = own ?? slider.value;
  const { min, max } = slider;
  useValueNow(parameter, rest, (value) => dot.current?.style.setProperty("--now", String(clamp((place(value) - min) / (max - min), 0, 1))));
  const words = say ?? ((value: number) => String(Number(value.toFixed(2))));
  return (
    <div class={`moving ${still ? "" : "is-moving"}`}>
      <Slider
        {...slider}
        {...(still ? {} : { moving: movementWords(moved), now: dot })}
        onDone={() => {
          slider.onDone?.();
          if (moved.drawn) store.notify(`${slider.name} follows its curve: the dot beside it opens that.`);
        }}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.altKey || event.ctrlKey || event.metaKey) return;
          event.preventDefault();
          event.stopPropagation();
          setOpen(true);
        }}
      />
      <MovingDot parameter={parameter} name={slider.name} own={rest} say={words} open={open} onOpen={setOpen} tabIndex={-1} hint="Enter on the slider" />
    </div>
  );
}

interface DotProps extends Movable {
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
  readonly tabIndex?: number; // -1 beside a control that has a key for it
  readonly hint?: string; // that key
}

function MovingDot({ open, onOpen, tabIndex = 0, hint, ...movable }: DotProps) {
  const { store } = usePage();
  const panels = usePanels();
  const button = useRef<HTMLButtonElement>(null);
  const wasOpen = useRef(false); // when the press began: by the click, it is closed already
  const moved = movedBy(store.scene.value, movable.parameter);
  const still = isStill(moved);
  return (
    <>
      <button
        ref={button}
        type="button"
        class="moving-dot"
        tabIndex={tabIndex}
        aria-haspopup="dialog"
        aria-expanded={open}
        aria-label={`${movable.name} moves: ${still ? "stands still" : movementWords(moved)}`}
        title={still ? `Let it move by itself${hint ? ` (${hint})` : ""}` : movementWords(moved)}
        onPointerDown={() => (wasOpen.current = open)}
        onClick={(event) => onOpen(event.detail === 0 || !wasOpen.current)}
      />
      {open && panels && <panels.MovementPopover {...movable} anchor={button} onClose={() => onOpen(false)} />}
    </>
  );
}

interface MovingNumberProps extends Movable {
  readonly children?: ComponentChildren;
}

/** A dot beside a number one types, or by itself; while it moves, the value now stands there in the accent colour. The key M in the field opens it as well. */
export function MovingNumber({ children, ...movable }: MovingNumberProps) {
  const { store } = usePage();
  const [open, setOpen] = useState(false);
  const now = useRef<HTMLSpanElement>(null);
  const still = isStill(movedBy(store.scene.value, movable.parameter));
  useValueNow(movable.parameter, movable.own, (value) => {
    if (now.current) now.current.textContent = movable.say(value);
  });
  return (
    <span
      class={`moving-number ${still ? "" : "is-moving"}`}
      onKeyDown={(event) => {
        if (event.key.toLowerCase() !== "m" || event.altKey || event.ctrlKey || event.metaKey || !(event.target instanceof HTMLInputElement)) return;
        event.preventDefault();
        setOpen(true);
      }}
    >
      {children}
      <MovingDot {...movable} open={open} onOpen={setOpen} {...(children ? { tabIndex: -1, hint: "M in the field" } : {})} />
      {!still && <span ref={now} class="moving-value" aria-hidden="true" />}
    </span>
  );
}
