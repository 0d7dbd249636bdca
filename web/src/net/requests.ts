/** Requests to the rhythm space: the bars at a place of the map, one or a phrase, and a fill that goes with them. */

import type { GenerationSettings, MapPlace } from "../rules/groove";
import type { PatternRequest, PhraseRequest, Point, BarPattern } from "../rules/protocol";
import { fetchPatterns, fetchPhrase, fetchShifted } from "./api";

/** Asks for one bar at each of these points. */
export function requestFor(points: readonly Point[], settings: GenerationSettings): PatternRequest {
  const { style, section, meter, shift, density, variation, seed } = settings;
  return { points, style, section, meter, shift, density, variation, seed };
}

const phraseRequest = ({ point, settings }: MapPlace, fill: boolean): PhraseRequest => {
  const { bars, style, variation, seed, meter } = settings;
  return { point, bars, style, variation, fill, seed, meter };
};

const isShifted = ({ shift }: GenerationSettings): boolean => Object.values(shift).some((amount) => amount !== 0);

/** The bars of the loop: one, or a phrase. */
export async function fetchBars(place: MapPlace): Promise<readonly BarPattern[]> {
  const { point, settings } = place;
  if (settings.bars === 1) return (await fetchPatterns(requestFor([point], settings))).patterns;
  return shifted(settings, (await fetchPhrase(phraseRequest(place, false))).patterns);
}

/** The fill that leads back to the loop's first bar. */
export async function fetchFill(place: MapPlace): Promise<BarPattern> {
  const { point, settings } = place;
  if (settings.bars === 1) return (await fetchPatterns(requestFor([point], { ...settings, section: "fill" }))).patterns[0]!;
  const { patterns } = await fetchPhrase(phraseRequest(place, true));
  return (await shifted(settings, patterns.slice(-1)))[0]!;
}

/** The server does not shift phrases: each bar is shifted by itself. */
const shifted = (settings: GenerationSettings, patterns: readonly BarPattern[]): Promise<readonly BarPattern[]> =>
  isShifted(settings) ? Promise.all(patterns.map((pattern) => fetchShifted({ pattern, shift: settings.shift }))) : Promise.resolve(patterns);
