/** Eight places to keep good clicks in, each shown as its clock. */

import { useRef } from "preact/hooks";
import { isSamePlace, type Place, pointOf, slotsOf } from "../rules/scene";
import { formatStyle } from "../rules/styleBlend";
import { describeBar, describePattern } from "../rules/summary";
import { ClockGlyph } from "./ClockGlyph";
import { Icon } from "./Icon";
import { usePage } from "./page";
import { useRoving } from "./roving";

export function Slots() {
  const { store, actions, player } = usePage();
  const { project, scene, score } = store;
  const corpus = store.corpus.value;
  /** The chosen style, else that of the nearest bar. */
  const styleOf = ({ settings, ...place }: Place): string => {
    const near = store.nearby.value?.nearest(pointOf(place), 1)[0];
    return settings.style !== null ? formatStyle(settings.style) : (corpus && near ? describeBar(corpus, near.index).style : settings.section);
  };
  const list = useRef<HTMLOListElement>(null);
  const roving = useRoving(list);
  return (
    <ol ref={list} class="slots" aria-label="Slots" {...roving}>
      {slotsOf(project.value).map((kept, slot) => {
        const here = !score.value.travels && isSamePlace(kept, scene.value);
        const pattern = kept && store.strokesOf(kept.bars[0]!);
        const number = slot + 1;
        return (
          <li key={slot} class={`slot ${kept ? "is-kept" : ""} ${here ? "is-here" : ""}`}>
            {kept && pattern ? (
              <>
                <button
                  type="button"
                  class="slot-recall"
                  aria-label={`Play slot ${number}: ${describePattern(pattern, store.voices.value)}`}
                  aria-current={here}
                  onClick={() => {
                    actions.recall(slot);
                    if (!store.playing.value) void player.play();
                  }}
                >
                  <ClockGlyph pattern={pattern} rings={false} />
                  <span class="slot-number">{number}</span>
                  <i class="slot-style" data-text={styleOf(kept)} />
                </button>
                <button type="button" class="slot-clear" aria-label={`Empty slot ${number}`} title={`Empty slot ${number}`} onClick={() => actions.clearSlot(slot)}>
                  <Icon name="close" />
                </button>
              </>
            ) : (
              <button type="button" class="slot-keep" aria-label={`Keep in slot ${number}`} onClick={() => actions.keep(slot)}>
                <i class="slot-plus" data-text="+" />
                <span class="slot-number">{number}</span>
                <i class="slot-style" data-text="keep" />
              </button>
            )}
          </li>
        );
      })}
    </ol>
  );
}
