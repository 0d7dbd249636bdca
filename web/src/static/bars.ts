/** From bars as data to bars as strokes, in the page: the twin of `clave/play/decoding.py`, as far as it goes. */

import { asHeard, barKey, finished, meterOf } from "../rules/bars";
import type { Bar, Generated } from "../rules/project";
import type { BarPattern, Point } from "../rules/protocol";
import { barOnTheWay, hitsOf, journeyOrder } from "./journey";
import { notHere, Refused } from "./refused";
import type { RhythmSpace } from "./rhythmSpace";

const MOST_KNOWN = 4096; // bars and legs that are remembered

const ACTIONS: Readonly<Record<string, string>> = { humanise: "give a feel", shift: "move a bar", complete: "complete a bar", taps: "play to taps" };

/** Why this page cannot make the bar; null: it can. */
export function whyNot(bar: Bar): string | null {
  if (bar.kind === "given") return null;
  if (bar.kind === "generated") return Object.values(bar.settings.shift).some((amount) => amount !== 0) ? "move a bar along an attribute" : bar.hears ? whyNot(bar.hears) : null;
  const operation = bar.operations.find((each) => each.kind !== "cells" && !(each.kind === "shift" && Object.values(each.shift).every((amount) => amount === 0)));
  return operation ? ACTIONS[operation.kind]! : whyNot(bar.base);
}

export class BarMaker {
  private readonly known = new Map<string, Promise<unknown>>();

  constructor(private readonly space: RhythmSpace) {}

  /** The strokes of these bars, in their order; Refused for what this page cannot make. */
  async make(bars: readonly Bar[]): Promise<BarPattern[]> {
    for (const bar of bars) {
      const reason = whyNot(bar);
      if (reason !== null) throw notHere(reason);
    }
    const made: BarPattern[] = [];
    for (const bar of bars) made.push(await this.one(bar));
    return made;
  }

  private async one(bar: Bar): Promise<BarPattern> {
    if (bar.kind === "given") return bar.pattern;
    if (bar.kind === "edited") return finished({ ...bar, operations: bar.operations.filter(({ kind }) => kind === "cells") }, bar.base.kind === "given" ? null : await this.one(bar.base));
    if (bar.phrase) return this.ofPhrase(bar);
    if (!bar.leg) return this.at(bar, bar.point);
    const { start, end, share } = bar.leg;
    const ends = [await this.at(bar, start), await this.at(bar, end)] as const;
    const { style } = bar.settings;
    const order = await this.once(JSON.stringify(["leg", style, start, end, ends]), () => journeyOrder(this.space, ends, [start, end], style));
    return barOnTheWay(...ends, order, share);
  }

  /** The bar at a point, with the settings of this one; no bar hears itself. */
  private async at({ settings, hears }: Generated, point: Point): Promise<BarPattern> {
    const own: Generated = { kind: "generated", point, settings, phrase: null, leg: null, hears: null };
    const isHeard = hears?.kind === "generated" && barKey(hears) === barKey(asHeard(own));
    const heard = hears && !isHeard && settings.variation > 0 ? hitsOf(await this.one(hears)) : null;
    return this.once(JSON.stringify(["bar", settings, point, heard === null ? null : [...heard]]), () => this.space.at(point, { ...settings, meter: meterOf(own) }, heard));
  }

  private async ofPhrase({ point, settings, phrase }: Generated): Promise<BarPattern> {
    const { bars, fill, index } = phrase!;
    if (settings.section !== "beat") throw new Refused(`the bars of a phrase are beats, and its last one may be a fill; got section '${settings.section}'`);
    if (settings.density !== null) throw new Refused(`a phrase is as dense as the space has learned, with no density set; got ${settings.density}`);
    const whole = await this.once(JSON.stringify(["phrase", settings, point, bars, fill]), () => this.space.phrase(point, bars, fill, settings));
    return whole[index]!;
  }

  private once<T>(key: string, make: () => Promise<T>): Promise<T> {
    const known = this.known.get(key) as Promise<T> | undefined;
    if (known) return known;
    const making = make();
    this.known.set(key, making);
    making.catch(() => this.known.delete(key));
    if (this.known.size > MOST_KNOWN) this.known.delete(this.known.keys().next().value!);
    return making;
  }
}
