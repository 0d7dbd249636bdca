/** Colours of the page for canvases, by the names of its CSS. Asking for them takes longer than drawing with them, so they are asked for once a theme. */

const FORCED = matchMedia("(forced-colors: active)");

let known: { readonly look: string; readonly colours: Map<string, string> } | null = null;

export const colourForced = (): boolean => FORCED.matches;

/** "--accent" as it is now. */
export function pageColour(name: `--${string}`): string {
  const look = `${document.documentElement.dataset["theme"]} ${FORCED.matches}`;
  if (known?.look !== look) known = { look, colours: new Map() };
  const colour = known.colours.get(name) ?? getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  known.colours.set(name, colour);
  return colour;
}
