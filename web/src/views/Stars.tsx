/** The player's own bars on the map: a star a bar, with the file's name at the first. A press on one plays that very bar. */

import { isStar, starName } from "../rules/material";
import type { MaterialFile } from "../rules/project";
import { usePage } from "./page";

export function Stars() {
  const { store } = usePage();
  const files = store.project.value.material;
  const projection = store.projection.value;
  const [left, top] = projection.toPixel([0, 0]);
  if (files.length === 0) return null;
  // The window moves by these three numbers alone: no star is drawn again.
  return (
    <div class="stars" aria-hidden="true" style={{ "--left": `${left}px`, "--top": `${top}px`, "--unit": `${projection.scale}px` }}>
      {files.map((file, index) => (
        <FileStars key={file.name} file={file} index={index} />
      ))}
    </div>
  );
}

/** The list in the panel says the same for those who listen, and is reached by keyboard. */
function FileStars({ file, index }: { readonly file: MaterialFile; readonly index: number }) {
  const { store } = usePage();
  const place = store.score.value.project.scene;
  return (
    <>
      {file.bars.map(({ point }, bar) => (
        <span
          key={bar}
          class={`star ${isStar(place, file.name, point) ? "is-here" : ""}`}
          data-star={`${index}.${bar}`}
          title={`${file.name}, ${starName(file, bar)}`}
          style={{ "--x": point[0], "--y": point[1] }}
        >
          {bar === 0 && <i class="star-name">{file.name}</i>}
        </span>
      ))}
    </>
  );
}

/** Which star lies under the pointer: file and bar. */
export function starUnder(event: Event): readonly [file: number, bar: number] | null {
  const star = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-star]")?.dataset["star"] : undefined;
  const [file, bar] = (star ?? "").split(".").map(Number);
  return star === undefined ? null : [file!, bar!];
}
