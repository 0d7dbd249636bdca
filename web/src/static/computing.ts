/** The page's side of a worker: questions go out, and each answer comes back to whoever asked. */

import { Refused } from "./refused";
import type { Answer, Question } from "./worker";

export class Computing {
  private readonly waiting = new Map<number, (answer: Answer) => void>();
  private readonly worker: Worker;
  private asked = 0;

  constructor() {
    this.worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    this.worker.addEventListener("message", ({ data: { id, found } }: MessageEvent<{ readonly id: number; readonly found: Answer }>) => {
      this.waiting.get(id)?.(found);
      this.waiting.delete(id);
    });
    this.worker.addEventListener("error", (event) => {
      for (const done of this.waiting.values()) done({ failed: event.message || "a part of the page could not be loaded" });
      this.waiting.clear();
    });
  }

  /** The answer; Refused for what cannot be had, another Error for what may come later. */
  async ask(question: Question): Promise<Answer> {
    const id = this.asked++;
    const answer = await new Promise<Answer>((done) => {
      this.waiting.set(id, done);
      this.worker.postMessage({ id, question });
    });
    if ("refused" in answer) throw new Refused(answer.refused);
    if ("failed" in answer) throw new Error(answer.failed);
    return answer;
  }
}
