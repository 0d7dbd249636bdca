/** Files to keep: what is heard as MIDI or WAV. */

import { heardOnly } from "../rules/pattern";
import type { BarPattern } from "../rules/protocol";
import { heardRounds } from "../rules/sequencer";
import { fetchMidi } from "../net/api";
import { encodeWav } from "../audio/wavFile";
import type { Player } from "./player";
import type { Store } from "./store";

const FILE_SAMPLE_RATE = 44_100;

/** The bars that are heard: rounds of the journey while travelling, else of the loop at the point, with the fills that fall in them. */
export const heardBars = (store: Store): readonly BarPattern[] => heardRounds(store.round.value, store.groove.value.fillEvery);

export function save(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

const formatBars = (count: number): string => (count === 1 ? "1 bar" : `${count} bars`);

export async function saveMidi(store: Store): Promise<void> {
  const bars = heardBars(store);
  const patterns = bars.map((pattern) => heardOnly(pattern, store.heardVoices.value));
  const { tempoBpm, swing } = store.groove.value;
  save(await fetchMidi({ patterns, tempo_bpm: tempoBpm, swing, on_grid: false }), "groove.mid");
  store.notify(`groove.mid: ${formatBars(bars.length)}, as heard.`);
}

export async function saveWav(store: Store, player: Player): Promise<void> {
  const bars = heardBars(store);
  const channels = await player.renderLoop(bars);
  save(new Blob([encodeWav(channels, FILE_SAMPLE_RATE)], { type: "audio/wav" }), "groove.wav");
  store.notify(`groove.wav: ${formatBars(bars.length)} as a loop, 24 bit.`);
}
