/** Every key, in one dialog. */

import { useEffect, useRef } from "preact/hooks";
import { LANE_KEYS } from "./laneKeys";
import { usePage } from "./page";

const KEYS: readonly (readonly [keys: string, what: string])[] = [
  ["Space", "play and stop (on a cell: set or clear the stroke)"],
  ["arrow keys", "on the map: move 1 %, with Shift 10 %; in the grid: go to the next cell"],
  ["/", "go to a style: type, then Enter; with Shift it blends, with Alt you stay at this place"],
  ["A, B, C, D", "set one of four places where you are: a path leads through them, the morph pad between them"],
  ["P", "draw a path on the map; so does a drag with Shift"],
  ["T", "travel the path, and leave it"],
  ["Page Up, Page Down", "on a bead or a point of the path: go to another; arrow keys move it, Delete takes the point away"],
  ["1 to 8", "play a scene; with Shift, keep what you hear in it"],
  ["[ ]", "back and forward through your clicks"],
  ["R", "new seed"],
  ["H", "humanise: the same strokes, played once more"],
  ["K", "in the grid: this cell stays; with Shift, its row"],
  ["F", "fill in the rest: all that does not stay is played anew"],
  ["J", "tap a rhythm; from then on each J is a tap, Enter on the pad makes a bar of them"],
  ["X", "surprise me: a new pattern and eight new sounds"],
  ["+ −", "velocity of the cell"],
  ["Enter", "open a cell into its four steps, and close it"],
  ["M, S, O", "in the grid: mute or solo the voice, open its sliders and its sound"],
  ...LANE_KEYS.map(({ key, up }) => [key.toUpperCase(), `on a voice's row: ${up}; with Shift the other way`] as const),
  ["Enter", "on a slider with a dot: let it move by itself (in the fields of tempo and swing, M)"],
  ["Enter", "on a sound map: open it; Escape closes it"],
  ["Home, End", "first and last cell of the row"],
  ["Ctrl Z", "undo; Shift Ctrl Z redoes"],
  ["?", "this list"],
];

export function Help() {
  const { store } = usePage();
  const dialog = useRef<HTMLDialogElement>(null);
  const open = store.helping.value;
  useEffect(() => {
    if (open && !dialog.current?.open) dialog.current?.showModal();
    if (!open && dialog.current?.open) dialog.current.close();
  }, [open]);
  return (
    <dialog ref={dialog} class="help" aria-labelledby="help-title" onClose={() => (store.helping.value = false)}>
      <h2 id="help-title" tabIndex={-1} autofocus>
        Keys
      </h2>
      <dl>
        {KEYS.map(([keys, what]) => (
          <div key={keys}>
            <dt>{keys}</dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <label class="check">
        <input type="checkbox" checked={store.shortcuts.value} onChange={(event) => (store.shortcuts.value = event.currentTarget.checked)} />
        single keys work anywhere on the page
      </label>
      <p>On a cell, drag up and down for velocity; a double click opens it; Shift and a drag over cells mark what stays. A double click on a slider puts it back. Drop a sound on a sound map to play it, or a folder of them anywhere to play it as a kit.</p>
      <button type="button" class="framed" onClick={() => (store.helping.value = false)}>
        Close
      </button>
    </dialog>
  );
}
