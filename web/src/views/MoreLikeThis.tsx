/** The bars that are like the bar in hand, or like what was tapped: where it lies, and each with style and source. */

import { saidBar, saidPlace } from "../rules/similarWords";
import { findLikeThis, findTapped, goToPlace, playFound, search } from "../state/moreLikeThis";
import { IconButton } from "./Icon";
import { usePage } from "./page";

export function MoreLikeThis() {
  const page = usePage();
  if (page.store.withoutServer.value) return null;
  const now = search.value;
  const answer = now?.answer;
  return (
    <section class="file nearby" aria-label="More like this">
      <p class="drawer-row">
        <button type="button" class="framed" disabled={now !== null && !answer} onClick={() => void findLikeThis(page)}>
          More like this bar
        </button>
        {answer && (
          <button type="button" class="framed" onClick={() => goToPlace(page, answer)}>
            Go to its place
          </button>
        )}
      </p>
      <p role="status" class="drawer-hint">
        {now && (answer ? `Like ${now.what}. ${saidPlace(answer)}` : "Looking for bars like it; the first time takes some seconds …")}
      </p>
      <ul>
        {answer?.found.map((each, n) => (
          <li key={n}>
            <IconButton icon="play" label={`Play bar ${each.bar} of ${each.source}`} onClick={() => playFound(page, each)} />
            <span>
              <b>{each.style || "style unknown"}</b> <small class="source">{saidBar(each)}</small>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Where drums like the taps lie, and the bars that are like them. */
export function FindTapped() {
  const page = usePage();
  if (page.store.withoutServer.value) return null;
  return (
    <button type="button" class="framed" title="Where drums like these taps lie on the map, and bars like them" onClick={() => void findTapped(page)}>
      Find it
    </button>
  );
}
