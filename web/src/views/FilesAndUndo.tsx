/** Undo and redo, the link, files, dark or light page, help. */

import { useRef } from "preact/hooks";
import { saveMidi, saveWav } from "../state/files";
import { openProjectFile, saveProject, shareLink } from "../state/projects";
import { IconButton } from "./Icon";
import { usePage } from "./page";
import { nextTheme, useDark } from "./theme";

export function FilesAndUndo() {
  const { store, actions, player, decoding, sounds } = usePage();
  const dark = useDark();
  const picker = useRef<HTMLInputElement>(null);
  const { past, present, future } = store.history.value;
  const attempt = (action: () => Promise<void>) => () => void action().catch((error: unknown) => store.reportError(error));
  return (
    <div class="tools">
      <IconButton
        icon="undo"
        framed
        label="Undo"
        title={past.length > 0 ? `Undo: ${present.label}` : "Nothing to undo"}
        disabled={past.length === 0}
        onClick={() => actions.undo()}
      />
      <IconButton
        icon="redo"
        framed
        label="Redo"
        title={future[0] ? `Redo: ${future[0].label}` : "Nothing to redo"}
        disabled={future.length === 0}
        onClick={() => actions.redo()}
      />
      <button type="button" class="framed" onClick={attempt(() => shareLink(store))}>
        Share
      </button>
      <button type="button" class="framed" aria-label="Save MIDI" title="Save what is heard as MIDI" onClick={attempt(() => saveMidi(store))}>
        MIDI
      </button>
      <button type="button" class="framed" aria-label="Save WAV" title="Save what is heard as WAV" onClick={attempt(() => saveWav(store, player, decoding, sounds))}>
        WAV
      </button>
      <button type="button" class="framed" aria-label="Save project" title="Save everything that plays here as a file" onClick={() => saveProject(store)}>
        Save
      </button>
      <button type="button" class="framed" aria-label="Open project" title="Open a project: a file that was saved here, or by clave groove --save" onClick={() => picker.current?.click()}>
        Open
      </button>
      <input
        ref={picker}
        type="file"
        hidden
        accept=".json,application/json"
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          event.currentTarget.value = "";
          if (file) void openProjectFile(store, actions, file);
        }}
      />
      <IconButton
        icon="theme"
        label={dark ? "Light page" : "Dark page"}
        title={dark ? "Light page" : "Dark page"}
        onClick={() => (store.theme.value = nextTheme(dark))}
      />
      <button type="button" class="icon" aria-label="Keyboard help" title="Keyboard help" onClick={() => (store.helping.value = true)}>
        ?
      </button>
    </div>
  );
}
