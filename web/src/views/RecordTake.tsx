/** Records a beatboxed take with the microphone; it is read as a drum loop. */

import { useEffect, useRef, useState } from "preact/hooks";
import { LONGEST_TAKE_SECONDS, recordTake, type Take } from "../audio/takeRecorder";
import type { Loops } from "../state/loops";

export function RecordTake({ loops }: { readonly loops: Loops }) {
  const take = useRef<Take | null>(null);
  const [seconds, setSeconds] = useState<number | null>(null); // since it began; null: it does not record
  const [trouble, setTrouble] = useState<string | null>(null);
  const [waits, setWaits] = useState(false); // for the browser or the server
  const records = seconds !== null;

  const attempt = async (act: () => Promise<void>) => {
    setTrouble(null);
    setWaits(true);
    try {
      await act();
    } catch (error) {
      setTrouble(error instanceof Error ? error.message : String(error));
    }
    setWaits(false);
  };
  const start = () =>
    attempt(async () => {
      take.current = await recordTake();
      setSeconds(0);
    });
  const stop = () =>
    attempt(async () => {
      const recorded = take.current;
      take.current = null;
      setSeconds(null);
      if (recorded) await loops.take([await recorded.stop()]);
    });

  useEffect(() => {
    if (!records) return undefined;
    const clock = setInterval(() => setSeconds((before) => (before === null ? null : before + 1)), 1000);
    return () => clearInterval(clock);
  }, [records]);
  useEffect(() => {
    if (seconds === LONGEST_TAKE_SECONDS) void stop();
  }, [seconds]);
  useEffect(() => () => take.current?.drop(), []);

  return (
    <>
      <p class="drawer-row">
        <button
          type="button"
          class="framed"
          aria-pressed={records}
          disabled={waits}
          title="Beatbox or tap into the microphone: the take is read as a drum loop"
          onClick={() => void (records ? stop() : start())}
        >
          {records ? `Stop at ${seconds} s and read it` : "Record a take"}
        </button>
      </p>
      {trouble !== null && (
        <p class="file-said is-trouble" role="alert">
          {trouble}
        </p>
      )}
    </>
  );
}
