/** A rhythm space in a test: it remembers which bars it was to make, and the test releases its answers. */

import { toyBar, toyCorpus } from "../dev/toyServer";
import { toyGround } from "../dev/toyBars";
import type { RhythmSource } from "../src/net/sources";
import type { Bar } from "../src/rules/project";
import type { BarPattern } from "../src/rules/protocol";

export class HeldRhythm implements RhythmSource {
  readonly requests: (readonly Bar[])[] = [];
  readonly answers: (() => void)[] = [];
  /** What is thrown instead of the next answers; null: they are given. */
  failure: Error | null = null;

  constructor(private readonly make: (bar: Bar) => BarPattern = toyBar) {}

  bars(bars: readonly Bar[]): Promise<readonly BarPattern[]> {
    this.requests.push(bars);
    return new Promise((resolve, reject) => {
      this.answers.push(() => (this.failure ? reject(this.failure) : resolve(bars.map((bar) => this.make(bar)))));
    });
  }

  corpus = async () => toyCorpus();
  ground = async () => toyGround(toyCorpus());

  /** Answers every request, and those that follow from the answers. */
  async settle(): Promise<void> {
    for (let round = 0; round < 20; round++) {
      this.answers.splice(0).forEach((answer) => answer());
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  }
}
