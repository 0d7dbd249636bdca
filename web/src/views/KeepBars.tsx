/** "Keep last bars": what was heard becomes a song, or files. */

import { useState } from "preact/hooks";
import { KEPT_BARS } from "../rules/memory";
import type { Ending } from "../state/keeping";
import { Choice } from "./Choice";
import { usePage } from "./page";
import { Popover } from "./Popover";

const ENDINGS: Record<Ending, string> = { loop: "as a loop", tail: "with its tail", cut: "cut at the bar" };
const formatBars = (count: number): string => (count === 1 ? "last bar" : `last ${count} bars`);

export function KeepBars() {
  const { store, memory } = usePage();
  const [anchor, setAnchor] = useState<Element | null>(null);
  const heard = memory.count.value;
  return (
    <>
      <button
        type="button"
        class="framed keep-bars"
        aria-expanded={anchor !== null}
        title={heard === 0 ? "A bar can be kept once it has been played" : `The last ${heard === 1 ? "bar" : `${heard} bars`} can be kept as they were heard`}
        onClick={(event) => {
          if (heard === 0) return store.notify("Nothing was heard yet: a bar can be kept once it has been played.");
          setAnchor(anchor ? null : event.currentTarget);
        }}
      >
        Keep last bars
      </button>
      <Popover anchor={anchor} label="Keep last bars" onClose={() => setAnchor(null)}>
        <Choices heard={heard} close={() => setAnchor(null)} />
      </Popover>
    </>
  );
}

function Choices({ heard, close }: { readonly heard: number; readonly close: () => void }) {
  const { store, keeping } = usePage();
  const offered = [...new Set([...KEPT_BARS.filter((bars) => bars <= heard), heard])].sort((one, other) => one - other);
  const [bars, setBars] = useState(() => offered.findLast((each) => each <= 4) ?? offered[0]!);
  const [ending, setEnding] = useState<Ending>("loop");
  const act = (action: () => Promise<void> | void) => () => {
    close();
    void Promise.resolve()
      .then(action)
      .catch((error: unknown) => store.reportError(error));
  };
  return (
    <>
      <label class="scene-rename">
        Keep the
        <select data-first aria-label="How many bars" value={bars} onChange={(event) => setBars(Number(event.currentTarget.value))}>
          {offered.map((each) => (
            <option key={each} value={each}>
              {formatBars(each)}
            </option>
          ))}
        </select>
      </label>
      <button type="button" onClick={act(() => keeping.asSong(bars))}>
        As a song, scene by scene
      </button>
      <button type="button" onClick={act(() => keeping.asMidi(bars))}>
        As a MIDI file
      </button>
      <Choice label="How the sound ends" options={["loop", "tail", "cut"]} words={ENDINGS} value={ending} onChoose={setEnding} />
      <button type="button" onClick={act(() => keeping.asWav(bars, ending))}>
        As a WAV file
      </button>
      <button type="button" onClick={act(() => keeping.asStems(bars, ending))}>
        As stems, a WAV file a voice
      </button>
    </>
  );
}
