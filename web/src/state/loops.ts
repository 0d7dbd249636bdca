/** What a player can do with drum loops of their own: read them, correct what was heard, play them. */

import { type LoopSource, serverLoops } from "../net/loops";
import { withLoop } from "../rules/loops";
import type { LoopCorrection, LoopFile } from "../rules/protocol";
import type { Store } from "./store";

const sentence = (error: unknown, name: string): string => `Not read as a loop: ${(error instanceof Error ? error.message : String(error)).replace(`${name}: `, "")}.`;

export class Loops {
  constructor(
    private readonly store: Store,
    private readonly source: LoopSource = serverLoops,
  ) {}

  /** Read sound files as loops, one after the other; what is none says why. */
  async take(files: readonly File[]): Promise<void> {
    const { material } = this.store;
    for (const file of files) {
      material.reading.value = file.name;
      material.forget(file.name);
      try {
        this.put(await this.source.take(file));
        this.store.spoken.value = `${file.name} was read as a loop.`;
      } catch (error) {
        material.report(file.name, false, sentence(error, file.name));
      }
    }
    material.reading.value = null;
  }

  /** Read a loop again, as it was corrected; refused: it stays as it is. */
  async correct({ loop, material: { name } }: LoopFile, correction: LoopCorrection): Promise<void> {
    const { material } = this.store;
    material.reading.value = name;
    try {
      this.put(await this.source.correct(loop, correction));
      material.forget(name);
    } catch (error) {
      material.report(name, false, sentence(error, name));
    }
    material.reading.value = null;
  }

  /** Its bars, its sounds and its tempo, as one step of undo. True: it plays. */
  play(loop: LoopFile): boolean {
    const { store } = this;
    const project = withLoop(store.project.value, loop);
    if (typeof project === "string") {
      store.material.report(loop.material.name, false, project);
      return false;
    }
    store.playScene();
    store.settle();
    store.change(`play ${loop.material.name}`, project);
    store.settle();
    return true;
  }

  putAway({ loop }: LoopFile): void {
    const { loops } = this.store.material;
    loops.value = loops.value.filter((each) => each.loop !== loop);
  }

  private put(read: LoopFile): void {
    const { loops } = this.store.material;
    const known = loops.value.some(({ loop }) => loop === read.loop);
    loops.value = known ? loops.value.map((each) => (each.loop === read.loop ? read : each)) : [...loops.value, read];
  }
}
