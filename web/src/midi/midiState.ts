/** State that goes back to controllers, for motor faders and rings: the twin of `clave/play/live/midi_state.py`. */

import { clamp } from "../rules/units";
import { type Binding, FINE_NUMBERS_ABOVE, type MidiMap } from "./midiIn";
import { CONTROL, type Message, NOTE_ON } from "./midiMessages";

/** What shows this value, from 0 to 1 of the target's range, on the control; an endless one keeps no position. */
export function valueMessages(binding: Binding, value: number): readonly Message[] {
  const { kind, number, low, high } = binding;
  if (kind.startsWith("relative")) return [];
  const share = clamp((value - low) / (high - low), 0, 1);
  const channel = (binding.channel ?? 1) - 1;
  if (kind === "note") return [[NOTE_ON | channel, number, share >= 0.5 ? 127 : 0]];
  if (kind === "absolute-14") {
    const both = roundEven(share * 16383);
    return [
      [CONTROL | channel, number, both >> 7],
      [CONTROL | channel, number + FINE_NUMBERS_ABOVE, both & 127],
    ];
  }
  return [[CONTROL | channel, number, roundEven(share * 127)]];
}

/** As Python rounds: halves to the even neighbour. */
function roundEven(value: number): number {
  const floor = Math.floor(value);
  return value - floor === 0.5 ? floor + (floor % 2) : Math.floor(value + 0.5);
}

const keyOf = ({ kind, number, channel }: Binding): string => `${kind} ${number} ${channel}`;

/** Sends a controller what has changed, and all of it when it is new; not what the control itself has just set. */
export class StateOut {
  private readonly shown = new Map<string, string>();

  /** Messages for the controls that show something else by now. */
  changes(map: MidiMap, valueOf: (target: string) => number | null): readonly Message[] {
    return map.controls.flatMap((binding) => {
      const value = valueOf(binding.target);
      return value !== null && this.differs(binding, value) ? valueMessages(binding, value) : [];
    });
  }

  /** The player's hand has set this value: the control shows it already, but for the light of a pad. */
  moved(map: MidiMap, target: string, value: number): void {
    for (const binding of map.controls) if (binding.target === target && binding.kind !== "note") this.differs(binding, value);
  }

  /** The controller is new, or was unplugged: everything is sent with the next `changes`. */
  forget(): void {
    this.shown.clear();
  }

  private differs(binding: Binding, value: number): boolean {
    const [key, text] = [`${keyOf(binding)} ${binding.target}`, String(valueMessages(binding, value))];
    if (this.shown.get(key) === text) return false;
    this.shown.set(key, text);
    return true;
  }
}
