/** The drawer of the player's own files: what was taken of each and what was not, its bars to play, and the way to more. */

import { useEffect, useMemo, useRef } from "preact/hooks";
import { seemsLoop } from "../rules/loops";
import { ACCEPTED, isStar, MAX_MIDI_BYTES, MAX_PROJECT_BYTES, MAX_SOUND_BYTES, megabytes, pathThrough, starName } from "../rules/material";
import type { MaterialFile } from "../rules/project";
import { formatPoint, titled } from "../rules/summary";
import { Loops } from "../state/loops";
import type { AskedSound, FileReport } from "../state/materialState";
import { Drawer } from "./Drawer";
import { DrumMapChoice, DrumMapEditor } from "./DrumMapEditor";
import { takeFiles } from "./droppedFiles";
import { IconButton } from "./Icon";
import { LoopCard } from "./LoopCard";
import { NeedsServer } from "./NeedsServer";
import { usePage } from "./page";
import { RecordTake } from "./RecordTake";
import { useRoving } from "./roving";

export function MaterialPanel() {
  return (
    <Drawer name="Your material">
      <Files />
    </Drawer>
  );
}

function Files() {
  const { store } = usePage();
  const { reports, waiting, reading, asked, theMaps } = store.material;
  const loops = useMemo(() => new Loops(store), [store]);
  return (
    <>
      <AddFiles />
      {!store.withoutServer.value && <RecordTake loops={loops} />}
      {asked.value.length > 0 && <Asked asked={asked.value} loops={loops} />}
      <div role="status">
        {reading.value !== null && <p class="drawer-hint">Reading {reading.value} …</p>}
        {waiting.value.length > 0 && (
          <p class="file-said is-trouble">
            {waiting.value.map(({ name }) => name).join(", ")}: the server does not answer. Read as soon as it does.
          </p>
        )}
        {reports.value.map((report) => (
          <Report key={report.name} report={report} />
        ))}
      </div>
      {store.material.loops.value.map((loop) => (
        <LoopCard key={loop.loop} loop={loop} loops={loops} />
      ))}
      {store.project.value.material.length > 0 && (
        <label class="check">
          <input type="checkbox" checked={theMaps.value} onChange={(event) => (theMaps.value = event.currentTarget.checked)} />
          a star plays the map's bar at its place
        </label>
      )}
      {store.project.value.material.map((file, index) => (
        <File_ key={file.name} file={file} index={index} />
      ))}
    </>
  );
}

function AddFiles() {
  const page = usePage();
  const picker = useRef<HTMLInputElement>(null);
  return (
    <>
      <NeedsServer what="Stars of MIDI files, and single sounds" />
      <p class="drawer-hint">
        Drop them anywhere on the page: MIDI files (up to {megabytes(MAX_MIDI_BYTES)}) become stars on the map; a sound (up to {megabytes(MAX_SOUND_BYTES)}) plays as
        a voice, or is read as a drum loop; a folder of sounds is a kit; a project (.json, up to {megabytes(MAX_PROJECT_BYTES)}) opens.
      </p>
      <p class="drawer-row">
        <button type="button" class="framed" onClick={() => picker.current?.click()}>
          Add files
        </button>
      </p>
      <DrumMapChoice />
      <input
        ref={picker}
        type="file"
        hidden
        multiple
        accept={ACCEPTED}
        data-testid="material-files"
        onChange={(event) => {
          const files = [...(event.currentTarget.files ?? [])];
          event.currentTarget.value = "";
          void takeFiles(page, files);
        }}
      />
    </>
  );
}

/** What the button does with the sounds: a loop is read, the others are played. */
function saidTake(voices: readonly AskedSound["voice"][]): string {
  const loops = voices.filter((voice) => voice === "loop").length;
  if (voices.length === 1) return loops ? "Read it" : "Play it";
  return loops ? "Take them" : "Play them";
}

/** Which voice plays which sound, or whether it is a drum loop; what its name and its length say is chosen already. */
function Asked({ asked, loops }: { readonly asked: readonly AskedSound[]; readonly loops: Loops }) {
  const { store, soundActions } = usePage();
  const state = store.material.asked;
  const choose = (file: File, voice: AskedSound["voice"]) => (state.value = state.value.map((each) => (each.file === file ? { ...each, voice } : each)));
  const measured = useRef(new Set<File>());
  useEffect(() => {
    for (const { file, voice } of asked) {
      if (measured.current.has(file)) continue;
      measured.current.add(file);
      void secondsOf(file).then((seconds) => (voice === null || seconds !== null) && seemsLoop(file.name, seconds) && choose(file, "loop"));
    }
  }, [asked]);
  const use = async () => {
    state.value = [];
    for (const { file, voice } of asked) {
      if (voice === null) store.material.report(file.name, false, "Not used: no voice was chosen.");
      else if (voice === "loop") await loops.take([file]);
      else await soundActions.takeFile(voice, file);
    }
  };
  return (
    <fieldset class="asked">
      <legend>One sound or a drum loop? Which voice plays {asked.length === 1 ? "it" : "which"}?</legend>
      {asked.map(({ file, voice }, at) => (
        <label key={at} class="asked-sound">
          <span class="file-name">{file.name}</span>
          <select aria-label={`Voice of ${file.name}`} value={voice ?? ""} onChange={({ currentTarget: { value } }) => choose(file, value === "" ? null : value === "loop" ? "loop" : Number(value))}>
            <option value="">no voice</option>
            <option value="loop">Drum loop: its bars and its sounds</option>
            {store.voices.value.map(({ name }, index) => (
              <option key={name} value={index}>
                {titled(name)}
              </option>
            ))}
          </select>
        </label>
      ))}
      <p class="drawer-row">
        <button type="button" class="framed" disabled={asked.every(({ voice }) => voice === null)} onClick={() => void use()}>
          {saidTake(asked.map(({ voice }) => voice))}
        </button>
        <button type="button" class="quiet" onClick={() => (state.value = [])}>
          Leave {asked.length === 1 ? "it" : "them"}
        </button>
      </p>
    </fieldset>
  );
}

/** How long a sound file is, as far as the browser knows; it reads no more than the header. */
const secondsOf = (file: File): Promise<number | null> =>
  new Promise((resolve) => {
    const sound = new Audio();
    const url = URL.createObjectURL(file);
    const done = () => {
      URL.revokeObjectURL(url);
      resolve(Number.isFinite(sound.duration) ? sound.duration : null);
    };
    sound.preload = "metadata";
    sound.onloadedmetadata = sound.onerror = done;
    sound.src = url;
  });

function Report({ report: { name, said, taken } }: { readonly report: FileReport }) {
  const { store } = usePage();
  return (
    <div class={`file-said ${taken ? "" : "is-trouble"}`}>
      <div>
        <b class="file-name">{name}</b> {said.join(" ")}
        {store.material.files.has(name) && <DrumMapEditor name={name} />}
      </div>
      <IconButton icon="close" label={`Put away what was said of ${name}`} onClick={() => store.material.forget(name)} />
    </div>
  );
}

function File_({ file, index }: { readonly file: MaterialFile; readonly index: number }) {
  const { store, material, player } = usePage();
  const start = (act: () => void) => () => {
    act();
    if (!store.playing.value) void player.play();
  };
  const path = pathThrough(file);
  return (
    <section class="file" aria-label={file.name}>
      <h3>
        <span class="file-name">{file.name}</span>
        <IconButton icon="close" label={`Remove ${file.name}`} title="Off the map; undo brings it back" onClick={() => material.remove(index)} />
      </h3>
      {file.said.length > 0 && (
        <ul class="file-report" aria-label={`What was taken of ${file.name}`}>
          {file.said.map((each) => (
            <li key={each}>{each}</li>
          ))}
        </ul>
      )}
      <p class="file-acts">
        <button type="button" class="framed" title="All its bars, one after the other" onClick={start(() => material.playAll(index))}>
          Play in order
        </button>
        <button
          type="button"
          class="framed"
          disabled={path === null}
          title={path ? "From star to star: the map's bars on the way" : "All its bars lie at one place: there is no way between them"}
          onClick={start(() => material.travel(index))}
        >
          Travel between them
        </button>
        {file.tempo_bpm !== null && (
          <button type="button" class="quiet" title="Take the tempo of the file" onClick={() => material.takeTempo(index)}>
            {Number(file.tempo_bpm.toFixed(1))} bpm
          </button>
        )}
      </p>
      <DrumMapEditor name={file.name} />
      <StarList file={file} index={index} onPlay={(bar) => start(() => material.play(index, bar))()} />
    </section>
  );
}

/** Its bars as buttons: one tab stop, arrow keys from bar to bar. */
function StarList({ file, onPlay }: { readonly file: MaterialFile; readonly index: number; readonly onPlay: (bar: number) => void }) {
  const { store } = usePage();
  const list = useRef<HTMLDivElement>(null);
  const roving = useRoving(list);
  const place = store.score.value.project.scene;
  return (
    <div ref={list} class="file-stars" role="toolbar" aria-label={`Bars of ${file.name}`} {...roving}>
      {file.bars.map(({ point }, bar) => {
        const here = isStar(place, file.name, point);
        return (
          <button key={bar} type="button" aria-pressed={here} aria-label={`${titled(starName(file, bar))} of ${file.name}, at ${formatPoint(point)}`} onClick={() => onPlay(bar)}>
            {file.bars[bar]!.bar + 1}
          </button>
        );
      })}
    </div>
  );
}
