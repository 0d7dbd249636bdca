/** Eight places to keep good clicks in, each shown as its clock. */

import { isSamePlace } from "../groove";
import { describePattern } from "../summary";
import { ClockGlyph } from "./ClockGlyph";
import { Icon } from "./Icon";
import { usePage } from "./page";

export function Slots() {
  const { store, actions } = usePage();
  const { slots, place, journey } = store.groove.value;
  return (
    <ol class="slots" aria-label="Slots">
      {slots.map((kept, slot) => {
        const here = !journey.travelling && isSamePlace(kept, place);
        const number = slot + 1;
        return (
          <li key={slot} class={`slot ${kept ? "is-kept" : ""} ${here ? "is-here" : ""}`}>
            {kept ? (
              <>
                <button
                  type="button"
                  class="slot-recall"
                  aria-label={`Play slot ${number}: ${describePattern(kept.pattern, store.voices.value)}`}
                  aria-current={here}
                  onClick={() => actions.recall(slot)}
                >
                  <ClockGlyph pattern={kept.pattern} rings={false} />
                  <span class="slot-number">{number}</span>
                  <span class="slot-style">{kept.shape.style ?? kept.shape.section}</span>
                </button>
                <button type="button" class="slot-clear" aria-label={`Empty slot ${number}`} title={`Empty slot ${number}`} onClick={() => actions.clearSlot(slot)}>
                  <Icon name="close" />
                </button>
              </>
            ) : (
              <button type="button" class="slot-keep" aria-label={`Keep in slot ${number}`} onClick={() => actions.keep(slot)}>
                <span class="slot-plus" aria-hidden="true">
                  +
                </span>
                <span class="slot-number">{number}</span>
                <span class="slot-style">keep</span>
              </button>
            )}
          </li>
        );
      })}
    </ol>
  );
}
