/** Where on the map one is, as two sliders that may move by themselves. */

import { MAP_EDGE } from "../rules/mapPoint";
import type { Point } from "../rules/protocol";
import { pointOf } from "../rules/scene";
import { formatCoordinate } from "../rules/summary";
import { Moving } from "./Moving";
import { usePage } from "./page";

const AXES = [
  { axis: "x", label: "across" },
  { axis: "y", label: "up" },
] as const;

export function MapCoordinates() {
  const { store, actions } = usePage();
  const point = pointOf(store.scene.value);
  return (
    <div class="deck-column inline-sliders" role="group" aria-label="Place on the map">
      {AXES.map(({ axis, label }, n) => (
        <Moving
          key={axis}
          centred
          label={label}
          name={`Place on the map, ${label}`}
          title="The dot lets it move by itself: where you are goes with it"
          parameter={`map.${axis}`}
          min={-MAP_EDGE}
          max={MAP_EDGE}
          step={0.02}
          value={point[n as 0 | 1]}
          valueText={formatCoordinate(point[n as 0 | 1])}
          say={formatCoordinate}
          onValue={(to) => actions.goTo(point.map((own, each) => (each === n ? to : own)) as unknown as Point, true)}
          onDone={() => actions.settle()}
        />
      ))}
    </div>
  );
}
