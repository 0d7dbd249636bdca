/** The player's own bars on the map: a star a bar, with the file's name at the first. A press on one plays that very bar. */

import { isStar } from "../rules/material";
import { drawStars } from "../map/stars";
import { CanvasLayer } from "./CanvasLayer";
import { usePage } from "./page";
import { useDark } from "./theme";

/** The list in the panel says the same for those who listen, and is reached by keyboard. */
export function Stars() {
  const { store } = usePage();
  const dark = useDark();
  const files = store.project.value.material;
  const projection = store.projection.value;
  const playing = store.score.value.project.scene;
  if (files.length === 0) return null;
  const stars = files.flatMap(({ name, bars }) => bars.map(({ point }) => ({ point, here: isStar(playing, name, point) })));
  return (
    <div class="stars" aria-hidden="true" data-stars={stars.length}>
      <CanvasLayer
        class="map-layer star-layer"
        from={[files, projection, playing, dark]}
        draw={(canvas, size) => {
          const style = getComputedStyle(canvas);
          drawStars(canvas, stars, { ...size, projection, ink: style.color, accent: style.outlineColor });
        }}
      />
      {files.map(({ name, bars }) => {
        const [left, top] = projection.toPixel(bars[0]!.point);
        return (
          <span key={name} class="star-name" style={{ left: `${left}px`, top: `${top}px` }}>
            {name}
          </span>
        );
      })}
    </div>
  );
}
