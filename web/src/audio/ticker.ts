/** Ticks that go on in a hidden page: a worker's timer is not slowed down there, as the page's own is. */

import { type Every, onTimer } from "./clock";

const WORKER = "onmessage = ({ data }) => setInterval(() => postMessage(0), data);";

/** Falls back on the page's own timer where no worker may run. */
export const everyTick: Every = (ms, call) => {
  let still = () => {};
  try {
    const address = URL.createObjectURL(new Blob([WORKER], { type: "text/javascript" }));
    const worker = new Worker(address);
    worker.onmessage = () => call();
    worker.onerror = () => (still = onTimer(ms, call));
    worker.postMessage(ms);
    still = () => (worker.terminate(), URL.revokeObjectURL(address));
  } catch {
    still = onTimer(ms, call);
  }
  return () => still();
};
