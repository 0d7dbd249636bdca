/** One question at a time: while one is under way, only the newest of the next ones is kept. */

export class Newest<Question, Answer> {
  private busy = false;
  private waiting: Question | null = null;

  constructor(
    private readonly ask: (question: Question) => Promise<Answer>,
    private readonly answered: (question: Question, answer: Answer) => void,
    private readonly failed: (question: Question, error: unknown) => void,
  ) {}

  send(question: Question): void {
    this.waiting = question;
    if (!this.busy) void this.work();
  }

  /** Forget what has not been asked yet. */
  drop(): void {
    this.waiting = null;
  }

  private async work(): Promise<void> {
    this.busy = true;
    while (this.waiting !== null) {
      const question = this.waiting;
      this.waiting = null;
      try {
        this.answered(question, await this.ask(question));
      } catch (error) {
        this.failed(question, error);
      }
    }
    this.busy = false;
  }
}
