/** What the page shows of dropped files beside the project: what was said of them, what waits, what is asked. */

import { signal } from "@preact/signals";
import type { LoopFile } from "../rules/protocol";

/** What was taken of a file and what was not; the reports on MIDI files that were taken stand in the project. */
export interface FileReport {
  readonly name: string;
  readonly said: readonly string[];
  readonly taken: boolean;
}

/** A sound file that is asked for its voice, or whether it is a drum loop. */
export interface AskedSound {
  readonly file: File;
  readonly voice: number | "loop" | null; // as its name says, or as the player chose
}

const MOST_REPORTS = 32;

export class MaterialState {
  readonly reports = signal<readonly FileReport[]>([]);
  readonly waiting = signal<readonly File[]>([]); // MIDI files that the server has not answered for yet
  readonly reading = signal<string | null>(null); // name of the file that is being read
  readonly theMaps = signal(false); // a star plays the map's bar at its place, not the file's
  readonly loops = signal<readonly LoopFile[]>([]); // as they were heard and corrected; what plays of them is in the project
  readonly asked = signal<readonly AskedSound[]>([]);

  readonly files = new Map<string, File>(); // MIDI files that were sent, to read them again with another drum map

  report(name: string, taken: boolean, ...said: string[]): void {
    const others = this.reports.value.filter((each) => each.name !== name);
    this.reports.value = [{ name, said, taken }, ...others].slice(0, MOST_REPORTS);
  }

  forget(name: string): void {
    this.reports.value = this.reports.value.filter((each) => each.name !== name);
  }
}
