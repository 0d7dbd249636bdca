/** Files to keep: what is heard as MIDI or WAV. */

import { naturalBars } from "../rules/plan";
import { type ZippedFile, zipped } from "../rules/zip";
import { fetchExport, fetchMidi } from "../net/api";
import type { FormatInfo, KeptProject } from "../rules/protocol";
import { encodeWav } from "../audio/wavFile";
import type { Decoding } from "./decoding";
import type { Player } from "./player";
import type { Sounds } from "./sounds";
import type { Store } from "./store";

const FILE_SAMPLE_RATE = 44_100;

export function save(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

const formatBars = (count: number): string => (count === 1 ? "1 bar" : `${count} bars`);

/** What has to be decoded before a file is written. */
type Whole = Pick<Decoding | Sounds, "all">;

export async function saveMidi(store: Store): Promise<void> {
  const project = store.filed.value;
  save(await fetchMidi(project), "groove.mid");
  store.notify(`groove.mid: ${formatBars(naturalBars(project))}, as heard.`);
}

/** Save what plays for another program; what its format cannot hold is said. */
export async function saveFor(store: Store, format: FormatInfo): Promise<void> {
  const { file, name, remarks } = await fetchExport(store.filed.value, format.name);
  save(file, name);
  store.notify([`${name}: ${format.title}.`, ...(remarks.length > 0 ? [`Not in it: ${remarks.join("; ")}.`] : [])].join(" "));
}

/** What a drag out of the page carries, as Chromium takes it: type, name and address of one file. */
export const downloadUrl = (format: FormatInfo, { key, stem }: KeptProject): string =>
  `${format.media_type}:${stem}${format.suffix}:${new URL(`./api/project/kept/${key}/${format.name}`, location.href).href}`;

export async function saveWav(store: Store, player: Player, decoding: Whole, sounds: Whole): Promise<void> {
  await Promise.all([decoding.all(), sounds.all()]);
  const { bars } = player.performance();
  const channels = await player.renderLoop();
  save(new Blob([encodeWav(channels, FILE_SAMPLE_RATE)], { type: "audio/wav" }), "groove.wav");
  store.notify(`groove.wav: ${formatBars(bars.length)} as a loop, 24 bit.`);
}

/** A WAV file for each voice that is heard, in one archive. */
export async function saveStems(store: Store, player: Player, decoding: Whole, sounds: Whole): Promise<void> {
  await Promise.all([decoding.all(), sounds.all()]);
  const { bars, strikes } = player.performance();
  const heard = new Set(strikes.map(({ voice }) => voice));
  const files: ZippedFile[] = [];
  for (const [voice, { name }] of store.voices.value.entries())
    if (heard.has(voice)) files.push({ name: `${name.replaceAll(" ", "-")}.wav`, content: new Uint8Array(encodeWav(await player.renderLoop(voice), FILE_SAMPLE_RATE)) });
  save(new Blob([zipped(files)], { type: "application/zip" }), "groove-stems.zip");
  store.notify(`groove-stems.zip: ${formatBars(bars.length)} as a loop, ${files.length} voices.`);
}
