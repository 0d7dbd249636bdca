/** One line above the grid: humanise the bar, fill in what is not held, tap a rhythm. */

import { useRef } from "preact/hooks";
import { useComputed } from "@preact/signals";
import { describeHolds } from "../rules/holds";
import { handCellCount } from "../rules/scene";
import { sceneName } from "../rules/song";
import { stepsPerBar } from "../rules/units";
import type { TapTo } from "../state/barState";
import { Choice } from "./Choice";
import { Icon, IconButton } from "./Icon";
import { usePanels } from "./latePanels";
import { NeedsServer } from "./NeedsServer";
import { usePage } from "./page";
import { useRoving } from "./roving";
import { Slider } from "./Slider";

export function BarTools() {
  const { store } = usePage();
  const tools = useRef<HTMLDivElement>(null);
  const roving = useRoving(tools);
  return (
    <div ref={tools} class="bar-tools" role="group" aria-label="The bar in hand" {...roving}>
      {store.withoutServer.value ? (
        <>
          <NeedsServer what="Humanise, fill in and tap" />
          <ByHand />
        </>
      ) : store.bar.tapTo.value === null ? (
        <>
          <Humanise />
          <FillRest />
          <OpenTaps />
          <ByHand />
        </>
      ) : (
        <Tapping to={store.bar.tapTo.value} />
      )}
    </div>
  );
}

function Humanise() {
  const { store, barActions } = usePage();
  const { amount, like } = barActions.humanise;
  const { scenes } = store.project.value;
  return (
    <span class="humanise">
      <Slider
        label="humanise"
        min={0}
        max={1}
        step={0.01}
        value={amount}
        valueText={amount === 0 ? "as it is" : `${Math.round(amount * 100)} %`}
        rest={0}
        onValue={(to) => barActions.humaniseBy(to)}
      />
      <label class="like-whom">
        like{" "}
        <select
          aria-label="Humanise like"
          title={scenes.some(Boolean) ? "Whose feel the bar takes" : "Keep a scene to take the feel of its first bar"}
          value={like ?? ""}
          onChange={(event) => barActions.humaniseLike(event.currentTarget.value === "" ? null : Number(event.currentTarget.value))}
        >
          <option value="">a drummer</option>
          {scenes.map(
            (kept, slot) =>
              kept && (
                <option key={slot} value={slot}>
                  {sceneName(kept, slot)}
                </option>
              ),
          )}
        </select>
      </label>
      <IconButton icon="dice" label="Another take" title="The same strokes, played once more (H)" onClick={() => barActions.humaniseAgain()} />
    </span>
  );
}

function FillRest() {
  const { store, barActions } = usePage();
  const { holds } = store;
  const { filling } = store.bar;
  const held = describeHolds(
    holds.value,
    store.shown.value,
    store.voices.value.map(({ name }) => name),
  );
  return (
    <span class="fill-rest">
      <button
        type="button"
        class="framed"
        aria-busy={filling.value}
        title="Everything that does not stay is played anew (F). What is held stays, and so do beats marked by their number and cells marked with Shift and a drag"
        onClick={() => void barActions.fillRest()}
      >
        <Icon name="dice" /> Fill in the rest
      </button>
      {held && (
        <IconButton icon="close" label="Nothing stays" title={`Nothing stays (now: ${held})`} onClick={() => barActions.releaseAll()} />
      )}
    </span>
  );
}

/** How many strokes were written by hand, and the way back to the map's own. */
function ByHand() {
  const { store, actions } = usePage();
  const count = useComputed(() => handCellCount(store.scene.value)).value;
  if (count === 0) return null;
  return (
    <span class="by-hand">
      {count === 1 ? "1 stroke by hand" : `${count} strokes by hand`}
      <button type="button" class="quiet" title="Take away what was written by hand; the map's own strokes come back" onClick={() => actions.release()}>
        release
      </button>
    </span>
  );
}

function OpenTaps() {
  const { barActions } = usePage();
  return (
    <button type="button" class="framed open-taps" title="Tap a rhythm, and drums are played to it (J)" onClick={() => barActions.openTaps()}>
      Tap a rhythm
    </button>
  );
}

/** "5 taps in 2 bars". */
function formatTaps(taps: readonly (readonly [position: number, velocity: number])[], steps: number): string {
  if (taps.length === 0) return "tap along: what repeats becomes one bar";
  const bars = taps.map(([position]) => Math.floor(position / steps));
  const count = Math.max(...bars) - Math.min(...bars) + 1;
  return `${taps.length} tap${taps.length === 1 ? "" : "s"} in ${count} bar${count === 1 ? "" : "s"}`;
}

function Tapping({ to }: { readonly to: TapTo }) {
  const { store, barActions } = usePage();
  const panels = usePanels();
  const taps = store.bar.taps.value;
  return (
    <>
      <span class="tap-to">
        to the
        <Choice<TapTo>
          label="Tap to"
          options={["click", "loop"]}
          value={to}
          onChoose={(what) => barActions.tapTo(what)}
        />
      </span>
      <span class="tap-count" role="status">
        {formatTaps(taps, stepsPerBar(store.shown.value.meter))}
      </span>
      <button type="button" class="quiet" disabled={taps.length === 0} onClick={() => barActions.clearTaps()}>
        clear
      </button>
      <button type="button" class="framed" aria-busy={store.bar.drumming.value} disabled={taps.length === 0} title="A whole bar for these taps, another one each time" onClick={() => void barActions.drumsForTaps()}>
        <Icon name="dice" /> Make a bar
      </button>
      {panels && taps.length > 0 && <panels.FindTapped />}
      <button type="button" class="framed" onClick={() => barActions.closeTaps()}>
        Done
      </button>
    </>
  );
}
