/** What every view is given: the store to draw, the actions to call, the player to start. */

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Actions } from "../actions";
import type { BarActions } from "../baractions";
import type { KeptKits } from "../keptkits";
import type { Kits } from "../kits";
import type { MidiPorts } from "../midiports";
import type { Player } from "../player";
import type { SoundActions } from "../soundactions";
import type { Sounds } from "../sounds";
import type { Store } from "../store";

export interface Page {
  readonly store: Store;
  readonly actions: Actions;
  readonly barActions: BarActions;
  readonly player: Player;
  readonly midi: MidiPorts;
  readonly kits: Kits;
  readonly kept: KeptKits;
  readonly sounds: Sounds;
  readonly soundActions: SoundActions;
}

export const PageContext = createContext<Page | null>(null);

export function usePage(): Page {
  const page = useContext(PageContext);
  if (!page) throw new Error("a view stands inside the page");
  return page;
}
