/** What lies at a place, asked of the server: one bar or a phrase, and a fill that goes with it. */

import { fetchPatterns, fetchPhrase, fetchShifted } from "./api";
import type { Place, Shape } from "../rules/groove";
import type { PatternRequest, PhraseRequest, Point, WirePattern } from "../rules/protocol";

/** Which single bars lie at these points. */
export function requestFor(points: readonly Point[], shape: Shape): PatternRequest {
  const { style, section, meter, shift, density, variation, seed } = shape;
  return { points, style, section, meter, shift, density, variation, seed };
}

const phraseRequest = ({ point, shape }: Place, fill: boolean): PhraseRequest => {
  const { bars, style, variation, seed, meter } = shape;
  return { point, bars, style, variation, fill, seed, meter };
};

const isShifted = ({ shift }: Shape): boolean => Object.values(shift).some((amount) => amount !== 0);

/** The bars of the loop there: one, or as many as agree. */
export async function fetchBars(place: Place): Promise<readonly WirePattern[]> {
  const { point, shape } = place;
  if (shape.bars === 1) return (await fetchPatterns(requestFor([point], shape))).patterns;
  return shifted(shape, (await fetchPhrase(phraseRequest(place, false))).patterns);
}

/** The fill that leads back to the loop's first bar. */
export async function fetchFill(place: Place): Promise<WirePattern> {
  const { point, shape } = place;
  if (shape.bars === 1) return (await fetchPatterns(requestFor([point], { ...shape, section: "fill" }))).patterns[0]!;
  const { patterns } = await fetchPhrase(phraseRequest(place, true));
  return (await shifted(shape, patterns.slice(-1)))[0]!;
}

/** Phrases come as they are: each bar is shifted by itself. */
const shifted = (shape: Shape, patterns: readonly WirePattern[]): Promise<readonly WirePattern[]> =>
  isShifted(shape) ? Promise.all(patterns.map((pattern) => fetchShifted({ pattern, shift: shape.shift }))) : Promise.resolve(patterns);
