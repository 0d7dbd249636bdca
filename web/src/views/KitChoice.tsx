/** Which kit sounds: one of the instrument's, or a folder of the player's own WAVs. */

import { useRef } from "preact/hooks";
import { Icon } from "./Icon";
import { type Page, usePage } from "./page";

/** Take a folder as kit and say what became of it. */
export async function takeFolder({ store, kits, soundActions }: Page, files: readonly File[]): Promise<void> {
  if (files.length === 0) return;
  const { name, report } = await kits.fromFiles(files, store.kitBuffers.value, store.voices.value);
  if (name === null) return store.complain(report);
  store.folderKits.value = [...store.folderKits.value.filter((kit) => kit.name !== name), { name, label: name }];
  soundActions.chooseKit(name);
  store.say(report);
}

export function KitChoice() {
  const page = usePage();
  const { store, soundActions } = page;
  const picker = useRef<HTMLInputElement>(null);
  const chosen = store.kits.value.find(({ name }) => name === store.groove.value.kit);
  return (
    <div class="dial kit">
      <span class="joined">
        <select aria-label="Kit" title={chosen?.label} value={store.groove.value.kit} onChange={(event) => soundActions.chooseKit(event.currentTarget.value)}>
          {!chosen && <option value={store.groove.value.kit}>{store.groove.value.kit}</option>}
          {store.kits.value.map((kit) => (
            <option key={kit.name} value={kit.name} title={kit.label}>
              {kit.label.split(":")[0]}
            </option>
          ))}
        </select>
        <button
          type="button"
          class="icon"
          aria-label="Folder of WAVs as kit"
          title="A folder of WAVs as kit: bd, sd, ch, oh … in the file names"
          onClick={() => picker.current?.click()}
        >
          <Icon name="folder" />
        </button>
      </span>
      <span class="under" aria-hidden="true">
        kit
      </span>
      <input
        ref={picker}
        type="file"
        hidden
        multiple
        {...{ webkitdirectory: true }}
        onChange={(event) => {
          void takeFolder(page, [...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = "";
        }}
      />
    </div>
  );
}
