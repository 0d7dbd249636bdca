/** How far the server's clock is from the page's: from the time that a message takes there and back, as NTP does it. */

const MOST_SAMPLES = 32; // of the latest exchanges, the quickest says most

interface Sample {
  readonly delayMs: number; // there and back
  readonly offset: number; // seconds to add to the page's clock
}

export class ServerClock {
  private samples: readonly Sample[] = [];

  /** A message was sent at one moment of `performance.now()`, and its answer came at another; between them the server read its clock. */
  heard(sentMs: number, seconds: number, nowMs: number): void {
    const delayMs = nowMs - sentMs;
    if (!(delayMs >= 0)) return;
    this.samples = [...this.samples, { delayMs, offset: seconds - (sentMs + nowMs) / 2000 }].slice(-MOST_SAMPLES);
  }

  get known(): boolean {
    return this.samples.length > 0;
  }

  /** Half of the delay bounds the error. */
  private get best(): Sample {
    return this.samples.reduce((best, each) => (each.delayMs < best.delayMs ? each : best), { delayMs: Infinity, offset: 0 });
  }

  /** Seconds of the server's clock at this `performance.now()`. */
  at(ms: number): number {
    return ms / 1000 + this.best.offset;
  }

  /** Another server: its clock is another one. */
  forget(): void {
    this.samples = [];
  }
}
