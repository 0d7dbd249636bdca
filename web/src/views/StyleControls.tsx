/** The style: any, one, or a blend of two or three in shares. */

import { MOST_STYLES, sharesOf, withAnother, without, withShare, withStyle } from "../rules/styleBlend";
import type { StyleChoice } from "../rules/protocol";
import { usePage } from "./page";
import { Slider } from "./Slider";

export function StyleControls() {
  const { store, actions } = usePage();
  const { style } = store.groove.value.place.settings;
  const known = store.instrument.value?.space.styles ?? [];
  const shares = sharesOf(style);
  const ask = (to: StyleChoice) => actions.changeSettings("style", { style: to });
  const choose = (at: number, name: string) => ask(name === "" ? without(style, at) : withStyle(style, at, name));
  const free = known.filter((name) => !shares.some(([each]) => each === name));
  const isBlend = shares.length > 1;
  return (
    <div class="styles" role="group" aria-label="Style">
      {(isBlend ? shares : [shares[0] ?? (["", 1] as const)]).map(([name, share], at) => (
        <div key={at} class="style-row">
          <select
            aria-label={isBlend ? `Style ${at + 1}` : "style"}
            value={name}
            onChange={(event) => {
              choose(at, event.currentTarget.value);
              store.settle();
            }}
          >
            <option value="">{isBlend ? `without ${name}` : "any style"}</option>
            {known.map((each) => (
              <option key={each} value={each} disabled={each !== name && shares.some(([other]) => other === each)}>
                {each}
              </option>
            ))}
          </select>
          {isBlend && (
            <>
              <Slider
                compact
                label={name}
                name={`Share of ${name}`}
                min={0}
                max={1}
                step={0.01}
                value={share}
                valueText={`${Math.round(share * 100)} %`}
                rest={1 / shares.length}
                onValue={(to) => ask(withShare(style, at, to))}
                onDone={() => store.settle()}
              />
              <span class="style-share" aria-hidden="true">
                {Math.round(share * 100)}
              </span>
            </>
          )}
        </div>
      ))}
      {shares.length > 0 && shares.length < MOST_STYLES && free.length > 0 && (
        <select
          class="style-add"
          aria-label="Blend with another style"
          value=""
          onChange={(event) => {
            ask(withAnother(style, event.currentTarget.value));
            store.settle();
            event.currentTarget.value = "";
          }}
        >
          <option value="">{isBlend ? "and a third" : "blend with"}</option>
          {free.map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </select>
      )}
    </div>
  );
}
