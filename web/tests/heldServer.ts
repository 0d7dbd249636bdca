/** A server in a test: it remembers what it is asked, and the test releases its answers. */

import { vi } from "vitest";

export interface Held<Request> {
  readonly path: string;
  readonly request: Request;
}

export class HeldServer<Request> {
  readonly requests: Held<Request>[] = [];
  readonly answers: (() => void)[] = [];

  /** Takes the place of `fetch`; `reply` says what a request is answered with. */
  constructor(reply: (request: Request, path: string) => unknown) {
    vi.stubGlobal(
      "fetch",
      (path: string, { body }: { body: string }) =>
        new Promise((resolve) => {
          const request = JSON.parse(body) as Request;
          this.requests.push({ path, request });
          this.answers.push(() => resolve(new Response(JSON.stringify(reply(request, path)))));
        }),
    );
  }

  /** Answers every request, and those that follow from the answers. */
  async settle(): Promise<void> {
    for (let round = 0; round < 20; round++) {
      this.answers.splice(0).forEach((answer) => answer());
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  }
}
