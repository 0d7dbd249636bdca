/** A metronome: a click at the steps that are wanted, accented at the bar line. */

import type { Mixer } from "./mixer";
import type { Output, QueuedStep } from "./output";

export class Click implements Output {
  constructor(
    private readonly mixer: Pick<Mixer, "click">,
    private readonly isWanted: (step: number) => boolean,
  ) {}

  strike(): void {} // it has no voices

  step({ step, time }: QueuedStep): void {
    if (this.isWanted(step)) this.mixer.click(time, step === 0);
  }

  release(): void {} // a click is queued at its audio time

  silence(): void {} // the mixer ends its clicks as well
}
