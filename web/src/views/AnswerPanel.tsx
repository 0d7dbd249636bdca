/** Answer: how Clave answers what the player plays on pads, by MIDI or by taps, and what the player's last bar was like. */

import { PLAYER_CONTROLS } from "../rules/playerCc";
import { playerCc } from "../state/playerCc";
import { Choice } from "./Choice";
import { Drawer } from "./Drawer";
import { NeedsServer } from "./NeedsServer";
import { NumberField } from "./NumberField";
import { usePage } from "./page";
import { Slider } from "./Slider";

const MODES = ["off", "agree", "vary", "oppose"] as const;
type Mode = (typeof MODES)[number];

const HINTS: Readonly<Record<Mode, string>> = {
  off: "Play along on the pads (Perform), by MIDI in, or tap (J): Clave answers each bar, one bar later.",
  agree: "The same place on the map: your strokes come back, with what belongs around them.",
  vary: "Near by on the map: it sounds related.",
  oppose: "Far away on the map, and where you are silent.",
};

export function AnswerPanel() {
  const { store, live } = usePage();
  const together = live.value?.together;
  return (
    <Drawer name="Answer">
      {store.withoutServer.value ? <NeedsServer what="Answers to what you play" /> : together ? <Answering /> : <p class="drawer-hint">The server does not answer: it is the server that listens.</p>}
    </Drawer>
  );
}

function Answering() {
  const together = usePage().live.value!.together;
  const mode = together.value<Mode>("/clave/answer", "off");
  const distance = together.value<number>("/clave/answer/distance", 0.5);
  const joins = Boolean(together.value<boolean | number>("/clave/answer/join", true));
  const rests = Boolean(together.value<boolean | number>("/clave/answer/rest", false));
  return (
    <>
      <div class="drawer-row">
        <Choice label="Answer" options={MODES} value={mode} onChoose={(wanted) => together.control("/clave/answer", wanted)} />
      </div>
      <p class="drawer-hint">{HINTS[mode]}</p>
      <Slider
        label="distance"
        value={distance}
        min={0}
        max={1}
        step={0.05}
        valueText={`${Math.round(distance * 100)} %`}
        rest={0.5}
        onValue={(wanted) => together.control("/clave/answer/distance", wanted)}
      />
      <div class="drawer-checks">
        <label class="check">
          <input type="checkbox" checked={joins} onChange={(event) => together.control("/clave/answer/join", event.currentTarget.checked)} />
          plays your strokes too
        </label>
        <label class="check">
          <input type="checkbox" checked={rests} onChange={(event) => together.control("/clave/answer/rest", event.currentTarget.checked)} />
          rests while you are quiet
        </label>
      </div>
      <Heard />
      <Controls />
    </>
  );
}

function Heard() {
  const { said } = usePage().live.value!.together;
  const [x, y] = (said.value["/clave/player/map"] ?? []) as readonly number[];
  const [density] = (said.value["/clave/player/density"] ?? []) as readonly number[];
  const [syncopation] = (said.value["/clave/player/syncopation"] ?? []) as readonly number[];
  if (x === undefined || y === undefined || density === undefined || syncopation === undefined) return null;
  return (
    <p class="drawer-hint" role="status">
      Your last bar lies at {x.toFixed(2)}, {y.toFixed(2)}; {density.toFixed(1)} strokes a quarter, syncopation {syncopation.toFixed(1)}.
    </p>
  );
}

/** For lights and synthesizers: which control each number of the player's bar goes out as. */
function Controls() {
  const { on, numbers } = playerCc.value;
  return (
    <>
      <div class="drawer-checks">
        <label class="check">
          <input type="checkbox" checked={on} onChange={(event) => (playerCc.value = { on: event.currentTarget.checked, numbers })} />
          send it by MIDI out, as controls
        </label>
      </div>
      {on && (
        <div class="drawer-row">
          {PLAYER_CONTROLS.map((name, place) => (
            <label class="field" key={name}>
              <span>{name}</span>
              <NumberField
                id={`player-cc-${place}`}
                label={`Control of ${name}`}
                unit=""
                value={numbers[place]!}
                min={0}
                max={127}
                step={1}
                onValue={(wanted) => (playerCc.value = { on, numbers: numbers.map((each, index) => (index === place ? Math.round(wanted) : each)) })}
              />
            </label>
          ))}
        </div>
      )}
    </>
  );
}
