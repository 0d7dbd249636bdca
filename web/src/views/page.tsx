/** What every view has through its context: the store to draw, the actions to call, the player to start. */

import type { Signal } from "@preact/signals";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Kits } from "../audio/kits";
import type { MidiPorts } from "../midi/midiPorts";
import type { MidiIn } from "../state/midiIn";
import type { Actions } from "../state/actions";
import type { BarActions } from "../state/barActions";
import type { Decoding } from "../state/decoding";
import type { LaneActions } from "../state/laneActions";
import type { LiveLink } from "../state/liveLink";
import type { Keeping } from "../state/keeping";
import type { KeptKits } from "../state/keptKits";
import type { PathActions } from "../state/pathActions";
import type { Material } from "../state/material";
import type { Memory } from "../state/memory";
import type { OtherTabs } from "../state/otherTabs";
import type { Player } from "../state/player";
import type { ServerWatch } from "../state/serverWatch";
import type { Recording } from "../state/recording";
import type { SceneActions } from "../state/sceneActions";
import type { SoundActions } from "../state/soundActions";
import type { Sounds } from "../state/sounds";
import type { StyleActions } from "../state/styleActions";
import type { Store } from "../state/store";

export interface Page {
  readonly store: Store;
  readonly actions: Actions;
  readonly paths: PathActions;
  readonly barActions: BarActions;
  readonly styleActions: StyleActions;
  readonly scenes: SceneActions;
  readonly memory: Memory;
  readonly keeping: Keeping;
  readonly recording: Recording;
  readonly decoding: Decoding;
  readonly player: Player;
  readonly midi: MidiPorts;
  readonly midiIn: Signal<MidiIn | null>; // null until its file has come
  readonly kits: Kits;
  readonly kept: KeptKits;
  readonly sounds: Sounds;
  readonly soundActions: SoundActions;
  readonly lanes: LaneActions;
  readonly material: Material;
  readonly server: ServerWatch;
  readonly live: Signal<LiveLink | null>; // the same
  readonly tabs: OtherTabs | null; // null: this browser tells no tab of another
}

export const PageContext = createContext<Page | null>(null);

export function usePage(): Page {
  const page = useContext(PageContext);
  if (!page) throw new Error("a view stands inside the page");
  return page;
}
