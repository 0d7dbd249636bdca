/** What is asked of a point besides its place: what is played there, and how. */

import { MAX_SEED, MAX_SHIFT, RHYTHM_DIRECTIONS, type RhythmDirection } from "../rules/protocol";
import type { Meter } from "../rules/units";
import { Choice } from "./Choice";
import { Icon } from "./Icon";
import { usePage } from "./page";
import { Slider } from "./Slider";
import { StyleControls } from "./StyleControls";

const LEARNED_DENSITY = 0.5; // where the knob rests while the density is as learned

/** The drummer's swing is not that of the transport, which moves the grid beneath whatever is played. */
const DIRECTION_WORDS: Record<RhythmDirection, { label: string; title: string }> = {
  density: { label: "density", title: "More strokes or fewer, in the manner of the place" },
  syncopation: { label: "syncopation", title: "More strokes off the beat, or on it" },
  swing: { label: "swung playing", title: "How far the drummer swings; the swing on top moves the grid beneath every bar" },
  loudness: { label: "loudness", title: "Struck harder or softer; the volume on top changes no stroke" },
};

export function ShapeControls() {
  return (
    <>
      <What />
      <How />
    </>
  );
}

/** Style, meter, beat or fill, and the throw of the dice. */
function What() {
  const { store, actions } = usePage();
  const { shape } = store.groove.value.place;
  const space = store.instrument.value?.space;
  const meters = space?.meters ?? [shape.meter];
  const chooseMeter = (said: string) => {
    const [beats, unit] = said.split("/").map(Number);
    actions.reshape("meter", { meter: [beats, unit] as unknown as Meter });
    store.settle();
  };
  return (
    <div class="deck-column">
      <StyleControls />
      <div class="bar-kind">
        <select
          aria-label="Meter"
          title="A change of meter comes at the next bar"
          value={shape.meter.join("/")}
          disabled={meters.length < 2}
          onChange={(event) => chooseMeter(event.currentTarget.value)}
        >
          {meters.map((meter) => (
            <option key={meter.join("/")}>{meter.join("/")}</option>
          ))}
        </select>
        <Choice
          label="Section"
          options={(space?.sections ?? ["beat"]).map((value) => ({ value, label: value }))}
          value={shape.section}
          onChoose={(section) => actions.reshape("section", { section })}
        />
      </div>
      <div class="field">
        <label for="seed">seed</label>
        <span class="joined">
          <input
            id="seed"
            type="number"
            min={0}
            max={MAX_SEED}
            step={1}
            value={shape.seed}
            onChange={(event) => {
              const seed = Math.round(Number(event.currentTarget.value));
              if (seed >= 0 && seed <= MAX_SEED) actions.reshape("seed", { seed });
              else event.currentTarget.value = String(shape.seed);
            }}
          />
          <button type="button" class="icon" aria-label="New seed" title="New seed" onClick={() => actions.reroll()}>
            <Icon name="dice" />
          </button>
        </span>
      </div>
    </div>
  );
}

/** "as it is", or how far it is moved, in standard deviations of the bars that were learned: "+1.5". */
export const sayShift = (amount: number): string => (amount === 0 ? "as it is" : `${amount > 0 ? "+" : "−"}${Math.abs(amount).toFixed(1)}`);

/** How much it strays, and along what one hears. */
function How() {
  const { store, actions } = usePage();
  const { shape } = store.groove.value.place;
  const directions = store.instrument.value?.space.directions ?? [];
  const done = () => store.settle();
  return (
    <div class="deck-column inline-sliders">
      <Slider
        label="variation"
        title="How far bars stray from what is usual at the place"
        min={0}
        max={1}
        step={0.01}
        value={shape.variation}
        said={shape.variation === 0 ? "none" : `${Math.round(shape.variation * 100)} %`}
        rest={0}
        onValue={(variation) => actions.reshape("variation", { variation })}
        onDone={done}
      />
      {!directions.includes("density") && (
        <Slider
          label="density"
          min={0}
          max={1}
          step={0.01}
          value={shape.density ?? LEARNED_DENSITY}
          said={shape.density === null ? "as it is" : `${Math.round(shape.density * 100)} %`}
          onValue={(density) => actions.reshape("density", { density })}
          onReset={() => actions.reshape("density", { density: null })}
          onDone={done}
        />
      )}
      {RHYTHM_DIRECTIONS.filter((name) => directions.includes(name)).map((name) => (
        <Slider
          key={name}
          centred
          label={DIRECTION_WORDS[name].label}
          title={DIRECTION_WORDS[name].title}
          min={-MAX_SHIFT}
          max={MAX_SHIFT}
          step={0.1}
          value={shape.shift[name]}
          said={sayShift(shape.shift[name])}
          rest={0}
          onValue={(amount) => actions.reshape(name, { shift: { ...shape.shift, [name]: amount } })}
          onDone={done}
        />
      ))}
    </div>
  );
}
