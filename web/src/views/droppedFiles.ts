/** Files that are dropped on the page or picked: MIDI files become stars, sounds are asked for their voice, a folder is a kit, a project opens. */

import { kindOf, whyNotRead } from "../rules/material";
import { isBeside, pickedFiles, toLearn } from "../rules/pathFiles";
import { voiceOfFile } from "../rules/voiceNames";
import { filesToLearn } from "../state/filesToLearn";
import { openProjectFile } from "../state/projects";
import { takeFolder } from "./KitChoice";
import type { Page } from "./page";

interface Dropped {
  readonly files: readonly File[]; // without what systems keep beside them
  readonly folder: boolean; // some of them lie in one
}

/** The file as a dialog that picks folders gives it: with its path. */
const withPath = (file: File, path: string): File => (path.includes("/") ? Object.defineProperty(file, "webkitRelativePath", { value: path }) : file);

/** All files of a drop, those in dropped folders included. */
async function filesOfDrop(event: DragEvent): Promise<Dropped> {
  const entries = [...(event.dataTransfer?.items ?? [])].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  if (entries.length === 0) return { files: [...(event.dataTransfer?.files ?? [])], folder: false }; // files that are in no file system
  const folder = entries.some(({ isDirectory }) => isDirectory);
  const walk = async (entry: FileSystemEntry): Promise<File[]> => {
    const path = entry.fullPath.replace(/^\//, "");
    if (isBeside(path)) return [];
    if (entry.isFile) return [withPath(await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject)), path)];
    const reader = (entry as FileSystemDirectoryEntry).createReader();
    const inside: FileSystemEntry[] = [];
    for (;;) {
      const more = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject)); // 100 at a time
      if (more.length === 0) break;
      inside.push(...more);
    }
    return (await Promise.all(inside.map(walk))).flat();
  };
  return { files: (await Promise.all(entries.map(walk))).flat(), folder };
}

/** The voice in whose row something is dropped. */
function voiceAt(event: DragEvent): number | null {
  const voice = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-voice-row]")?.dataset["voiceRow"] : undefined;
  return voice === undefined ? null : Number(voice);
}

export async function takeDrop(page: Page, event: DragEvent): Promise<void> {
  const voice = voiceAt(event);
  const learns = event.target instanceof Element && event.target.closest("[data-takes=learn]") !== null;
  const { files, folder } = await filesOfDrop(event);
  if (learns) filesToLearn.value = toLearn(pickedFiles(files));
  else await takeFiles(page, files, { voice, folder });
}

/** Each file where it belongs; what is not taken is said. A sound that is dropped on a voice's row plays as that voice. */
export async function takeFiles(page: Page, files: readonly File[], { voice = null, folder = false }: { readonly voice?: number | null; readonly folder?: boolean } = {}): Promise<void> {
  const { store, actions, material, soundActions } = page;
  const [first] = files;
  if (first && files.length === 1 && kindOf(first.name) === "project" && !whyNotRead(first)) return openProjectFile(store, actions, first);
  const midi = files.filter((file) => kindOf(file.name) === "MIDI file");
  const sounds = files.filter((file) => kindOf(file.name) === "sound");
  if (folder && midi.length === 0) return takeFolder(page, files);
  for (const file of files) {
    const why = whyNotRead(file);
    if (why) store.material.report(file.name, false, why);
    else if (kindOf(file.name) === "project") store.material.report(file.name, false, "Not opened: a project is dropped alone.");
  }
  const heard = sounds.filter((file) => !whyNotRead(file));
  if (folder && heard.length > 0) await takeFolder(page, heard);
  else if (heard.length > 0 && !store.instrument.value?.sound) await takeFolder(page, heard); // files have no place of their own: they make a kit
  else if (heard.length === 1 && voice !== null) await soundActions.takeFile(voice, heard[0]!);
  else if (heard.length > 0)
    store.material.asked.value = [...store.material.asked.value, ...heard.map((file) => ({ file, voice: voiceOfFile(file.name, store.voices.value) }))];
  if (files.length > 0 && !(heard.length === 1 && voice !== null && files.length === 1)) store.drawer.value = "Your material";
  await material.take(midi.filter((file) => !whyNotRead(file)));
}
