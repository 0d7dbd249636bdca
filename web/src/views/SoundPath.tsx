/** A path on a voice's sound map: drawn with Shift, seen with the sound on it, and how it is gone along. */

import type { RefObject } from "preact";
import { useRef, useState } from "preact/hooks";
import { toShare } from "../rules/mapPoint";
import { soundPathOf } from "../rules/soundPath";
import { JOURNEY_BARS } from "../rules/scene";
import type { Point } from "../rules/protocol";
import { Choice } from "./Choice";
import { withOwn } from "./LoopAndFills";
import { at, pointUnder, unitsOf } from "./mapGestures";
import { usePage } from "./page";

const TOLERANCE_PX = 2;

/** The handlers say whether the event was theirs. */
export function useSoundPath(frame: RefObject<HTMLDivElement | null>, index: number) {
  const { paths, player, store } = usePage();
  const line = useRef<readonly Point[] | null>(null);
  const [drawn, setDrawn] = useState<readonly Point[]>([]);
  const down = (event: PointerEvent): boolean => {
    if (event.button !== 0 || !event.shiftKey) return false;
    line.current = [pointUnder(event, frame.current!)];
    frame.current!.setPointerCapture(event.pointerId);
    return true;
  };
  const move = (event: PointerEvent): boolean => {
    if (!line.current) return false;
    line.current = [...line.current, pointUnder(event, frame.current!)];
    setDrawn(line.current);
    return true;
  };
  const up = (event: PointerEvent): boolean => {
    if (!line.current) return false;
    if (event.type === "pointerup" && paths.drawSound(index, line.current, unitsOf(TOLERANCE_PX, frame.current!)) && !store.playing.value) void player.play();
    line.current = null;
    setDrawn([]);
    return true;
  };
  return { drawn, handlers: { down, move, up } };
}

const onSquare = (points: readonly Point[]): string => points.map(([x, y]) => `${100 * toShare(x)},${100 * (1 - toShare(y))}`).join(" ");

interface SoundPathLayerProps {
  readonly index: number;
  readonly drawn: readonly Point[];
}

/** The path, the line under the hand, and the sound where it is now. */
export function SoundPathLayer({ index, drawn }: SoundPathLayerProps) {
  const { store } = usePage();
  const path = soundPathOf(store.scene.value, index);
  const now = path && store.arrangedBar.value.planned.voices[index]!.point;
  if (!path && drawn.length < 2) return null;
  return (
    <>
      <svg class="sound-path" viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
        {path && <polyline points={onSquare(path.points)} />}
        {drawn.length > 1 && <polyline class="is-drawn" points={onSquare(drawn)} />}
      </svg>
      {now && <span class="sound-moving" style={at(now)} aria-hidden="true" />}
    </>
  );
}

/** How long the sound takes, and which way it goes; one line that says how to draw a path until there is one. */
export function SoundPathControls({ index, name }: { readonly index: number; readonly name: string }) {
  const { store, paths } = usePage();
  const path = soundPathOf(store.scene.value, index);
  if (!path) return <p class="drawer-hint">Drag with Shift over the map: the sound moves along that path.</p>;
  return (
    <div class="path-speed" role="group" aria-label={`Path of the ${name}`}>
      <select aria-label={`Bars of the path of the ${name}`} value={path.bars} onChange={(event) => paths.changeSound(index, { bars: Number(event.currentTarget.value) })}>
        {withOwn(JOURNEY_BARS, path.bars).map((each) => (
          <option key={each} value={each}>
            {each} bars
          </option>
        ))}
      </select>
      <Choice label={`Way of the ${name}`} options={["loop", "ping-pong", "once"]} value={path.way} onChoose={(way) => paths.changeSound(index, { way })} />
      <button type="button" class="framed" onClick={() => paths.removeSound(index)}>
        stay here
      </button>
    </div>
  );
}
