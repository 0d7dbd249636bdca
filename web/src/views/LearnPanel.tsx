/** Learn: from files or a folder to a space of one's own; train, hear, stop, go on, play it, and the way back. */

import { useEffect, useRef, useState } from "preact/hooks";
import { previewOf, serverLearning } from "../net/learning";
import { asSpaceName, epochsOf, saidFound, saidPhase, saidProgress, warningOf } from "../rules/learnWords";
import { folderOf, pickedFiles, saidChosen, toLearn } from "../rules/pathFiles";
import type { LearnedSpace, LearnState, LearnWay } from "../rules/protocol";
import { filesToLearn } from "../state/filesToLearn";
import { Drawer } from "./Drawer";
import { NeedsServer } from "./NeedsServer";
import { usePage } from "./page";

const POLL_MS = 1000;

export function LearnPanel() {
  const { store } = usePage();
  return <Drawer name="Learn">{store.withoutServer.value ? <NeedsServer what="Learning from your own files" /> : <Learning />}</Drawer>;
}

function Learning() {
  const [state, setState] = useState<LearnState | null>(null);
  const [refused, setRefused] = useState("");
  const take: Take = async (asked) => {
    try {
      const now = await asked;
      if (now) setState(now);
      setRefused("");
      return true;
    } catch (error) {
      setRefused(error instanceof Error ? error.message : String(error));
      return false;
    }
  };
  useEffect(() => {
    void take(serverLearning.state());
    const timer = setInterval(() => void serverLearning.state().then(setState, () => undefined), POLL_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <>
      {refused && (
        <p class="file-said is-trouble" role="alert">
          {refused}
        </p>
      )}
      <Troubles />
      {state?.unavailable && <p class="file-said is-trouble">{state.unavailable}</p>}
      {state && <Now state={state} take={take} />}
      {state && <Spaces state={state} take={take} />}
      {state && !state.unavailable && !runs(state) && <Begin state={state} take={take} />}
    </>
  );
}

type Take = (asked: Promise<LearnState | void>) => Promise<boolean>;

interface Taking {
  readonly state: LearnState;
  readonly take: Take;
}

const runs = ({ phase }: LearnState): boolean => phase === "looking" || phase === "training";

/** What must be known of the spaces that play. */
function Troubles() {
  const { store } = usePage();
  const { space, sound } = store.instrument.value ?? {};
  const troubles = [warningOf(space?.verdict), warningOf(sound?.verdict)].filter((each) => each !== null);
  return troubles.map((each) => (
    <p key={each} class="file-said is-trouble">
      The space that plays: {each}
    </p>
  ));
}

const WAYS: readonly (readonly [LearnWay, string])[] = [
  ["auto", "as suits the files"],
  ["scratch", "a space of its own"],
  ["quick", "a quick try"],
];

/** Files or a folder, a name, and how. */
function Begin({ state, take }: Taking) {
  const [typed, setName] = useState<string | null>(null);
  const [folder, setFolder] = useState("");
  const [minutes, setMinutes] = useState("");
  const [way, setWay] = useState<LearnWay>("auto");
  const [sending, setSending] = useState("");
  const chosen = filesToLearn.value;
  const given = asSpaceName(typed ?? ((folderOf(chosen?.taken ?? []) ?? state.name) || "my drums"));
  const known = state.spaces.find(({ name }) => name === given);
  const send = async () => {
    for (const [at, { path, file }] of (chosen?.taken ?? []).entries()) {
      setSending(`Sending file ${at + 1} of ${chosen!.taken.length} …`);
      if (!(await take(serverLearning.keep(given, path, file)))) return false;
    }
    filesToLearn.value = null;
    return true;
  };
  const begin = async (look: boolean) => {
    setName(given);
    const sent = await send();
    setSending("");
    const limit = Number(minutes);
    if (sent) await take(serverLearning.start({ name: given, folder: folder.trim() || null, look, way, minutes: limit > 0 ? limit : null, epochs: null, resume: !look && (known?.resumable ?? false) }));
  };
  const ready = given !== "" && ((chosen?.taken.length ?? 0) > 0 || folder.trim() !== "" || (known?.files ?? 0) > 0 || (known?.resumable ?? false));
  return (
    <fieldset class="asked" disabled={sending !== ""}>
      <legend>Learn from your own drums</legend>
      <Choose />
      {chosen && <p role="status">{saidChosen(chosen)}</p>}
      {known && known.files > 0 && <p class="drawer-hint">{`${known.name} has ${known.files} ${known.files === 1 ? "file" : "files"} from before; they are learned from too.`}</p>}
      <label class="asked-sound">
        Name of the space
        <input type="text" value={typed ?? given} onInput={(event) => setName(event.currentTarget.value)} />
      </label>
      <details>
        <summary>How, and how long</summary>
        <label class="asked-sound">
          Folder of this computer
          <input type="text" placeholder="instead of files" value={folder} onInput={(event) => setFolder(event.currentTarget.value)} />
        </label>
        <label class="asked-sound">
          Train
          <select value={way} onChange={(event) => setWay(event.currentTarget.value as LearnWay)}>
            {WAYS.map(([each, says]) => (
              <option key={each} value={each}>
                {says}
              </option>
            ))}
          </select>
        </label>
        <label class="asked-sound">
          Minutes at most
          <input type="number" min={1} max={10000} placeholder="as needed" value={minutes} onInput={(event) => setMinutes(event.currentTarget.value)} />
        </label>
      </details>
      <p class="drawer-row">
        <button type="button" class="framed" disabled={!ready} onClick={() => void begin(true)}>
          See what is in it
        </button>
        <button type="button" class="framed" disabled={!ready} onClick={() => void begin(false)}>
          {known?.resumable ? "Go on" : "Learn"}
        </button>
      </p>
      <p role="status">{sending}</p>
    </fieldset>
  );
}

/** Where files are dropped, or picked. */
function Choose() {
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const take = (input: HTMLInputElement) => {
    filesToLearn.value = toLearn(pickedFiles(input.files ?? []));
    input.value = "";
  };
  return (
    <div class="learn-drop" data-takes="learn">
      <p class="drawer-hint">Drop a folder or files here: MIDI becomes a rhythm map, sounds become sound maps.</p>
      <p class="drawer-row">
        <button type="button" class="framed" onClick={() => folder.current?.click()}>
          Choose a folder
        </button>
        <button type="button" class="framed" onClick={() => files.current?.click()}>
          Choose files
        </button>
      </p>
      <input ref={files} type="file" hidden multiple data-testid="learn-files" onChange={(event) => take(event.currentTarget)} />
      <input
        ref={(element) => {
          folder.current = element;
          element?.setAttribute("webkitdirectory", "");
        }}
        type="file"
        hidden
        multiple
        data-testid="learn-folder"
        onChange={(event) => take(event.currentTarget)}
      />
    </div>
  );
}

/** What is being learned, or was last. */
function Now({ state, take }: Taking) {
  const said = saidPhase(state);
  if (said === "") return null;
  const { progress, estimate, phase } = state;
  return (
    <section class="file" aria-label="What is being learned">
      <p role="status" class={phase === "failed" ? "file-said is-trouble" : ""}>
        {said} {phase === "training" && estimate && `It takes ${estimate}.`}
      </p>
      {progress && (
        <label class="learn-progress">
          {saidProgress(progress)}
          <progress value={progress.done} max={Math.max(progress.whole, 1)} />
        </label>
      )}
      {state.found.map((found) => (
        <Found key={found.what} found={found} />
      ))}
      {state.begins && <p class="drawer-hint">{state.begins}</p>}
      {epochsOf(state).map((each) => (
        <p key={each} class="drawer-hint">
          {each}
        </p>
      ))}
      {state.previews.map((what) => (
        <label key={what} class="learn-preview">
          {what === "rhythm" ? "Bars as it plays them now" : "Sounds as it makes them now"}
          <audio controls preload="none" src={previewOf(what, state.name, state.epochs.length)} />
        </label>
      ))}
      {runs(state) && (
        <p class="drawer-row">
          {phase === "training" && (
            <button type="button" class="framed" onClick={() => void take(serverLearning.stop(true))}>
              Use it now
            </button>
          )}
          <button type="button" class="framed" onClick={() => void take(serverLearning.stop(false))}>
            {phase === "training" ? "Stop, go on later" : "Stop"}
          </button>
        </p>
      )}
      {state.said.length > 0 && (
        <details>
          <summary>All that was said</summary>
          <ul class="file-report">
            {state.said.map((each, line) => (
              <li key={line}>{each}</li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

/** What was found of one kind; what was left out, with the reason. */
function Found({ found }: { readonly found: LearnState["found"][number] }) {
  const refused = Object.entries(found.refusals);
  if (refused.length === 0) return <p>{saidFound(found)}</p>;
  return (
    <details>
      <summary>{saidFound(found)}</summary>
      <ul class="file-report">
        {refused.map(([file, why]) => (
          <li key={file}>
            <span class="file-name">{file}</span>: {why}
          </li>
        ))}
      </ul>
    </details>
  );
}

/** The spaces of one's own, and the way back; the server has all pages load anew when another one plays. */
function Spaces({ state, take }: Taking) {
  const playable = state.spaces.filter(({ rhythm, sound }) => rhythm || sound);
  if (playable.length === 0) return null;
  const use = (name: string | null) => void take(serverLearning.use(name));
  return (
    <section class="file" aria-label="Spaces of your own">
      <h3>Spaces of your own</h3>
      {playable.map((space) => (
        <OwnSpace key={space.name} space={space} plays={space.name === state.in_use} use={use} />
      ))}
      {state.in_use !== null && (
        <p class="drawer-row">
          <button type="button" class="framed" onClick={() => use(null)}>
            Back to the space of before
          </button>
        </p>
      )}
    </section>
  );
}

function OwnSpace({ space, plays, use }: { readonly space: LearnedSpace; readonly plays: boolean; readonly use: (name: string) => void }) {
  const warning = warningOf(space.verdict);
  const kinds = [space.rhythm ? "rhythm" : "", space.sound ? "sound" : ""].filter(Boolean).join(" and ");
  return (
    <div>
      <p class="drawer-row">
        <span>
          <b class="file-name">{space.name}</b> {kinds}
        </span>
        <button type="button" class="framed" disabled={plays} onClick={() => use(space.name)}>
          {plays ? "Plays now" : `Play ${space.name}`}
        </button>
      </p>
      {warning ? <p class="file-said is-trouble">{warning}</p> : space.verdict && <p class="drawer-hint">{space.verdict.says}</p>}
    </div>
  );
}
