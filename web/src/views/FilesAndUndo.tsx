/** Undo and redo, files and links out and in, dark or light page, help. */

import { useRef, useState } from "preact/hooks";
import { fetchFormats, keepProject } from "../net/api";
import type { FormatInfo, KeptProject } from "../rules/protocol";
import { downloadUrl, saveFor, saveMidi, saveStems, saveWav } from "../state/files";
import { openProjectFile, saveProject, shareLink } from "../state/projects";
import { IconButton } from "./Icon";
import { Menu } from "./Menu";
import { NeedsServer } from "./NeedsServer";
import { usePage } from "./page";
import { PerformButton } from "./Perform";
import { nextTheme, useDark } from "./theme";

const SAVED_HERE: ReadonlySet<string> = new Set(["midi", "wav"]); // with buttons of their own

export function FilesAndUndo() {
  return (
    <div class="tools">
      <UndoAndRedo />
      <Save />
      <Export />
      <More />
      <PerformButton />
    </div>
  );
}

function UndoAndRedo() {
  const { store, actions } = usePage();
  const { past, present, future } = store.history.value;
  return (
    <>
      <IconButton
        icon="undo"
        label="Undo"
        title={past.length > 0 ? `Undo: ${present.label}` : "Nothing to undo"}
        disabled={past.length === 0}
        onClick={() => actions.undo()}
      />
      <IconButton
        icon="redo"
        label="Redo"
        title={future[0] ? `Redo: ${future[0].label}` : "Nothing to redo"}
        disabled={future.length === 0}
        onClick={() => actions.redo()}
      />
    </>
  );
}

function Save() {
  const { store } = usePage();
  return (
    <button type="button" class="quiet" aria-label="Save project" title="Save everything that plays here as a file" onClick={() => saveProject(store)}>
      Save
    </button>
  );
}

function Export() {
  const { store, player, decoding, sounds } = usePage();
  const attempt = (action: () => Promise<void>) => () => void action().catch((error: unknown) => store.reportError(error));
  const [formats, setFormats] = useState<readonly FormatInfo[]>([]);
  const [kept, setKept] = useState<KeptProject | null>(null);
  const open = attempt(async () => {
    setKept(null);
    if (formats.length === 0) setFormats(await fetchFormats());
    setKept(await keepProject(store.filed.value).catch(() => null)); // without an address there are the buttons, which say what is wrong
  });
  const dragged = (name: string) => {
    const format = formats.find((each) => each.name === name);
    if (!kept || !format) return {};
    return { draggable: true, onDragStart: ({ dataTransfer }: DragEvent) => dataTransfer?.setData("DownloadURL", downloadUrl(format, kept)) };
  };
  return (
    <Menu label="Export" title="Files of what plays: click to save one, or drag it into another program or folder" onOpen={open}>
      <button type="button" aria-label="Save MIDI" {...dragged("midi")} onClick={attempt(() => saveMidi(store))}>
        MIDI file of what is heard
      </button>
      <button type="button" aria-label="Save WAV" {...dragged("wav")} onClick={attempt(() => saveWav(store, player, decoding, sounds))}>
        WAV file of what is heard
      </button>
      <button type="button" aria-label="Save stems" onClick={attempt(() => saveStems(store, player, decoding, sounds))}>
        Stems of it, a WAV file a voice
      </button>
      <button type="button" aria-label="Share" onClick={attempt(() => shareLink(store))}>
        Copy a link to it
      </button>
      {formats
        .filter(({ name }) => !SAVED_HERE.has(name))
        .map((format) => (
          <button key={format.name} type="button" aria-label={`Save ${format.title}`} {...dragged(format.name)} onClick={attempt(() => saveFor(store, format))}>
            {format.title[0]?.toUpperCase() + format.title.slice(1)}
          </button>
        ))}
      <NeedsServer what="Files for other programs" />
    </Menu>
  );
}

function More() {
  const { store, actions } = usePage();
  const dark = useDark();
  const picker = useRef<HTMLInputElement>(null);
  return (
    <>
      <Menu label="More">
        <button type="button" aria-label="Open project" title="A file that was saved here, or by clave groove --save" onClick={() => picker.current?.click()}>
          Open a project
        </button>
        <button type="button" onClick={() => (store.theme.value = nextTheme(dark))}>
          {dark ? "Light page" : "Dark page"}
        </button>
        <button type="button" aria-pressed={store.showsBars.value} onClick={() => (store.showsBars.value = !store.showsBars.value)}>
          Single bars on the map
        </button>
        {store.scene.value.automations.length > 0 && (
          <button type="button" title={store.scene.value.automations.map(({ parameter }) => parameter).join(", ")} onClick={() => actions.forgetMoves()}>
            Forget the recorded moves
          </button>
        )}
        <button type="button" onClick={() => (store.drawer.value = "MIDI in")}>
          MIDI in
        </button>
        <button type="button" onClick={() => (store.drawer.value = "Answer")}>
          Answer
        </button>
        <button type="button" onClick={() => (store.drawer.value = "Learn")}>
          Learn
        </button>
        <button type="button" onClick={() => (store.drawer.value = "Other devices")}>
          Other devices
        </button>
        <button type="button" onClick={() => (store.drawer.value = "How it works")}>
          How it works
        </button>
        <button type="button" onClick={() => (store.helping.value = true)}>
          Keyboard help
        </button>
      </Menu>
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
    </>
  );
}
