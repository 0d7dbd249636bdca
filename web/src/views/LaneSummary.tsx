/** On a voice's row: what of its lane differs from plain, in words. A drag over one of them changes it, a click opens the panel. */

import { useRef } from "preact/hooks";
import { type Difference, differences, movingWords } from "../rules/laneWords";
import { isStill, movedBy } from "../rules/movement";
import { PARAMETERS, VOICE_SLUGS } from "../rules/parameters";
import { titled } from "../rules/summary";
import type { VoiceInfo } from "../rules/protocol";
import { usePage } from "./page";

const PX_A_STEP = 6; // of a drag

interface LaneProps {
  readonly voice: VoiceInfo;
  readonly index: number;
}

export function LaneSummary({ voice, index }: LaneProps) {
  const { store } = usePage();
  const scene = store.scene.value;
  const found = differences(scene.lanes[index]!);
  const own = `${VOICE_SLUGS[index]!}.`;
  const moving = [...PARAMETERS.keys()].filter((name) => name.startsWith(own) && !isStill(movedBy(scene, name)));
  const open = store.openVoice.value === index;
  const dragged = useRef(false); // the click that ends a drag opens nothing
  const words = [...found.map((each) => each.words), ...(moving.length > 0 ? [movingWords(moving.map((name) => name.slice(own.length)))] : [])];
  if (words.length === 0) return null;
  return (
    <div role="gridcell" class="lane-cell">
      <button
        type="button"
        class="lane-summary"
        tabIndex={-1} // the name beside it opens the same
        aria-expanded={open}
        aria-label={`${titled(voice.name)} lane: ${words.join(", ")}`}
        title="Drag over a word to change it; click for all (O)"
        onClick={() => {
          if (!dragged.current) store.openVoice.value = open ? null : index;
          dragged.current = false;
        }}
      >
        {found.map((each) => (
          <Word key={each.control} {...each} index={index} onDrag={() => (dragged.current = true)} />
        ))}
        {moving.length > 0 && <span class="lane-word is-moving">{words.at(-1)}</span>}
      </button>
    </div>
  );
}

interface WordProps extends Difference {
  readonly index: number;
  readonly onDrag: () => void;
}

/** To the right or up is more. */
function Word({ control, words, index, onDrag }: WordProps) {
  const { lanes, store } = usePage();
  const start = useRef<{ readonly at: number; readonly taken: number } | null>(null);
  const along = (event: PointerEvent) => event.clientX - event.clientY;
  return (
    <span
      class="lane-word"
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        start.current = { at: along(event), taken: 0 };
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => {
        if (!start.current) return;
        const { at, taken } = start.current;
        const steps = Math.trunc((along(event) - at) / PX_A_STEP);
        if (steps === taken) return;
        start.current = { at, taken: steps };
        onDrag();
        lanes.step(index, control, steps - taken);
      }}
      onPointerUp={() => {
        start.current = null;
        store.settle();
      }}
      onPointerCancel={() => (start.current = null)}
    >
      {words}
    </span>
  );
}
