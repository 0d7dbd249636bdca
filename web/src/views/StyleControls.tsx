/** The style: any, one, or a blend of two or three in shares. */

import type { StyleChoice } from "../rules/protocol";
import { withoutBars } from "../rules/styleMeters";
import { MOST_STYLES, sharesOf, withAnother, without, withShare, withStyle } from "../rules/styleBlend";
import { usePage } from "./page";
import { Slider } from "./Slider";

/** The present style or blend, and the way to change it. */
function useStyle() {
  const { store, actions } = usePage();
  const { style } = store.settings.value;
  const known = store.instrument.value?.space.styles ?? [];
  const shares = sharesOf(style);
  const change = (to: StyleChoice) => actions.changeSettings("style", { style: to });
  const settle = () => store.settle();
  return { style, known, shares, change, settle };
}

export function StyleControls() {
  const { shares } = useStyle();
  const rows = shares.length > 1 ? shares : [shares[0] ?? (["", 1] as const)];
  return (
    <div class="styles" role="group" aria-label="Style">
      {rows.map(([name, share], at) => (
        <StyleRow key={at} at={at} name={name} share={share} />
      ))}
      <AddStyle />
      <NearestStyle />
    </div>
  );
}

interface StyleRowProps {
  readonly at: number; // in the blend
  readonly name: string; // "" is any style
  readonly share: number;
}

function StyleRow({ at, name, share }: StyleRowProps) {
  const { style, known, shares, change, settle } = useStyle();
  const isBlend = shares.length > 1;
  return (
    <div class="style-row">
      <select
        aria-label={isBlend ? `Style ${at + 1}` : "style"}
        value={name}
        onChange={(event) => {
          const chosen = event.currentTarget.value;
          change(chosen === "" ? without(style, at) : withStyle(style, at, chosen));
          settle();
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
            onValue={(to) => change(withShare(style, at, to))}
            onDone={settle}
          />
          <span class="style-share" aria-hidden="true">
            {Math.round(share * 100)}
          </span>
        </>
      )}
    </div>
  );
}

/** A second or a third style; not before there is a first. */
function AddStyle() {
  const { style, known, shares, change, settle } = useStyle();
  const free = known.filter((name) => !shares.some(([each]) => each === name));
  if (shares.length === 0 || shares.length >= MOST_STYLES || free.length === 0) return null;
  return (
    <select
      class="style-add"
      aria-label="Blend with another style"
      value=""
      onChange={(event) => {
        change(withAnother(style, event.currentTarget.value));
        settle();
        event.currentTarget.value = "";
      }}
    >
      <option value="">{shares.length > 1 ? "and a third" : "blend with"}</option>
      {free.map((each) => (
        <option key={each} value={each}>
          {each}
        </option>
      ))}
    </select>
  );
}

/** A style without bars in the present meter says so, and offers the nearest one that has some. */
function NearestStyle() {
  const { store, actions } = usePage();
  const space = store.instrument.value?.space;
  const found = space ? withoutBars(store.settings.value, space) : null;
  if (found === null) return null;
  const { says, nearest } = found;
  const choose = () => {
    actions.changeSettings("style", { style: nearest });
    store.settle();
  };
  return (
    <p class="style-without-bars">
      {says}
      {nearest !== null && (
        <button type="button" onClick={choose} title={`The style with bars in this meter that lies nearest on the map: ${nearest}`}>
          nearest: {nearest}
        </button>
      )}
    </p>
  );
}
