/** A style that has no bars in the present meter, and the nearest one that has: what `clave/rhythm/style_meters.py` says in Python. */

import type { GenerationSettings } from "./project";
import type { SpaceInfo } from "./protocol";
import { sharesOf } from "./styleBlend";

export interface WithoutBars {
  readonly says: string;
  readonly nearest: string | null; // a style with bars in this meter; null: no style has any
}

/** Why a style, or a blend, is played in a meter that it was not learned in; null: it was. A blend was if one of its styles was. */
export function withoutBars({ style, meter }: Pick<GenerationSettings, "style" | "meter">, { style_meters, meters }: Pick<SpaceInfo, "style_meters" | "meters">): WithoutBars | null {
  const place = meters.findIndex((each) => String(each) === String(meter));
  const shares = sharesOf(style).toSorted(([, one], [, other]) => other - one);
  const found = shares.map(([name]) => style_meters.find((each) => each.style === name)).filter((each) => each !== undefined);
  if (place < 0 || found.length === 0 || found.some((each) => each.nearest[place] === each.style)) return null;
  const names = found.map((each) => each.style).join(" and ");
  return { says: `${names} ${found.length === 1 ? "has" : "have"} no bars in ${meter.join("/")}`, nearest: found[0]!.nearest[place] ?? null };
}
