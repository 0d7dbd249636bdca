/** What the page knows of the player's own kits; the server keeps them. */

import { signal } from "@preact/signals";
import type { KeptInfo, KeptVersion } from "../rules/protocol";

export class KeptState {
  readonly kits = signal<readonly KeptInfo[] | null>(null); // the newest first; null until the server has told
  readonly removed = signal<readonly KeptInfo[]>([]); // since the page was opened: they can be brought back
  readonly unfolded = signal<{ readonly id: number; readonly versions: readonly KeptVersion[] } | null>(null);
}
