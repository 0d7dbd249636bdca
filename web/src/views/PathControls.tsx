/** One step away from the stage: the path, how it is travelled, ready-made ones, even change, and the places A to D. */

import { useRef, useState } from "preact/hooks";
import { counted } from "../rules/journey";
import { isJourney, JOURNEY_BARS, pinOf, PINS } from "../rules/scene";
import { MAX_PATH_BARS } from "../state/pathActions";
import { Choice } from "./Choice";
import { Drawer } from "./Drawer";
import { LoopAndFills, withOwn } from "./LoopAndFills";
import { MorphPad } from "./MorphPad";
import { NumberField } from "./NumberField";
import { NeedsServer } from "./NeedsServer";
import { usePage } from "./page";
import { useRoving } from "./roving";
import { Slider } from "./Slider";
import { WanderLike } from "./WanderLike";

const WAYS = ["loop", "ping-pong", "once"] as const;
const LIMITS = [2, 4, 6, 8, 12, 16] as const; // strokes a bar
const SMALLEST_ORBIT = 0.1; // map units
const LARGEST_ORBIT = 2;

export function PathControls() {
  return (
    <Drawer name="Path">
      <div class="path-controls">
        <Travel />
        <Making />
        <Speed />
        <Even />
        <LoopAndFills />
        <Places />
      </div>
    </Drawer>
  );
}

function Travel() {
  const { store, actions } = usePage();
  const scene = store.scene.value;
  const { path } = scene;
  const ready = path !== null;
  const travelling = path?.travelling === true;
  return (
    <button
      type="button"
      class="travel"
      aria-pressed={travelling}
      disabled={!ready}
      title={ready ? undefined : "Draw a path first, or set pin A and pin B"}
      onClick={() => actions.travel(!travelling)}
    >
      {ready ? (travelling ? "travelling" : isJourney(scene) ? "travel A to B" : "travel the path") : "set A and B, or draw a path"}
    </button>
  );
}

/** Drawn by hand, ready-made, changed, smoothed or removed. */
function Making() {
  const { store, paths, player } = usePage();
  const [radius, setRadius] = useState(0.6);
  const { mode } = store.paths;
  const { path } = store.scene.value;
  const group = useRef<HTMLDivElement>(null);
  const roving = useRoving(group);
  const play = (make: () => void) => () => {
    make();
    if (store.scene.value.path?.travelling && !store.playing.value) void player.play();
  };
  const draw = () => {
    mode.value = mode.value === "draw" ? "play" : "draw";
    if (mode.value === "draw") store.drawer.value = null; // the map is free to draw on
  };
  return (
    <>
      <div ref={group} class="path-buttons" role="toolbar" aria-label="Make a path" {...roving}>
        <button type="button" class="framed" aria-pressed={mode.value === "draw"} title="Then drag over the map; a drag with Shift draws at any time" onClick={draw}>
          Draw a path
        </button>
        <button type="button" class="framed" title="Around where you are" onClick={play(() => paths.orbit(radius))}>
          Orbit
        </button>
        <button type="button" class="framed" title="A random walk from here that stays where the bars are; each time another" onClick={play(() => paths.wander())}>
          Wander
        </button>
        <button type="button" class="framed" title="Through A, B, C and D, as far as they are set" onClick={play(() => paths.throughAnchors())}>
          Through A to D
        </button>
        {path && (
          <>
            <button type="button" class="framed" aria-pressed={mode.value === "points"} title="Show its points: drag, insert and delete them" onClick={() => (mode.value = mode.value === "points" ? "play" : "points")}>
              Edit points
            </button>
            <button type="button" class="framed" onClick={() => paths.remove()}>
              Remove
            </button>
          </>
        )}
      </div>
      <WanderLike onMade={play} />
      <Slider label="orbit" name="Radius of the orbit" value={radius} min={SMALLEST_ORBIT} max={LARGEST_ORBIT} step={0.05} valueText={radius.toFixed(2)} onValue={setRadius} />
      {path && (
        <Slider
          label="smooth"
          name="Smoothness of the path"
          value={path.smoothing}
          min={0}
          max={1}
          step={0.05}
          rest={0}
          valueText={`${Math.round(100 * path.smoothing)} %`}
          onValue={(smoothing) => paths.change("smooth the path", { smoothing, curve: "smooth" })}
          onDone={() => store.settle()}
        />
      )}
    </>
  );
}

/** How many bars, which way, and how often its place is looked at. */
function Speed() {
  const { store, paths } = usePage();
  const { path } = store.scene.value;
  const { bars, way } = path ?? store.newJourney.value;
  return (
    <>
      <div class="path-speed">
        <select aria-label="Bars of the journey" value={bars} onChange={(event) => paths.change("bars of the path", { bars: Number(event.currentTarget.value) })}>
          {withOwn(JOURNEY_BARS, bars).map((each) => (
            <option key={each} value={each}>
              {each} bars
            </option>
          ))}
        </select>
        <NumberField id="path-bars" label="Any number of bars" unit="bars" value={bars} min={1} max={MAX_PATH_BARS} step={1} onValue={(count) => paths.change("bars of the path", { bars: count })} />
      </div>
      <Choice label="Way of the journey" options={WAYS} value={way} onChoose={(chosen) => paths.change("way of the path", { way: chosen })} />
      {path && (
        <Choice label="How often the place changes" options={["bar", "beat", "step"]} words={{ bar: "each bar", beat: "each beat", step: "each 16th" }} value={path.quantum} onChoose={(quantum) => paths.change("steps of the path", { quantum })} />
      )}
      {path && (
        <Choice label="Bars between the points of the path" options={["strokes", "map"]} words={{ strokes: "stroke by stroke", map: "as on the map" }} value={path.between} onChoose={(between) => paths.change("bars between the points", { between })} />
      )}
    </>
  );
}

/** Bars that stand where what one hears changes evenly, and what was found of it. */
function Even() {
  const { store, paths } = usePage();
  const { path } = store.scene.value;
  if (!path) return null;
  if (store.withoutServer.value) return <NeedsServer what="Even change" />;
  const on = !!path.stops;
  const most = store.paths.most.value;
  const found = store.paths.found.value;
  return (
    <div class="path-even" role="group" aria-label="Even change">
      <label class="check">
        <input type="checkbox" checked={on} onChange={(event) => paths.even(event.currentTarget.checked)} />
        even change
      </label>
      {on && (
        <select aria-label="Strokes that change from bar to bar" value={most ?? 0} onChange={(event) => paths.even(true, Number(event.currentTarget.value) || null)}>
          <option value={0}>as even as can be</option>
          {LIMITS.map((limit) => (
            <option key={limit} value={limit}>
              at most {limit} strokes a bar
            </option>
          ))}
        </select>
      )}
      {on && (
        <p class="path-found" role="status">
          {path.stops!.length === 0 ? "listening …" : found ? <Found /> : "each bar stands where it was placed"}
        </p>
      )}
    </div>
  );
}

function Found() {
  const { store, paths } = usePage();
  const { path } = store.scene.value;
  const most = store.paths.most.value;
  const { changes, least, needed_bars: needed } = store.paths.found.value!;
  const limit = most === null ? null : Math.max(most, least);
  return (
    <>
      {changes.length > 0 && `${Math.min(...changes)} to ${Math.max(...changes)} strokes change from bar to bar. `}
      {most !== null && least > most && `Somewhere ${least} change at once: fewer a bar cannot be. `}
      {limit !== null && needed !== null && needed > path!.bars && (
        <>
          {`At most ${counted(limit, "stroke")} a bar takes ${counted(needed, "bar")}. `}
          {needed <= MAX_PATH_BARS && (
            <button type="button" class="framed" onClick={() => paths.change("bars of the path", { bars: needed })}>
              Use {counted(needed, "bar")}
            </button>
          )}
        </>
      )}
    </>
  );
}

/** A to D: set where one is, and the pad between them. */
function Places() {
  const { store, actions, paths } = usePage();
  const group = useRef<HTMLDivElement>(null);
  const roving = useRoving(group);
  const scene = store.scene.value;
  const missing = PINS.some((pin) => !pinOf(scene, pin));
  return (
    <div class="path-places">
      <div ref={group} class="pins" role="toolbar" aria-label="Places A to D" {...roving}>
        {PINS.map((pin) => (
          <button
            key={pin}
            type="button"
            class={`pin ${pinOf(scene, pin) ? "is-set" : ""}`}
            aria-label={`Set pin ${pin} here`}
            title={`Set pin ${pin} where you are (key ${pin})`}
            onClick={() => actions.setPin(pin, store.shownPoint.value)}
          >
            {pin}
          </button>
        ))}
        {missing && (
          <button type="button" class="framed" title="The places that are not set yet, around where you are" onClick={() => paths.anchorsAround()}>
            around here
          </button>
        )}
      </div>
      <MorphPad />
    </div>
  );
}
