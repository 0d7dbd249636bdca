/** Time in a test: a clock of one's own and the faked timers go on together, tick by tick. */

import { vi } from "vitest";

export function passTime(seconds: number, tickSeconds: number, tick: (seconds: number) => void): void {
  for (let left = seconds; left > 1e-9; left -= tickSeconds) {
    tick(tickSeconds);
    vi.advanceTimersByTime(tickSeconds * 1000);
  }
}
