/** MIDI out: which port and channel, which note for each voice, and whether the page sounds too. */

import { titled } from "../rules/summary";
import { CHANNELS, DEFAULT_MIDI, describeLink, formatNote, HIGHEST_NOTE, type MidiLink, noteOf, withNote } from "../midi/midiSettings";
import { describeLive, NOT_CONNECTED } from "../state/liveState";
import { Choice } from "./Choice";
import { Drawer } from "./Drawer";
import { IconButton } from "./Icon";
import { NumberField } from "./NumberField";
import { usePage } from "./page";

export function MidiPanel() {
  return (
    <Drawer name="MIDI out">
      <Link />
      <Outside />
      <Sounding />
      <Notes />
    </Drawer>
  );
}

/** What the player can do in each state. */
const ADVICE: Partial<Record<MidiLink["state"], string>> = {
  off: "Play your own drum machine, sampler or DAW: each stroke goes out at the moment it is heard here.",
  unknown: "Chrome, Edge, Opera and Firefox have it, on a page from this computer or over https.",
  refused: "Allow MIDI for this page in the site settings of the browser, then turn it on again.",
  waiting: "Connect it, or open a virtual port; it plays as soon as it is there.",
  broken: "Another program may hold it: close that one, then turn MIDI out off and on.",
};

function Link() {
  const { store, midi } = usePage();
  const settings = store.midi.value;
  const link = store.midiLink.value;
  const ports = store.midiPorts.value;
  const { port } = settings;
  const gone = settings.on && port !== null && !ports.some(({ id, name }) => id === port.id || name === port.name);
  const shown = gone ? [...ports, port] : ports;
  const chosen = link.state === "open" || link.state === "broken" ? link.port.id : (port?.id ?? "");
  return (
    <>
      <div class="drawer-row">
        <p class={`midi-state is-${link.state}`} role="status">
          {describeLink(link, settings)}
        </p>
        <Choice
          label="MIDI out"
          options={["off", "on"]}
          value={settings.on ? "on" : "off"}
          onChoose={(wanted) => (wanted === "on" ? void midi.turnOn() : midi.turnOff())}
        />
      </div>
      {ADVICE[link.state] && <p class="drawer-hint">{ADVICE[link.state]}</p>}
      <div class="drawer-row">
        <label class="field">
          <span>port</span>
          <select
            value={chosen}
            disabled={!settings.on || shown.length === 0}
            onChange={(event) => {
              const wanted = shown.find(({ id }) => id === event.currentTarget.value);
              if (wanted) void midi.choose(wanted);
            }}
          >
            {shown.length === 0 && <option value="">{settings.on ? "none connected" : "none open"}</option>}
            {shown.map(({ id, name }) => (
              <option key={id} value={id}>
                {gone && id === port.id ? `${name} (not connected)` : name}
              </option>
            ))}
          </select>
        </label>
        <label class="field midi-channel">
          <span>channel</span>
          <select value={settings.channel} onChange={(event) => midi.change({ channel: Number(event.currentTarget.value) })}>
            {CHANNELS.map((channel) => (
              <option key={channel} value={channel}>
                {channel}
              </option>
            ))}
          </select>
        </label>
      </div>
    </>
  );
}

/** Whether controls from outside reach this page, and who leads. */
function Outside() {
  const { live } = usePage();
  return (
    <p class="drawer-hint">
      Controls from outside: {describeLive(live.value?.state.value ?? NOT_CONNECTED)}
    </p>
  );
}

function Sounding() {
  const { store, midi } = usePage();
  const { soundHere, clock } = store.midi.value;
  return (
    <div class="drawer-checks">
      <label class="check">
        <input type="checkbox" checked={soundHere} onChange={(event) => midi.change({ soundHere: event.currentTarget.checked })} />
        sound here as well
      </label>
      <label class="check">
        <input type="checkbox" checked={clock} onChange={(event) => midi.change({ clock: event.currentTarget.checked })} />
        send clock, start and stop
      </label>
    </div>
  );
}

function Notes() {
  const { store, midi, player } = usePage();
  const settings = store.midi.value;
  const voices = store.voices.value;
  const usual = settings.notes.every((note) => note === null);
  return (
    <>
      <div class="drawer-row notes-head">
        <h3>Notes</h3>
        <button type="button" class="quiet" disabled={usual} onClick={() => midi.change({ notes: DEFAULT_MIDI.notes })}>
          as in General MIDI
        </button>
      </div>
      <ul class="notes">
        {voices.map(({ name }, voice) => {
          const note = noteOf(settings, voices, voice) ?? 0;
          return (
            <li key={name} class={`ink-${voice} ${settings.notes[voice] === null ? "" : "is-changed"}`}>
              <i class="note-dot" />
              <span class="note-voice">{titled(name)}</span>
              <NumberField
                id={`note-${voice}`}
                label={`Note of ${name}`}
                unit={formatNote(note)}
                value={note}
                min={0}
                max={HIGHEST_NOTE}
                step={1}
                onValue={(wanted) => midi.change({ notes: withNote(store.midi.value, voices, voice, Math.round(wanted)).notes })}
              />
              <IconButton icon="play" label={`Try ${name}`} title={`Try ${name}`} onClick={() => void player.audition(voice)} />
            </li>
          );
        })}
      </ul>
    </>
  );
}
