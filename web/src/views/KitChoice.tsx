/** Which kit sounds: one of the instrument's, one that the player keeps, or a folder of WAVs. */

import { useRef } from "preact/hooks";
import { keptKitId, keptKitName } from "../rules/kitNames";
import { DrawerButton } from "./Drawer";
import { IconButton } from "./Icon";
import { type Page, usePage } from "./page";
import { useRoving } from "./roving";

/** Take a folder as kit and report which voices got a file. */
export async function takeFolder({ store, kits, soundActions }: Page, files: readonly File[]): Promise<void> {
  if (files.length === 0) return;
  if (store.instrument.value?.sound) return soundActions.takeFolder(files); // then each file has its place and its twin
  const { name, report } = await kits.fromFiles(files, store.kitBuffers.value, store.voices.value);
  if (name === null) return store.reportError(report);
  store.folderKits.value = [...store.folderKits.value.filter((kit) => kit.name !== name), { name, label: name }];
  soundActions.chooseKit(name);
  store.notify(report);
}

export function KitChoice() {
  const page = usePage();
  const { store, soundActions, kept } = page;
  const whole = useRef<HTMLDivElement>(null);
  const roving = useRoving(whole);
  const picker = useRef<HTMLInputElement>(null);
  const chosen = store.kit.value.name;
  const own = store.kept.kits.value ?? [];
  const known = store.kits.value.some(({ name }) => name === chosen) || own.some(({ id }) => keptKitName(id) === chosen);
  const choose = (name: string) => {
    const id = keptKitId(name);
    if (id === null) soundActions.chooseKit(name);
    else void kept.load(id);
  };
  return (
    <div ref={whole} class="dial kit" {...roving}>
      <span class="joined">
        <select aria-label="Kit" title={store.kitLabel(null)} value={chosen} onChange={(event) => choose(event.currentTarget.value)}>
          {!known && <option value={chosen}>{store.kitLabel(null)}</option>}
          {store.kits.value.map((kit) => (
            <option key={kit.name} value={kit.name} title={kit.label}>
              {kit.label.split(":")[0]}
            </option>
          ))}
          {own.length > 0 && (
            <optgroup label="kept">
              {own.map(({ id, name }) => (
                <option key={id} value={keptKitName(id)}>
                  {name}
                </option>
              ))}
            </optgroup>
          )}
        </select>
        <IconButton
          icon="folder"
          label="Folder of WAVs as kit"
          title="A folder of WAVs as kit: bd, sd, ch, oh … in the file names"
          onClick={() => picker.current?.click()}
        />
      </span>
      <DrawerButton drawer="Kits">kit: keep, load</DrawerButton>
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
