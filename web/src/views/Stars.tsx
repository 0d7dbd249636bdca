/** The player's own bars on the map: a star a bar, with the file's name at the first. A press on one plays that very bar. */

import { isStar, starName } from "../rules/material";
import type { MaterialFile } from "../rules/project";
import { usePage } from "./page";

export function Stars() {
  const { store } = usePage();
  return (
    <div class="stars" aria-hidden="true">
      {store.project.value.material.map((file, index) => (
        <FileStars key={file.name} file={file} index={index} />
      ))}
    </div>
  );
}

/** The list in the panel says the same for those who listen, and is reached by keyboard. */
function FileStars({ file, index }: { readonly file: MaterialFile; readonly index: number }) {
  const { store } = usePage();
  const projection = store.projection.value;
  const { width, height } = projection.size;
  const place = store.score.value.project.scene;
  let named = false;
  return (
    <>
      {file.bars.map(({ point }, bar) => {
        const [left, top] = projection.toPixel(point);
        if (left < -20 || top < -20 || left > width + 20 || top > height + 20) return null;
        const first = !named;
        named = true;
        return (
          <span
            key={bar}
            class={`star ${isStar(place, file.name, point) ? "is-here" : ""}`}
            data-star={`${index}.${bar}`}
            title={`${file.name}, ${starName(file, bar)}`}
            style={{ transform: `translate(${left.toFixed(1)}px, ${top.toFixed(1)}px)` }}
          >
            {first && <i class="star-name">{file.name}</i>}
          </span>
        );
      })}
    </>
  );
}

/** Which star lies under the pointer: file and bar. */
export function starUnder(event: Event): readonly [file: number, bar: number] | null {
  const star = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-star]")?.dataset["star"] : undefined;
  const [file, bar] = (star ?? "").split(".").map(Number);
  return star === undefined ? null : [file!, bar!];
}
