/** Which note of a MIDI file is which voice: the map that fits, notes that it does not list, and a map of one's own. */

import { signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { OWN_MAP_FILE, serverDrumMaps } from "../net/drumMaps";
import { givenNotes, saidFit, saidLook, saidMap, saidNote } from "../rules/drumMapWords";
import type { DrumMapLook, DrumMapState } from "../rules/protocol";
import { titled } from "../rules/summary";
import { usePage } from "./page";

/** What files are read with, once the server has said so; all editors show it. */
const drumMaps = signal<DrumMapState | null>(null);

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What MIDI files are read with, and the way of a map of one's own out and in. */
export function DrumMapChoice() {
  const { store } = usePage();
  const picker = useRef<HTMLInputElement>(null);
  const [refused, setRefused] = useState("");
  const take = (asked: Promise<DrumMapState>) =>
    asked.then(
      (now) => {
        drumMaps.value = now;
        setRefused(now.trouble);
      },
      (error: unknown) => setRefused(messageOf(error)),
    );
  useEffect(() => void take(serverDrumMaps.state()), []);
  const state = drumMaps.value;
  if (!state || store.withoutServer.value) return null;
  return (
    <>
      <label class="asked-sound">
        Read MIDI files with
        <select value={state.reads_with} onChange={(event) => void take(serverDrumMaps.choose(event.currentTarget.value))}>
          {["fit", ...(state.own ? ["own"] : []), ...state.names].map((name) => (
            <option key={name} value={name}>
              {saidMap(name)}
            </option>
          ))}
        </select>
      </label>
      <p class="drawer-row">
        <button type="button" class="quiet" onClick={() => picker.current?.click()}>
          Import a drum map
        </button>
        {state.own && (
          <a class="quiet" href={OWN_MAP_FILE} download="drum-map.toml">
            Export my drum map
          </a>
        )}
      </p>
      <input
        ref={picker}
        type="file"
        hidden
        accept=".toml"
        data-testid="drum-map-file"
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          if (file) void take(serverDrumMaps.take(file));
          event.currentTarget.value = "";
        }}
      />
      {refused && (
        <p class="file-said is-trouble" role="alert">
          {refused}
        </p>
      )}
    </>
  );
}

/** The notes of a file, each with its voice; it is fetched when it is unfolded. */
export function DrumMapEditor({ name }: { readonly name: string }) {
  const { store } = usePage();
  const [open, setOpen] = useState(false);
  const file = store.material.files.get(name);
  return (
    <details class="drum-map" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Drum map</summary>
      {open && (file ? <Notes file={file} /> : <p class="drawer-hint">Drop {name} again: the page has its bars, and not its notes.</p>)}
    </details>
  );
}

function Notes({ file }: { readonly file: File }) {
  const { store, material } = usePage();
  const [look, setLook] = useState<DrumMapLook | null>(null);
  const [chosen, setChosen] = useState<ReadonlyMap<number, string | null>>(new Map());
  const [refused, setRefused] = useState("");
  const show = (name: string) => {
    setChosen(new Map());
    serverDrumMaps.look(file, name).then(setLook, (error: unknown) => setRefused(messageOf(error)));
  };
  const readsWith = drumMaps.value?.reads_with ?? "fit";
  useEffect(() => show(readsWith), [file, readsWith]);
  if (refused) return <p class="file-said is-trouble">{refused}</p>;
  if (!look) return null;
  const read = async () => {
    try {
      drumMaps.value = await serverDrumMaps.edit({ base: look.name, notes: givenNotes(look.notes, chosen) });
      await material.take([file]);
    } catch (error) {
      setRefused(messageOf(error));
    }
  };
  return (
    <>
      <label class="asked-sound">
        Map
        <select value={look.name} onChange={(event) => show(event.currentTarget.value)}>
          {look.fits.map((fit) => (
            <option key={fit.name} value={fit.name}>
              {saidFit(fit)}
            </option>
          ))}
        </select>
      </label>
      <p class="drawer-hint" role="status">
        {saidLook(look)}
      </p>
      {look.notes.map((each) => (
        <label key={each.note} class={`asked-sound ${each.guessed ? "is-guessed" : ""}`}>
          <span>
            <b>{each.note}</b> <small>{saidNote(each)}</small>
          </span>
          <select
            aria-label={`Voice of note ${each.note}`}
            value={chosen.has(each.note) ? (chosen.get(each.note) ?? "") : each.voice}
            onChange={(event) => setChosen(new Map(chosen).set(each.note, event.currentTarget.value || null))}
          >
            <option value="">left out</option>
            {store.voices.value.map(({ name }) => (
              <option key={name} value={name}>
                {titled(name)}
              </option>
            ))}
          </select>
        </label>
      ))}
      <p class="drawer-row">
        <button type="button" class="framed" onClick={() => void read()}>
          Read it with these voices
        </button>
      </p>
    </>
  );
}
