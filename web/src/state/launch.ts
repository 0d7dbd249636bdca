/** What waits to be launched, and how the music came to what plays: a scene, the song from one of its bars, or a morph. */

import type { Entry } from "../rules/conductor";
import type { Project } from "../rules/project";
import type { Morph } from "../rules/song";

export interface Launch {
  readonly entry: Entry;
  readonly played: Project; // until it has begun; from then on the project plays it
  readonly slot: number | null; // of a scene; null: the song
  readonly morph: Morph | null; // on the way to that scene; null: at once
}
