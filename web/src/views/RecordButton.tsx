/** Records moves: what is dragged while it is on comes back with the scene. */

import { RECORD_LOOPS } from "../rules/recording";
import { usePage } from "./page";

const SAID = { off: "Record moves", waits: "Recording from the next bar: press to call it off", on: "Recording: press to end it" } as const;

export function RecordButton() {
  const { player, recording, store } = usePage();
  const state = recording.state.value;
  return (
    <div class="record">
      <button
        type="button"
        class={`record-button is-${state}`}
        aria-label={SAID[state]}
        aria-pressed={state !== "off"}
        title={state === "off" ? "Moves on the map and of sliders are recorded from the next bar on, and come back with the scene" : SAID[state]}
        onClick={() => {
          recording.toggle();
          if (recording.state.value === "waits" && !store.playing.value) void player.play();
        }}
      >
        <i />
      </button>
      <select
        aria-label="Length of the recording"
        class="record-loop"
        title="Free: until it is stopped. Else round by round over so many bars"
        disabled={state !== "off"}
        value={recording.loop.value ?? ""}
        onChange={(event) => (recording.loop.value = event.currentTarget.value === "" ? null : Number(event.currentTarget.value))}
      >
        <option value="">free</option>
        {RECORD_LOOPS.map((bars) => (
          <option key={bars} value={bars}>
            {bars === 1 ? "1 bar" : `${bars} bars`}
          </option>
        ))}
      </select>
    </div>
  );
}
