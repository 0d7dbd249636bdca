/**
 * The bar that plays at a map point: which cells sound, chosen together from the probability of each, and playable with
 * two hands. The twin of `clave/rhythm/likely_bar.py` and `clave/rhythm/hands.py`, where the rules are explained.
 */

import { VOICE_COUNT } from "../rules/protocol";

/** 1 where a cell is struck: voice * steps + step. */
export type Hits = Uint8Array;

const [KICK, SNARE, CLOSED, OPEN, TOM, CYMBAL, CLAP, OTHER] = [0, 1, 2, 3, 4, 5, 6, 7] as const;
const ALTERNATIVES = [[KICK], [SNARE, CLAP], [CLOSED, OPEN, CYMBAL], [TOM], [OTHER]] as const; // voices that stand for each other
const BY_HAND = [SNARE, CLOSED, OPEN, TOM, CYMBAL] as const;
const POOLED = 0.5; // probability of a stroke of any of them, from which the likeliest sounds
const LEAST_SHARE = 0.7; // of the expected number of strokes
export const HANDS = 2;
const SURE = 0.5; // probability of a stroke from which it sounds although it needs a third hand

/** Of a hit, from its logit. */
export const probability = (logit: number): number => 0.5 + 0.5 * Math.tanh(0.5 * logit);

/** The likely bar of these logits; `shift` says how much more readily cells sound, in logits. */
export function likelyHits(logits: Float32Array, threshold: number, shift = 0): Hits {
  const steps = logits.length / VOICE_COUNT;
  const shifted = logits.map((logit) => probability(Math.fround(logit + shift)));
  const hits = Uint8Array.from(logits, (logit) => Number(logit > threshold - shift));
  const passing = Math.max(POOLED, 1 / (1 + Math.exp(-threshold)));
  const pooled = pool(shifted, steps);
  for (const group of ALTERNATIVES)
    for (let step = 0; step < steps; step++)
      if (!group.some((voice) => hits[voice * steps + step])) for (const voice of group) if (pooled[voice * steps + step]! > passing) hits[voice * steps + step] = 1;
  const expected = shifted.reduce((sum, each) => sum + each, 0);
  fill(hits, pooled, Math.ceil(Math.fround(LEAST_SHARE * expected)));
  return playable(hits, logits.map(probability));
}

/** At each step, the likeliest of voices that stand for each other gets the probability of all of them together. */
function pool(cells: Float32Array, steps: number): Float32Array {
  const pooled = cells.slice();
  for (const group of ALTERNATIVES)
    for (let step = 0; step < steps; step++) {
      const own = group.map((voice) => cells[voice * steps + step]!);
      const most = Math.max(...own);
      const sum = own.reduce((total, each) => total + each, 0);
      group.forEach((voice, place) => {
        if (own[place] === most) pooled[voice * steps + step] = sum;
      });
    }
  return pooled;
}

/** Let the likeliest of the other cells sound too, until there are at least so many strokes. */
function fill(hits: Hits, likely: Float32Array, least: number): void {
  const missing = least - hits.reduce((sum, each) => sum + each, 0);
  if (missing <= 0) return;
  const left = [...hits.keys()].filter((cell) => !hits[cell]).sort((one, other) => likely[other]! - likely[one]!);
  for (const cell of left.slice(0, missing)) hits[cell] = 1;
}

/** How many hands these voices need at one step; `struck` tells whether a voice sounds. */
function handsOf(struck: (voice: number) => boolean): number {
  const hat = struck(OPEN) || (struck(CLOSED) && !struck(CYMBAL));
  return Number(hat) + Number(struck(SNARE)) + Number(struck(TOM)) + Number(struck(CYMBAL));
}

/** The number of hands that the strokes at this step need. */
export function handCount(hits: Hits, step: number): number {
  const steps = hits.length / VOICE_COUNT;
  return handsOf((voice) => hits[voice * steps + step] === 1);
}

/** How many hands more than two a bar needs, added up over its steps. */
export function extraHands(hits: Hits): number {
  let extra = 0;
  for (let step = 0; step < hits.length / VOICE_COUNT; step++) extra += Math.max(handCount(hits, step) - HANDS, 0);
  return extra;
}

const SUBSETS = Array.from({ length: 32 }, (_, subset) => BY_HAND.map((_, place) => (subset >> place) & 1));
const EXTRA = SUBSETS.map((subset) => Math.max(handsOf((voice) => subset[BY_HAND.indexOf(voice as 1)] === 1) - HANDS, 0));

/** The likeliest strokes of these that two hands can play, and what is so sure that it sounds all the same. */
function playable(hits: Hits, likely: Float32Array): Hits {
  const steps = hits.length / VOICE_COUNT;
  const kept = hits.slice();
  for (let step = 0; step < steps; step++) {
    if (handCount(hits, step) <= HANDS) continue;
    let best = 0;
    let most = -Infinity;
    SUBSETS.forEach((subset, place) => {
      if (subset.some((struck, hand) => struck && !hits[BY_HAND[hand]! * steps + step])) return;
      const value = subset.reduce((sum, struck, hand) => sum + struck * likely[BY_HAND[hand]! * steps + step]!, 0) - SURE * EXTRA[place]!;
      if (value > most) [best, most] = [place, value];
    });
    BY_HAND.forEach((voice, hand) => {
      kept[voice * steps + step] = SUBSETS[best]![hand]!;
    });
  }
  return kept;
}
