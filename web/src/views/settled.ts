/** A value that follows a signal at most so often: at once after a pause, in a stream of changes now and then, and its last one always. */

import type { ReadonlySignal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";

export function useSettled<T>(from: ReadonlySignal<T>, everyMs: number): T {
  const [value, setValue] = useState(from.peek());
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let last = -Infinity;
    const take = () => {
      timer = undefined;
      last = performance.now();
      setValue(() => from.peek());
    };
    const stop = from.subscribe(() => {
      if (timer !== undefined) return;
      const wait = last + everyMs - performance.now();
      if (wait <= 0) take();
      else timer = setTimeout(take, wait);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [from, everyMs]);
  return value;
}
