/** The settings of generation: what is asked of the rhythm space besides the point. */

import { MAX_SEED, MAX_SHIFT, RHYTHM_DIRECTIONS, type RhythmDirection } from "../rules/protocol";
import type { Meter } from "../rules/units";
import { Choice } from "./Choice";
import { IconButton } from "./Icon";
import { NeedsServer } from "./NeedsServer";
import { usePage } from "./page";
import { Moving } from "./Moving";

const LEARNED_DENSITY = 0.5; // where the knob rests while the density is as learned

/** The drummer's swing is not that of the transport, which moves the grid beneath whatever is played. */
const DIRECTION_WORDS: Record<RhythmDirection, { label: string; title: string }> = {
  density: { label: "density", title: "More strokes or fewer, in the manner of the place" },
  syncopation: { label: "syncopation", title: "More strokes off the beat, or on it" },
  swing: { label: "swung playing", title: "How far the drummer swings; the swing on top moves the grid beneath every bar" },
  loudness: { label: "loudness", title: "Struck harder or softer; the volume on top changes no stroke" },
};

export function GenerationControls() {
  return (
    <>
      <What />
      <How />
    </>
  );
}

/** Meter, beat or fill, and the seed. */
function What() {
  const { store, actions } = usePage();
  const { settings } = store.scene.value;
  const space = store.instrument.value?.space;
  const meters = space?.meters ?? [settings.meter];
  const chooseMeter = (text: string) => {
    const [beats, unit] = text.split("/").map(Number);
    actions.changeSettings("meter", { meter: [beats, unit] as unknown as Meter });
    store.settle();
  };
  return (
    <div class="deck-column">
      <div class="bar-kind">
        <select
          aria-label="Meter"
          title="A change of meter comes at the next bar"
          value={settings.meter.join("/")}
          disabled={meters.length < 2}
          onChange={(event) => chooseMeter(event.currentTarget.value)}
        >
          {meters.map((meter) => (
            <option key={meter.join("/")}>{meter.join("/")}</option>
          ))}
        </select>
        <Choice
          label="Section"
          options={space?.sections ?? ["beat"]}
          value={settings.section}
          onChoose={(section) => actions.changeSettings("section", { section })}
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
            value={settings.seed}
            onChange={(event) => {
              const seed = Math.round(Number(event.currentTarget.value));
              if (seed >= 0 && seed <= MAX_SEED) actions.changeSettings("seed", { seed });
              else event.currentTarget.value = String(settings.seed);
            }}
          />
          <IconButton icon="dice" label="New seed" title="New seed" onClick={() => actions.reroll()} />
        </span>
      </div>
    </div>
  );
}

/** "as it is", or how far it is moved, in standard deviations of the bars that were learned: "+1.5". */
export const formatShift = (amount: number): string => (amount === 0 ? "as it is" : `${amount > 0 ? "+" : "−"}${Math.abs(amount).toFixed(1)}`);

/** Variation, density and the shifts along what one hears. */
function How() {
  const { store, actions } = usePage();
  const { settings } = store.scene.value;
  const directions = store.withoutServer.value ? [] : (store.instrument.value?.space.directions ?? []);
  const done = () => store.settle();
  return (
    <div class="deck-column inline-sliders">
      <Moving
        label="variation"
        name="variation"
        parameter="variation"
        say={(share) => `${Math.round(share * 100)} %`}
        title="How far bars stray from what is usual at the place"
        min={0}
        max={1}
        step={0.01}
        value={settings.variation}
        valueText={settings.variation === 0 ? "none" : `${Math.round(settings.variation * 100)} %`}
        rest={0}
        onValue={(variation) => actions.changeSettings("variation", { variation })}
        onDone={done}
      />
      {!directions.includes("density") && (
        <Moving
          label="density"
          name="density"
          parameter="density"
          say={(share) => `${Math.round(share * 100)} %`}
          min={0}
          max={1}
          step={0.01}
          value={settings.density ?? LEARNED_DENSITY}
          valueText={settings.density === null ? "as it is" : `${Math.round(settings.density * 100)} %`}
          onValue={(density) => actions.changeSettings("density", { density })}
          onReset={() => actions.changeSettings("density", { density: null })}
          onDone={done}
        />
      )}
      {RHYTHM_DIRECTIONS.filter((name) => directions.includes(name)).map((name) => (
        <Moving
          key={name}
          centred
          name={DIRECTION_WORDS[name].label}
          parameter={`shift.${name}`}
          say={formatShift}
          label={DIRECTION_WORDS[name].label}
          title={DIRECTION_WORDS[name].title}
          min={-MAX_SHIFT}
          max={MAX_SHIFT}
          step={0.1}
          value={settings.shift[name]}
          valueText={formatShift(settings.shift[name])}
          rest={0}
          onValue={(amount) => actions.changeSettings(name, { shift: { ...settings.shift, [name]: amount } })}
          onDone={done}
        />
      ))}
      <NeedsServer what="Syncopation, swing and loudness of a bar" />
    </div>
  );
}
