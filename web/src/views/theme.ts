/** Dark or light: as the system says, unless the player chose. */

import { useEffect, useState } from "preact/hooks";
import type { Theme } from "../state/store";
import { usePage } from "./page";

const SYSTEM = "(prefers-color-scheme: dark)";

export function useDark(): boolean {
  const { store } = usePage();
  const [system, setSystem] = useState(() => window.matchMedia(SYSTEM).matches);
  useEffect(() => {
    const query = window.matchMedia(SYSTEM);
    const listen = () => setSystem(query.matches);
    query.addEventListener("change", listen);
    return () => query.removeEventListener("change", listen);
  }, []);
  const theme = store.theme.value;
  return theme === "auto" ? system : theme === "dark";
}

export const nextTheme = (dark: boolean): Theme => (dark ? "light" : "dark");
