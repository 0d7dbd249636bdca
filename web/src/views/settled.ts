/** Values that follow a signal later, so that what costs much is not drawn with every frame. */

import { effect, type ReadonlySignal, useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useState } from "preact/hooks";

/** At once after a pause, in a stream of changes at most so often, and its last one always; while something else moves, not at all. */
export function useSettled<T>(from: ReadonlySignal<T>, everyMs: number, moving?: ReadonlySignal<boolean>): T {
  const [value, setValue] = useState(from.peek());
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let last = -Infinity;
    const take = () => {
      timer = undefined;
      last = performance.now();
      if (!moving?.peek()) setValue(() => from.peek());
    };
    const stop = effect(() => {
      void from.value;
      if (moving?.value || timer !== undefined) return;
      const wait = last + everyMs - performance.now();
      if (wait <= 0) take();
      else timer = setTimeout(take, wait);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [from, everyMs, moving]);
  return value;
}

/** The same as a signal, while `slow` is true: else it follows at once. Its last value always comes. */
export function useSlowed<T>(from: ReadonlySignal<T>, everyMs: number, slow: ReadonlySignal<boolean>): ReadonlySignal<T> {
  const slowed = useSignal(from.peek());
  useLayoutEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let last = -Infinity;
    const take = () => {
      timer = undefined;
      last = performance.now();
      slowed.value = from.peek();
    };
    const stop = effect(() => {
      void from.value;
      if (slow.value && timer !== undefined) return;
      const wait = slow.value ? last + everyMs - performance.now() : 0;
      clearTimeout(timer);
      if (wait <= 0) take();
      else timer = setTimeout(take, wait);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [from, everyMs, slow]);
  return slowed;
}

/** The value once it has rested for so long; null while it changes. */
export function useResting<T>(from: ReadonlySignal<T>, forMs: number): T | null {
  const [value, setValue] = useState<T | null>(from.peek());
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let first = true; // the subscription begins with the value as it is
    const stop = from.subscribe((now) => {
      if (first) return void (first = false);
      clearTimeout(timer);
      setValue(null);
      timer = setTimeout(() => setValue(() => now), forMs);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [from, forMs]);
  return value;
}
