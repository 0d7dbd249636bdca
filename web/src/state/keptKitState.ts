/** The player's own kits as the page has them; the server keeps them. */

import { signal } from "@preact/signals";
import type { KeptInfo, KeptVersion } from "../rules/protocol";

export class KeptKitState {
  readonly kits = signal<readonly KeptInfo[] | null>(null); // the latest first; null until the server has answered
  readonly removed = signal<readonly KeptInfo[]>([]); // since the page was opened: they can be brought back
  readonly unfolded = signal<{ readonly id: number; readonly versions: readonly KeptVersion[] } | null>(null);
}
