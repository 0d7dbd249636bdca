/** The panels, once their file has come: `panels.tsx`. */

import { signal } from "@preact/signals";

type Panels = typeof import("./panels");

const loaded = signal<Panels | null>(null);

export const usePanels = (): Panels | null => loaded.value;

export async function loadPanels(): Promise<void> {
  loaded.value = await import("./panels");
}
