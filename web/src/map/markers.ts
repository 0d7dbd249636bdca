/** Colour and shape of each style on the map: Tol's muted colours, distinguished by shape as well. */

export type Marker = "circle" | "square" | "triangle" | "diamond" | "cross";

export interface StyleLook {
  readonly colour: string;
  readonly marker: Marker;
}

const MARKERS: readonly Marker[] = ["circle", "square", "triangle", "diamond", "cross"];
// Paul Tol, "muted", the darkest four lifted for a dark page; then nine that lie between them.
const ON_LIGHT = [
  "#CC6677", "#B8A038", "#4CA7D8", "#44AA99", "#AA4499", "#8C8C1A", "#332288", "#117733", "#882255",
  "#F0909F", "#D9730D", "#1F62C4", "#0B5F57", "#C77BD6", "#8A5A2B", "#7D84E0", "#6FA81F", "#E23D1C",
];
const ON_DARK = [
  "#DB7688", "#DDCC77", "#88CCEE", "#44AA99", "#BE5FAE", "#A6A63C", "#7B84E0", "#3FA565", "#C2487F",
  "#F9C0CA", "#E58B3A", "#1677FF", "#A6EBD3", "#DDA9EC", "#B0794A", "#C3C7FF", "#9BDB55", "#FF6442",
];
const UNLABELLED = { light: "#8a8f98", dark: "#8d939e" };

/** Styles with the most bars get the clearest looks; -1 is unlabelled. */
export function lookOf(rank: number, dark: boolean): StyleLook {
  const colours = dark ? ON_DARK : ON_LIGHT;
  if (rank < 0) return { colour: dark ? UNLABELLED.dark : UNLABELLED.light, marker: "circle" };
  return { colour: colours[rank % colours.length]!, marker: MARKERS[rank % MARKERS.length]! };
}

const known = new WeakMap<readonly number[], readonly number[]>(); // the styles of a corpus never change

/** For each style its rank by number of bars, the most frequent first. */
export function ranks(style: readonly number[], styles: number): readonly number[] {
  const found = known.get(style) ?? countedRanks(style, styles);
  known.set(style, found);
  return found;
}

function countedRanks(style: readonly number[], styles: number): number[] {
  const counts = Array.from({ length: styles }, () => 0);
  for (const index of style) if (index >= 0) counts[index]! += 1;
  const order = counts.map((_, index) => index).sort((one, other) => counts[other]! - counts[one]! || one - other);
  return counts.map((_, index) => order.indexOf(index));
}

/** The outline of a marker, centred on 0, 0 and about 2 * `radius` wide, as an SVG path. */
export function markerPath(marker: Marker, radius: number): string {
  const r = radius;
  const s = 0.86 * r;
  switch (marker) {
    case "circle":
      return `M${-r} 0a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`;
    case "square":
      return `M${-s} ${-s}h${2 * s}v${2 * s}h${-2 * s}z`;
    case "triangle":
      return `M0 ${-1.15 * r}L${1.1 * r} ${0.85 * r}H${-1.1 * r}z`;
    case "diamond":
      return `M0 ${-1.25 * r}L${1.25 * r} 0L0 ${1.25 * r}L${-1.25 * r} 0z`;
    case "cross": {
      const arm = 0.4 * r;
      return `M${-arm} ${-r}h${2 * arm}v${r - arm}h${r - arm}v${2 * arm}h${arm - r}v${r - arm}h${-2 * arm}v${arm - r}h${arm - r}v${-2 * arm}h${r - arm}z`;
    }
  }
}
