/** What is true of the page as a whole and stays so for a while: the server does not answer, another tab plays. Each goes by itself. */

import { usePage } from "./page";

export function Away() {
  const { store, server } = usePage();
  const waiting = store.away.value;
  return (
    <div role="alert">
      {waiting.length > 0 && (
        <p class="notice is-error" data-testid="away">
          <span>The server does not answer; is clave still running? What is here plays on. Waiting: {waiting.slice(0, 3).join(", ")}
          {waiting.length > 3 && ` and ${waiting.length - 3} more`}.</span>
          <button type="button" class="framed" onClick={() => server.tryNow()}>
            Try now
          </button>
        </p>
      )}
    </div>
  );
}
