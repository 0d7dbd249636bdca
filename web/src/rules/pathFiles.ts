/** Files of a folder with their paths in it: which of them are material, and which only lie beside it. */

const BESIDE = ["__macosx", "icon\r", "thumbs.db", "ehthumbs.db", "desktop.ini", "$recycle.bin", "system volume information", "@eadir"];

export interface PathFile {
  readonly path: string; // with slashes, from the folder that was dropped or chosen; its own name for a single file
  readonly file: File;
}

/** Whether a file is hidden or a system's own, by its name or a folder's: no material. The twin of `clave/files/walking.py`. */
export const isBeside = (path: string): boolean => path.split("/").some((part) => part.startsWith(".") || BESIDE.includes(part.toLowerCase()));

/** Files as a file dialog gives them. */
export const pickedFiles = (files: Iterable<File>): PathFile[] => [...files].map((file) => ({ path: file.webkitRelativePath || file.name, file }));

/** In the order in which Python walks: by composed names. */
const byPath = (one: PathFile, other: PathFile): number => (one.path.normalize("NFC") < other.path.normalize("NFC") ? -1 : 1);

export interface ToLearn {
  readonly taken: readonly PathFile[];
  readonly leftOut: number; // of other kinds; what systems keep beside files is not counted
}

const MIDI = /\.(midi?|smf|kar|rmi)$/i;
const LEARNED = /\.(midi?|smf|kar|rmi|wave?|aiff?|aifc|flac|ogg|oga|mp3|csv|txt|json)$/i; // tables and licences say styles and sources

/** What is learned from. */
export function toLearn(files: readonly PathFile[]): ToLearn {
  const material = files.filter(({ path }) => !isBeside(path));
  const taken = material.filter(({ path }) => LEARNED.test(path)).sort(byPath);
  return { taken, leftOut: material.length - taken.length };
}

/** What was chosen, in words. */
export function saidChosen({ taken, leftOut }: ToLearn): string {
  const midi = taken.filter(({ path }) => MIDI.test(path)).length;
  const tables = taken.filter(({ path }) => /\.(csv|txt|json)$/i.test(path)).length;
  const counts = [[midi, "MIDI"], [taken.length - midi - tables, "sound"]] as const;
  const said = counts.filter(([count]) => count > 0).map(([count, kind]) => `${count} ${kind} ${count === 1 ? "file" : "files"}`);
  return `${said.join(" and ") || "No MIDI and no sound"} chosen${leftOut > 0 ? `; ${leftOut} of other kinds left out` : ""}.`;
}

/** The name of the folder that they lie in, if they lie in one. */
export const folderOf = (files: readonly PathFile[]): string | null => {
  const [first, ...rest] = new Set(files.map(({ path }) => (path.includes("/") ? path.slice(0, path.indexOf("/")) : "")));
  return first && rest.length === 0 ? first : null;
};
