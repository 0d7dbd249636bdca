/** Learn: from files or a folder to a space of one's own; train, hear, stop, go on, play it, and the way back. */

import { useEffect, useRef, useState } from "preact/hooks";
import { previewOf, serverLearning } from "../net/learning";
import { asSpaceName, saidFound, saidPhase, saidProgress, warningOf } from "../rules/learnWords";
import type { LearnedSpace, LearnState } from "../rules/protocol";
import { Drawer } from "./Drawer";
import { NeedsServer } from "./NeedsServer";
import { usePage } from "./page";

const POLL_MS = 1000;

export function LearnPanel() {
  const { store } = usePage();
  return <Drawer name="Learn">{store.withoutServer.value ? <NeedsServer what="Learning from your own files" /> : <Learning />}</Drawer>;
}

function Learning() {
  const { store } = usePage();
  const [state, setState] = useState<LearnState | null>(null);
  const [refused, setRefused] = useState("");
  const take = (answer: Promise<LearnState>) =>
    answer.then(
      (now) => {
        setState(now);
        setRefused("");
        return true;
      },
      (error: unknown) => {
        setRefused(error instanceof Error ? error.message : String(error));
        return false;
      },
    );
  useEffect(() => {
    void take(serverLearning.state());
    const timer = setInterval(() => void serverLearning.state().then(setState, () => undefined), POLL_MS);
    return () => clearInterval(timer);
  }, []);
  const use = async (name: string | null) => {
    if (await take(serverLearning.use(name))) location.reload(); // another space is another instrument
  };
  const trouble = warningOf(store.instrument.value?.space.verdict);
  return (
    <>
      {refused && (
        <p class="file-said is-trouble" role="alert">
          {refused}
        </p>
      )}
      {trouble && <p class="file-said is-trouble">The space that plays: {trouble}</p>}
      {state?.unavailable && <p class="file-said is-trouble">{state.unavailable}</p>}
      {state && !state.unavailable && <Begin state={state} take={take} />}
      {state && <Now state={state} take={take} />}
      {state && <Spaces state={state} use={use} />}
    </>
  );
}

interface Taking {
  readonly state: LearnState;
  readonly take: (answer: Promise<LearnState>) => Promise<boolean>;
}

const runs = ({ phase }: LearnState): boolean => phase === "looking" || phase === "training";

/** Files or a folder, a name, and how long. */
function Begin({ state, take }: Taking) {
  const [name, setName] = useState("my drums");
  const [folder, setFolder] = useState("");
  const [minutes, setMinutes] = useState(3);
  const [files, setFiles] = useState<readonly File[]>([]);
  const [sending, setSending] = useState("");
  const picker = useRef<HTMLInputElement>(null);
  const given = asSpaceName(name);
  const begin = async (look: boolean, resume = false) => {
    for (const [at, file] of files.entries()) {
      setSending(`Sending file ${at + 1} of ${files.length} …`);
      if (!(await take(serverLearning.keep(given, file.webkitRelativePath || file.name, file)))) return setSending("");
    }
    setSending("");
    setFiles([]);
    await take(serverLearning.start({ name: given, folder: folder.trim() || null, look, quick: true, minutes, epochs: null, resume }));
  };
  const goesOn = state.spaces.some((space) => space.name === given && space.resumable);
  return (
    <fieldset class="asked" disabled={runs(state) || sending !== ""}>
      <legend>Learn from your own drums</legend>
      <p class="drawer-hint">MIDI files become a rhythm map, sounds become sound maps. Choose files, or name a folder of this computer.</p>
      <p class="drawer-row">
        <button type="button" class="framed" onClick={() => picker.current?.click()}>
          Choose a folder of files
        </button>
        {files.length > 0 && <span>{files.length} files chosen</span>}
      </p>
      <input
        ref={(element) => {
          picker.current = element;
          element?.setAttribute("webkitdirectory", "");
        }}
        type="file"
        hidden
        multiple
        data-testid="learn-files"
        onChange={(event) => setFiles([...(event.currentTarget.files ?? [])].filter((file) => /\.(midi?|wav|aiff?|flac|ogg|mp3|csv)$/i.test(file.name)))}
      />
      <label class="asked-sound">
        Folder of this computer
        <input type="text" value={folder} onInput={(event) => setFolder(event.currentTarget.value)} />
      </label>
      <label class="asked-sound">
        Name of the space
        <input type="text" value={name} onInput={(event) => setName(event.currentTarget.value)} />
      </label>
      <label class="asked-sound">
        Minutes at most
        <input type="number" min={1} max={10000} value={minutes} onInput={(event) => setMinutes(Math.max(0.1, Number(event.currentTarget.value) || 3))} />
      </label>
      <p class="drawer-row">
        <button type="button" class="framed" disabled={given === ""} onClick={() => void begin(true)}>
          See what is in it
        </button>
        <button type="button" class="framed" disabled={given === ""} onClick={() => void begin(false, goesOn)}>
          {goesOn ? "Go on" : "Learn"}
        </button>
      </p>
      <p role="status">{sending}</p>
    </fieldset>
  );
}

/** What is being learned, or was last. */
function Now({ state, take }: Taking) {
  const said = saidPhase(state);
  if (said === "") return null;
  return (
    <section class="file" aria-label="What is being learned">
      <p role="status" class={state.phase === "failed" ? "file-said is-trouble" : ""}>
        {said} {state.progress && saidProgress(state.progress)} {state.phase === "training" && state.estimate}
      </p>
      {state.found.map((found) => (
        <details key={found.what}>
          <summary>{saidFound(found)}</summary>
          <ul class="file-report">
            {Object.entries(found.refusals).map(([file, why]) => (
              <li key={file}>
                <span class="file-name">{file}</span>: {why}
              </li>
            ))}
          </ul>
        </details>
      ))}
      {state.begins && <p class="drawer-hint">{state.begins}</p>}
      {state.epochs.length > 0 && <p class="drawer-hint">{state.epochs.at(-1)}</p>}
      {state.previews.map((what) => (
        <p key={what} class="drawer-row">
          {what === "rhythm" ? "Bars as it plays them now" : "Sounds as it makes them now"}
          <audio controls preload="none" src={previewOf(what, state.epochs.length)} aria-label={what === "rhythm" ? "Preview of bars" : "Preview of sounds"} />
        </p>
      ))}
      {runs(state) && (
        <p class="drawer-row">
          {state.phase === "training" && (
            <button type="button" class="framed" onClick={() => void take(serverLearning.stop(true))}>
              Use it now
            </button>
          )}
          <button type="button" class="framed" onClick={() => void take(serverLearning.stop(false))}>
            Stop, go on later
          </button>
        </p>
      )}
    </section>
  );
}

/** The spaces of one's own, and the way back. */
function Spaces({ state, use }: { readonly state: LearnState; readonly use: (name: string | null) => Promise<void> }) {
  const playable = state.spaces.filter(({ rhythm, sound }) => rhythm || sound);
  if (playable.length === 0) return null;
  return (
    <section class="file" aria-label="Spaces of your own">
      <h3>Spaces of your own</h3>
      {playable.map((space) => (
        <OwnSpace key={space.name} space={space} plays={space.name === state.in_use} use={use} />
      ))}
      {state.in_use !== null && (
        <p class="drawer-row">
          <button type="button" class="framed" onClick={() => void use(null)}>
            Back to the space of before
          </button>
        </p>
      )}
    </section>
  );
}

function OwnSpace({ space, plays, use }: { readonly space: LearnedSpace; readonly plays: boolean; readonly use: (name: string) => Promise<void> }) {
  const warning = warningOf(space.verdict);
  const kinds = [space.rhythm ? "rhythm" : "", space.sound ? "sound" : ""].filter(Boolean).join(" and ");
  return (
    <div>
      <p class="drawer-row">
        <b class="file-name">{space.name}</b> {kinds}
        <button type="button" class="framed" disabled={plays} onClick={() => void use(space.name)}>
          {plays ? "Plays now" : `Play ${space.name}`}
        </button>
      </p>
      {warning ? <p class="file-said is-trouble">{warning}</p> : space.verdict && <p class="drawer-hint">{space.verdict.says}</p>}
    </div>
  );
}
