/** Ableton Link, beside the clock that is followed: the server is in the session, as no page can be. */

import { NeedsServer } from "./NeedsServer";
import { usePage } from "./page";

export function LinkSection() {
  const { live } = usePage();
  const together = live.value?.together;
  if (!together) return <NeedsServer what="Ableton Link" />;
  const on = Boolean(together.value<number | boolean>("/clave/link", 0));
  const peers = together.value<number>("/clave/link/peers", 0);
  const tempo = together.value<number>("/clave/link/tempo", 0);
  return (
    <>
      <div class="drawer-checks">
        <label class="check">
          <input
            type="checkbox"
            checked={on}
            onChange={(event) => {
              const { checked } = event.currentTarget;
              event.currentTarget.checked = on; // until the server is in it
              together.control("/clave/link", checked);
            }}
          />
          Ableton Link
        </label>
      </div>
      <p class="drawer-hint" role="status">
        {on
          ? `Link: ${peers} other${peers === 1 ? "" : "s"}, ${tempo.toFixed(1)} bpm. Tempo, bar lines, start and stop are shared.`
          : "A page alone cannot join Link: its server does, and the page keeps time with it."}
      </p>
    </>
  );
}
