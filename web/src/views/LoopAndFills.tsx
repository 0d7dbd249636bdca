/** How long the loop is, and where fills come. */

import { FILLS_EVERY, LOOP_BARS } from "../rules/scene";
import { usePage } from "./page";

/** The choices, and the value that an opened project has instead of one of them. */
export const withOwn = (choices: readonly number[], own: number): readonly number[] => (choices.includes(own) ? choices : [...choices, own].sort((one, other) => one - other));

/** A loop of several bars is a phrase: they agree, and the fill, if one is due, is its last. */
export function LoopAndFills() {
  const { store, actions } = usePage();
  const { settings, bars: loop, fill_every: fillEvery } = store.scene.value;
  const space = store.instrument.value?.space;
  const phrases = (space?.directions.length ?? 0) > 0;
  const fills = space?.sections.includes("fill") === true;
  if (!phrases && !fills) return null;
  return (
    <div class="loop-and-fills">
      {phrases && (
        <select
          aria-label="Length of the loop"
          title="Bars that agree with each other"
          value={loop.length}
          onChange={(event) => {
            actions.changeSettings("loop", { loop: Number(event.currentTarget.value) });
            store.settle();
          }}
        >
          {withOwn(LOOP_BARS, loop.length).map((bars) => (
            <option key={bars} value={bars}>
              {bars === 1 ? "1-bar loop" : `${bars}-bar loop`}
            </option>
          ))}
        </select>
      )}
      {fills && (
        <select
          aria-label="Fills"
          title={settings.section === "fill" ? "Every bar is a fill now" : "A fill in the last bar of so many, on a path too"}
          value={fillEvery}
          onChange={(event) => actions.fillEvery(Number(event.currentTarget.value))}
        >
          {withOwn(FILLS_EVERY, fillEvery).map((bars) => (
            <option key={bars} value={bars}>
              {bars === 0 ? "no fills" : `fill every ${bars}`}
            </option>
          ))}
        </select>
      )}
    </div>
  );
}
