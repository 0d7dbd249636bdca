/** What happens from bar to bar: how long the loop is, where fills come, and a journey from pin A to pin B. */

import { FILLS_EVERY, JOURNEY_BARS, LOOP_BARS } from "../rules/groove";
import { Choice } from "./Choice";
import { usePage } from "./page";

export function JourneyControls() {
  const { store, actions } = usePage();
  const { journey } = store.groove.value;
  const ready = journey.a !== null && journey.b !== null;
  return (
    <div class="deck-column journey" role="group" aria-label="Bar by bar">
      <LoopAndFills />
      <div class="pins">
          {(["a", "b"] as const).map((pin) => (
            <button
              key={pin}
              type="button"
              class={`pin ${journey[pin] ? "is-set" : ""}`}
              aria-label={`Set pin ${pin.toUpperCase()} here`}
              title={`Set pin ${pin.toUpperCase()} where you are`}
              onClick={() => actions.setPin(pin, store.shownPoint.value)}
            >
              {pin.toUpperCase()}
            </button>
          ))}
          <select
            aria-label="Bars of the journey"
            value={journey.bars}
            onChange={(event) => actions.setJourney({ bars: Number(event.currentTarget.value) })}
          >
            {JOURNEY_BARS.map((bars) => (
              <option key={bars} value={bars}>
                {bars} bars
              </option>
            ))}
          </select>
      </div>
      <Choice
        label="Way of the journey"
        options={["loop", "ping-pong"]}
        value={journey.mode}
        onChoose={(mode) => actions.setJourney({ mode })}
      />
      <button
        type="button"
        class="travel"
        aria-pressed={journey.travelling}
        disabled={!ready}
        title={ready ? undefined : "Set pin A and pin B first"}
        onClick={() => actions.travel(!journey.travelling)}
      >
        {ready ? (journey.travelling ? "travelling" : "travel A to B") : "set A and B"}
      </button>
    </div>
  );
}

/** A loop of several bars is a phrase: they agree, and the fill, if one is due, is its last. */
function LoopAndFills() {
  const { store, actions } = usePage();
  const { place, fillEvery } = store.groove.value;
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
          value={place.settings.bars}
          onChange={(event) => {
            actions.changeSettings("loop", { bars: Number(event.currentTarget.value) });
            store.settle();
          }}
        >
          {LOOP_BARS.map((bars) => (
            <option key={bars} value={bars}>
              {bars === 1 ? "1-bar loop" : `${bars}-bar loop`}
            </option>
          ))}
        </select>
      )}
      {fills && (
        <select
          aria-label="Fills"
          title={place.settings.section === "fill" ? "Every bar is a fill now" : "A fill in the last bar of so many, on the way from A to B too"}
          value={fillEvery}
          onChange={(event) => actions.fillEvery(Number(event.currentTarget.value))}
        >
          {FILLS_EVERY.map((bars) => (
            <option key={bars} value={bars}>
              {bars === 0 ? "no fills" : `fill every ${bars}`}
            </option>
          ))}
        </select>
      )}
    </div>
  );
}
