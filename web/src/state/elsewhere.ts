/** The page that leads while this one follows it: what a player does here is heard there. */

export interface Elsewhere {
  readonly where: string; // its device
  readonly playing: boolean;
  readonly bar: number; // that is heard there, from 1 on; 0: none
  readonly does: (address: string, ...given: readonly (number | string)[]) => void; // a control, carried out there
}
