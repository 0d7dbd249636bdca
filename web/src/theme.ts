/** The light of the page, remembered. */

import type { Theme } from "./store";

const KEY = "clave.theme";

export function readTheme(): Theme {
  try {
    const kept = localStorage.getItem(KEY);
    return kept === "dark" || kept === "light" ? kept : "auto";
  } catch {
    return "auto";
  }
}

export function writeTheme(theme: Theme): void {
  try {
    if (theme !== "auto") localStorage.setItem(KEY, theme);
  } catch {
    // no storage: the choice holds until the page is closed
  }
}
