/** What happens from bar to bar: how long the loop is, where fills come, and a journey from pin A to pin B. */

import { FILLS_EVERY, isJourney, JOURNEY_BARS, journeyOf, LOOP_BARS, PINS } from "../rules/scene";
import { Choice } from "./Choice";
import { usePage } from "./page";

/** The choices, and the value that an opened project has instead of one of them. */
const withOwn = (choices: readonly number[], own: number): readonly number[] => (choices.includes(own) ? choices : [...choices, own].sort((one, other) => one - other));

export function JourneyControls() {
  const { store, actions } = usePage();
  const scene = store.scene.value;
  const { a, b, travelling } = journeyOf(scene);
  const { bars, way } = scene.path ?? store.newJourney.value;
  const ready = scene.path !== null;
  return (
    <div class="deck-column journey" role="group" aria-label="Bar by bar">
      <LoopAndFills />
      <div class="pins">
          {PINS.map((pin) => (
            <button
              key={pin}
              type="button"
              class={`pin ${(pin === "A" ? a : b) ? "is-set" : ""}`}
              aria-label={`Set pin ${pin} here`}
              title={`Set pin ${pin} where you are`}
              onClick={() => actions.setPin(pin, store.shownPoint.value)}
            >
              {pin}
            </button>
          ))}
          <select
            aria-label="Bars of the journey"
            value={bars}
            onChange={(event) => actions.setJourney({ bars: Number(event.currentTarget.value) })}
          >
            {withOwn(JOURNEY_BARS, bars).map((each) => (
              <option key={each} value={each}>
                {each} bars
              </option>
            ))}
          </select>
      </div>
      <Choice
        label="Way of the journey"
        options={way === "once" ? ["once", "loop", "ping-pong"] : ["loop", "ping-pong"]}
        value={way}
        onChoose={(chosen) => actions.setJourney({ way: chosen })}
      />
      <button
        type="button"
        class="travel"
        aria-pressed={travelling}
        disabled={!ready}
        title={ready ? undefined : "Set pin A and pin B first"}
        onClick={() => actions.travel(!travelling)}
      >
        {ready ? (travelling ? "travelling" : isJourney(scene) ? "travel A to B" : "travel the path") : "set A and B"}
      </button>
    </div>
  );
}

/** A loop of several bars is a phrase: they agree, and the fill, if one is due, is its last. */
function LoopAndFills() {
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
          title={settings.section === "fill" ? "Every bar is a fill now" : "A fill in the last bar of so many, on the way from A to B too"}
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
