/** In a page without a server: what it cannot do, said where it would be. */

import { usePage } from "./page";

/** `what` begins a sentence: "Taps". Nothing where there is a server. */
export function NeedsServer({ what }: { readonly what: string }) {
  const { store } = usePage();
  return store.withoutServer.value ? <p class="drawer-hint needs-server">{needsServer(what)}</p> : null;
}

export const needsServer = (what: string): string => `${what}: only with Clave on your own computer, not in a page without a server.`;
