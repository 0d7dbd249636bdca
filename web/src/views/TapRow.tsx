/** The row of taps: a pad at its head, each tap at its position in the bar, and the strokes into which they fold. */

import { useEffect, useRef } from "preact/hooks";
import type { Tap } from "../rules/protocol";
import { TAP_VELOCITY, velocityOf } from "../rules/taps";
import { stepsPerBar } from "../rules/units";
import type { BarActions } from "../state/barActions";
import { usePage } from "./page";

/** On the pad, so that a hand need not leave it. */
const KEYS: Record<string, (barActions: BarActions, event: KeyboardEvent) => void> = {
  " ": (barActions, event) => barActions.tap(event.timeStamp, TAP_VELOCITY),
  Enter: (barActions) => void barActions.drumsForTaps(),
  Backspace: (barActions) => barActions.clearTaps(),
  Escape: (barActions) => barActions.closeTaps(),
};

export function TapRow() {
  const { store, barActions } = usePage();
  const pattern = store.shown.value;
  const pad = useRef<HTMLButtonElement>(null);
  useEffect(() => pad.current?.focus(), []);
  const steps = stepsPerBar(pattern.meter);
  const folded = barActions.folded;
  const tick = (kind: string) => ([position, velocity]: Tap, n: number) => (
    <i key={`${kind}${n}`} class={`tap is-${kind}`} style={{ "--place": (((position % steps) + steps) % steps) / steps, height: `${velocity * 100}%` }} />
  );
  return (
    <div role="row" class="grid-row tap-row">
      <div role="rowheader" class="voice tap-head">
        <button
          ref={pad}
          type="button"
          class="tap-pad"
          title="Space and J tap, Enter makes a bar, Backspace clears, Escape is done"
          onPointerDown={(event) => {
            if (event.button === 0) barActions.tap(event.timeStamp, velocityOf(event));
          }}
          onKeyDown={(event) => {
            const does = KEYS[event.key];
            if (!does) return;
            event.preventDefault();
            event.stopPropagation(); // Space would stop the music
            if (!event.repeat) does(barActions, event);
          }}
        >
          Tap here <kbd>J</kbd>
        </button>
      </div>
      <div role="gridcell" class="taps" aria-label={`Taps, as one bar: ${folded.length} strokes`}>
        {store.bar.taps.value.map(tick("raw"))}
        {folded.map(tick("folded"))}
      </div>
    </div>
  );
}
