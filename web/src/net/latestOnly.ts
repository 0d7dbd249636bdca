/** One request at a time: while one is under way, only the latest of those that follow is kept. */

export class LatestOnly<Request, Answer> {
  private busy = false;
  private waiting: Request | null = null;

  constructor(
    private readonly ask: (request: Request) => Promise<Answer>,
    private readonly answered: (request: Request, answer: Answer) => void,
    private readonly failed: (request: Request, error: unknown) => void,
  ) {}

  send(request: Request): void {
    this.waiting = request;
    if (!this.busy) void this.work();
  }

  /** Drop the request that waits. */
  drop(): void {
    this.waiting = null;
  }

  private async work(): Promise<void> {
    this.busy = true;
    while (this.waiting !== null) {
      const request = this.waiting;
      this.waiting = null;
      try {
        this.answered(request, await this.ask(request));
      } catch (error) {
        this.failed(request, error);
      }
    }
    this.busy = false;
  }
}
