/** Sends what the player's bar is like to lights and synthesizers: four control changes on the channel of MIDI out. */

import { effect, signal, untracked } from "@preact/signals";
import { controlChanges, USUAL_NUMBERS } from "../rules/playerCc";
import { asRecord } from "../rules/anyValue";
import type { Together } from "./together";

const KEY = "clave.player-cc.1";
const HIGHEST = 127;

export interface PlayerCcSettings {
  readonly on: boolean;
  readonly numbers: readonly number[]; // across, up, density, syncopation
}

export const playerCc = signal<PlayerCcSettings>({ on: false, numbers: USUAL_NUMBERS });

/** Settings as they are stored; what cannot be read is as at first. */
export function parsePlayerCc(text: string): PlayerCcSettings {
  try {
    const { on, numbers } = asRecord(JSON.parse(text));
    const good = Array.isArray(numbers) && numbers.length === USUAL_NUMBERS.length && numbers.every((each) => Number.isInteger(each) && each >= 0 && each <= HIGHEST);
    return { on: on === true, numbers: good ? (numbers as number[]) : USUAL_NUMBERS };
  } catch {
    return { on: false, numbers: USUAL_NUMBERS };
  }
}

/** From now on; `send` takes the number of a control and its value. */
export function sendPlayerCc(together: Together, send: (number: number, value: number) => void): void {
  try {
    playerCc.value = parsePlayerCc(localStorage.getItem(KEY) ?? "");
  } catch {
    // no storage: as at first
  }
  effect(() => {
    try {
      localStorage.setItem(KEY, JSON.stringify(playerCc.value));
    } catch {
      // full or forbidden: as at first next time
    }
  });
  let before: Readonly<Record<string, readonly unknown[]>> = {};
  effect(() => {
    const said = together.said.value;
    const { on, numbers } = untracked(() => playerCc.value);
    for (const [address, values] of Object.entries(said)) {
      if (!on || values === before[address]) continue;
      for (const [number, value] of controlChanges(address, values as readonly number[], numbers)) send(number, value);
    }
    before = said;
  });
}
