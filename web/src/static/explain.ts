/**
 * What the decoder makes of a map point, in a page without a server: the twin of `decode_point` and `compare` in
 * `clave/rhythm/explanation.py`, held equal by a golden fixture.
 */

import type { BarPattern, ComparedBar, ExplainedPoint, ExplainPointRequest } from "../rules/protocol";
import { VOICE_COUNT } from "../rules/protocol";
import { probability } from "./likelyBar";
import { densityLogits } from "./mapDecoder";
import type { RhythmSpace } from "./rhythmSpace";

const DIGITS = 4;
const rounded = (value: number): number => Number(value.toFixed(DIGITS));

export async function explainedPoint(space: RhythmSpace, { point, pattern, style, section, density, variation, seed }: ExplainPointRequest): Promise<ExplainedPoint> {
  const { meter } = pattern;
  const condition = space.condition(point, { style, section, meter });
  const logits = space.map.logits(condition);
  const shift = densityLogits(density);
  const row = (voice: number) => [...logits.subarray(voice * condition.steps, (voice + 1) * condition.steps)].map((logit) => rounded(probability(Math.fround(logit + shift))));
  const settings = { style, section, meter, density, seed };
  return {
    probability: Array.from({ length: VOICE_COUNT }, (_, voice) => row(voice)),
    threshold: rounded(1 / (1 + Math.exp(-space.facts.threshold))),
    likely: compared(await space.at(point, { ...settings, variation: 0 }), pattern),
    drawn: compared(await space.at(point, { ...settings, variation }), pattern),
  };
}

/** Which hits of the original the bar has, which it has beside them, and which it lacks. */
function compared(bar: BarPattern, original: BarPattern): ComparedBar {
  const cells = ({ strokes }: BarPattern) => strokes.map(([voice, step]) => [voice, step] as const).sort((one, other) => one[0] - other[0] || one[1] - other[1]);
  const names = (of: BarPattern) => new Set(of.strokes.map(([voice, step]) => `${voice}.${step}`));
  const [mine, its] = [names(bar), names(original)];
  const kept = cells(bar).filter((cell) => its.has(cell.join(".")));
  const gained = cells(bar).filter((cell) => !its.has(cell.join(".")));
  const lost = cells(original).filter((cell) => !mine.has(cell.join(".")));
  const all = 2 * kept.length + gained.length + lost.length;
  return { kept, gained, lost, f1: rounded(all > 0 ? (2 * kept.length) / all : 1) };
}
