/** What is asked of a point besides its place: style, section, density, variation and seed. */

import { MAX_SEED } from "../protocol";
import { Choice } from "./Choice";
import { Icon } from "./Icon";
import { usePage } from "./page";
import { Slider } from "./Slider";

const LEARNED_DENSITY = 0.5; // where the knob rests while the density is as learned

export function ShapeControls() {
  const { store, actions } = usePage();
  const { shape } = store.groove.value.place;
  const space = store.instrument.value?.space;
  const done = () => store.settle();
  return (
    <>
      <div class="deck-column">
        <label class="field">
          <span>style</span>
          <select value={shape.style ?? ""} onChange={(event) => actions.reshape("style", { style: event.currentTarget.value || null })}>
            <option value="">any</option>
            {space?.styles.map((style) => (
              <option key={style} value={style}>
                {style}
              </option>
            ))}
          </select>
        </label>
        <div class="field">
          <span>section</span>
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
      <div class="deck-column">
        <div class="with-reset">
          <Slider
            label="density"
            min={0}
            max={1}
            step={0.01}
            value={shape.density ?? LEARNED_DENSITY}
            said={shape.density === null ? "learned" : `${Math.round(shape.density * 100)} %`}
            onValue={(density) => actions.reshape("density", { density })}
            onDone={done}
          />
          <button
            type="button"
            class="reset"
            aria-label="Density as learned"
            title="As learned"
            disabled={shape.density === null}
            onClick={() => actions.reshape("density", { density: null })}
          >
            <Icon name="reset" />
          </button>
        </div>
        <Slider
          label="variation"
          min={0}
          max={1}
          step={0.01}
          value={shape.variation}
          said={shape.variation === 0 ? "none" : `${Math.round(shape.variation * 100)} %`}
          rest={0}
          onValue={(variation) => actions.reshape("variation", { variation })}
          onDone={done}
        />
      </div>
    </>
  );
}
