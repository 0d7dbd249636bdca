/** MIDI in: which input is heard, whether its clock is followed, and which control moves what. */

import { useRef } from "preact/hooks";
import type { Binding } from "../midi/midiIn";
import { DEFAULT_MIDI_IN, describeInput } from "../midi/midiInputs";
import { GRID_MODELS, type GridModelName } from "../midi/midiGrid";
import { readMap, writeMap } from "../midi/midiMap";
import { save } from "../state/files";
import type { MidiIn } from "../state/midiIn";
import { Choice } from "./Choice";
import { Drawer } from "./Drawer";
import { LinkSection } from "./LinkSection";
import { usePage } from "./page";

/** MIDI in, whose file came with this one. */
function useMidiIn(): MidiIn {
  return usePage().midiIn.value!;
}

const HINT = "Play the drums from pads or keys, move what you like with knobs, follow the clock of another program.";

export function MidiInPanel() {
  const midiIn = usePage().midiIn.value;
  return midiIn && <Sheet midiIn={midiIn} />;
}

function Sheet({ midiIn }: { readonly midiIn: MidiIn }) {
  const midiInputs = midiIn.inputs;
  const settings = midiIn.settings.value;
  const shown = midiIn.shown.value;
  return (
    <Drawer name="MIDI in">
      <div class="drawer-row">
        <p class={`midi-state is-${shown.state}`} role="status">
          {describeInput(shown, settings)}
        </p>
        <Choice
          label="MIDI in"
          options={["off", "on"]}
          value={settings.on ? "on" : "off"}
          onChoose={(wanted) => (wanted === "on" ? void midiInputs.turnOn() : midiInputs.turnOff())}
        />
      </div>
      {!settings.on && <p class="drawer-hint">{HINT}</p>}
      {shown.cut !== null && (
        <p class="drawer-hint">
          Its notes were our own: they would play themselves for ever. Change the cable or the port, then{" "}
          <button type="button" class="quiet" onClick={() => midiInputs.mend()}>
            listen again
          </button>
        </p>
      )}
      {settings.on && <Listening />}
      {settings.on && <Grid />}
      {settings.on && <Learning />}
      <LinkSection />
    </Drawer>
  );
}

function Listening() {
  const { settings, shown, inputs: midiInputs } = useMidiIn();
  const { port, follow } = settings.value;
  const { ports } = shown.value;
  return (
    <div class="drawer-row">
      <label class="field">
        <span>input</span>
        <select
          value={port?.id ?? ""}
          onChange={(event) => midiInputs.change({ port: ports.find(({ id }) => id === event.currentTarget.value) ?? null })}
        >
          <option value="">all of them</option>
          {ports.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label class="check">
        <input type="checkbox" checked={follow} onChange={(event) => midiInputs.change({ follow: event.currentTarget.checked })} />
        follow its clock
      </label>
    </div>
  );
}

/** A Launchpad: its pads launch scenes and toggle 16ths. */
function Grid() {
  const midiIn = useMidiIn();
  const { settings, shown, inputs: midiInputs } = midiIn;
  const { grid, gridModel } = settings.value;
  const ports = shown.value.ports.some(({ name }) => name === grid?.name) || grid === null ? shown.value.ports : [...shown.value.ports, grid];
  return (
    <>
      <div class="drawer-row">
        <label class="field">
          <span>grid of pads</span>
          <select
            value={ports.find(({ name }) => name === grid?.name)?.id ?? ""}
            onChange={(event) => midiInputs.change({ grid: ports.find(({ id }) => id === event.currentTarget.value) ?? null })}
          >
            <option value="">none</option>
            {ports.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </label>
        {grid !== null && (
          <label class="field">
            <span>model</span>
            <select value={gridModel} onChange={(event) => midiInputs.change({ gridModel: event.currentTarget.value as GridModelName })}>
              {Object.entries(GRID_MODELS).map(([name, { label }]) => (
                <option key={name} value={name}>
                  {label}
                </option>
              ))}
            </select>
          </label>
        )}
      </div>
      {grid !== null && <p class="drawer-hint">Its upper half launches scenes; below, a row chooses a voice, and three rows write its 16ths.</p>}
      <div class="drawer-row">
        <button type="button" class="framed" title="The last bar of notes becomes the loop, at its place on the map" onClick={() => void midiIn.keepPlayed()}>
          Keep what I played
        </button>
      </div>
    </>
  );
}

function Learning() {
  const { settings: kept, shown: state, inputs: midiInputs, targets } = useMidiIn();
  const { learning } = state.value;
  const { controls } = kept.value.map;
  const label = (target: string) => targets.targets.get(target)?.label ?? target;
  return (
    <>
      <div class="drawer-row">
        <label class="field">
          <span>learn a control for</span>
          <select value={learning ?? ""} onChange={(event) => midiInputs.learn(event.currentTarget.value || null)}>
            <option value="">nothing</option>
            {[...targets.targets].map(([name, target]) => (
              <option key={name} value={name}>
                {target.label}
              </option>
            ))}
          </select>
        </label>
      </div>
      {learning !== null && (
        <p class="drawer-hint" role="status">
          Move a knob or strike a pad for {label(learning)}.
        </p>
      )}
      {controls.length > 0 && (
        <ul class="bindings">
          {controls.map((binding) => (
            <li key={binding.target}>
              <span>
                {describeBinding(binding)} moves {label(binding.target)}
              </span>
              <button type="button" class="quiet" aria-label={`Forget ${describeBinding(binding)}`} onClick={() => midiInputs.unbind(binding)}>
                forget
              </button>
            </li>
          ))}
        </ul>
      )}
      <Files />
    </>
  );
}

/** A map goes to a file and comes from one, to another browser or to Python. */
function Files() {
  const { store } = usePage();
  const { settings, inputs: midiInputs } = useMidiIn();
  const { map } = settings.value;
  const picker = useRef<HTMLInputElement>(null);
  const take = async (file: File | undefined): Promise<void> => {
    if (!file) return;
    try {
      midiInputs.change({ map: readMap(await file.text()) });
    } catch (error) {
      store.reportError(new Error(`${file.name}: ${error instanceof Error ? error.message : String(error)}`));
    }
  };
  return (
    <>
      <div class="drawer-row">
        <label class="field">
          <span>map</span>
          <input type="text" value={map.name} onInput={(event) => midiInputs.change({ map: { ...map, name: event.currentTarget.value } })} />
        </label>
        <button type="button" class="quiet" onClick={() => midiInputs.change({ map: DEFAULT_MIDI_IN.map })}>
          as in General MIDI
        </button>
      </div>
      <div class="drawer-row">
        <button type="button" class="framed" onClick={() => save(new Blob([writeMap(map)], { type: "application/json" }), `${map.name || "midi-map"}.json`)}>
          Save map
        </button>
        <button type="button" class="framed" onClick={() => picker.current?.click()}>
          Open map
        </button>
      </div>
      <input
        ref={picker}
        type="file"
        hidden
        accept=".json,application/json"
        onChange={(event) => {
          const [file] = event.currentTarget.files ?? [];
          void take(file);
          event.currentTarget.value = "";
        }}
      />
    </>
  );
}

const describeBinding = ({ kind, number, channel }: Binding): string =>
  `${kind === "note" ? "Note" : kind === "absolute-14" ? "Fine control" : "Control"} ${number}${channel === null ? "" : `, channel ${channel}`}`;
