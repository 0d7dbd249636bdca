/** A journey from pin A to pin B over some bars. */

import { JOURNEY_BARS } from "../groove";
import { Choice } from "./Choice";
import { usePage } from "./page";

export function JourneyControls() {
  const { store, actions } = usePage();
  const { journey } = store.groove.value;
  const ready = journey.a !== null && journey.b !== null;
  return (
    <div class="deck-column journey" role="group" aria-label="Journey">
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
        options={[
          { value: "loop", label: "loop" },
          { value: "ping-pong", label: "ping-pong" },
        ]}
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
