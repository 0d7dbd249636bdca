/** The panels that are opened now and then, once their file has come: `panels.tsx`, which `main.tsx` fetches. */

import { signal } from "@preact/signals";
import type { ComponentType, RefObject } from "preact";
import type { Movable } from "../rules/movement";
import type { VoiceInfo } from "../rules/protocol";
import type { MidiIn, MidiInParts } from "../state/midiIn";
import type { Together } from "../state/together";
import type { Page } from "./page";

export interface PopoverProps extends Movable {
  readonly anchor: RefObject<HTMLElement | null>;
  readonly onClose: () => void;
}

export interface Panels {
  readonly midiInOf: (page: MidiInParts) => MidiIn;
  readonly playTogether: (page: Pick<MidiInParts, "store" | "player">, together: Together) => void;
  readonly takeDrop: (page: Page, event: DragEvent) => Promise<void>;
  readonly Drawers: ComponentType;
  readonly FindTapped: ComponentType;
  readonly Help: ComponentType;
  readonly KeepBars: ComponentType;
  readonly MovementPopover: ComponentType<PopoverProps>;
  readonly SongStrip: ComponentType;
  readonly SoundElsewhere: ComponentType;
  readonly StyleList: ComponentType;
  readonly TapRow: ComponentType;
  readonly VoicePanel: ComponentType<{ readonly voice: VoiceInfo; readonly index: number }>;
}

export const latePanels = signal<Panels | null>(null);

export const usePanels = (): Panels | null => latePanels.value;
