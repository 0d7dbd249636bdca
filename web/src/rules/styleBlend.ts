/** A style, or a blend of two or three: shares that add up to 1. */

import type { StyleChoice } from "./protocol";

export const MOST_STYLES = 3;
const LEAST_SHARE = 0.05; // less of a style is none of it
const NEW_SHARE = 0.3; // of a style that joins another

export type Share = readonly [style: string, share: number];

/** The chosen styles with their shares, in the order they were chosen. */
export const sharesOf = (style: StyleChoice): readonly Share[] => (style === null ? [] : typeof style === "string" ? [[style, 1]] : Object.entries(style));

/** As a request says it: nothing, one style by its name, or shares in hundredths that add up to 1. */
export function styleOf(shares: readonly Share[]): StyleChoice {
  if (shares.length < 2) return shares[0]?.[0] ?? null;
  const total = shares.reduce((sum, [, share]) => sum + share, 0);
  const rounded = shares.map(([style, share]) => [style, Math.round((100 * share) / total)] as const);
  const left = 100 - rounded.reduce((sum, [, hundredths]) => sum + hundredths, 0);
  const most = rounded.reduce((best, [, hundredths], n) => (hundredths > rounded[best]![1] ? n : best), 0);
  return Object.fromEntries(rounded.map(([style, hundredths], n) => [style, (hundredths + (n === most ? left : 0)) / 100]));
}

/** This style in the place of that one, if there was one; the shares stay. */
export function withStyle(style: StyleChoice, at: number, name: string): StyleChoice {
  if (style === null) return name;
  return styleOf(sharesOf(style).flatMap((each, n) => (n === at ? [[name, each[1]] as const] : each[0] === name ? [] : [each])));
}

/** One more style joins; the others make room for it. */
export function withAnother(style: StyleChoice, name: string): StyleChoice {
  const shares = sharesOf(style);
  if (shares.length === 0) return name;
  if (shares.length >= MOST_STYLES || shares.some(([each]) => each === name)) return style;
  return styleOf([...shares.map(([each, share]) => [each, share * (1 - NEW_SHARE)] as const), [name, NEW_SHARE]]);
}

/** Without the style in this place; the others take its share. */
export const without = (style: StyleChoice, at: number): StyleChoice => styleOf(sharesOf(style).filter((_, n) => n !== at));

/** This much of the style in this place; the others share what is left as they did. None ever vanishes. */
export function withShare(style: StyleChoice, at: number, share: number): StyleChoice {
  const shares = sharesOf(style);
  if (shares.length < 2) return style;
  const room = 1 - LEAST_SHARE * (shares.length - 1);
  const wanted = Math.min(room, Math.max(LEAST_SHARE, share));
  const others = shares.reduce((sum, [, each], n) => (n === at ? sum : sum + each - LEAST_SHARE), 0);
  const free = 1 - wanted - LEAST_SHARE * (shares.length - 1);
  const spread = (each: number) => LEAST_SHARE + (others > 1e-9 ? ((each - LEAST_SHARE) / others) * free : free / (shares.length - 1));
  return styleOf(shares.map(([name, each], n) => [name, n === at ? wanted : spread(each)]));
}

/** "funk 70 · samba 30". */
export function formatStyle(style: StyleChoice): string {
  const shares = sharesOf(style);
  if (shares.length < 2) return shares[0]?.[0] ?? "any";
  return shares.map(([name, share]) => `${name} ${Math.round(share * 100)}`).join(" · ");
}

/** Those of its styles that are known here. */
export const knownOf = (style: StyleChoice, known: readonly string[]): StyleChoice => {
  const shares = sharesOf(style);
  const found = shares.filter(([name]) => known.includes(name));
  return found.length === shares.length ? style : styleOf(found);
};
