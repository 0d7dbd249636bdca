/** What is like a bar or a sound: the twin of `clave/app/server/similar_routes.py`. */

import { readMessage } from "../rules/messageChecks";
import type { BarPattern, KitVoice, SimilarBars, SimilarSounds, TapsRequest } from "../rules/protocol";
import { answerTo, send } from "./api";

const FOUND = 8;
const FIRST_SEARCH_MS = 180_000; // the first search of each kind reads all that is searched in

async function found(path: string, asked: object): Promise<unknown> {
  const request = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ ...asked, n: FOUND }) };
  return (await send(`similar/${path}`, { ...request, signal: AbortSignal.timeout(FIRST_SEARCH_MS) })).json();
}

export const similarBars = async (pattern: BarPattern): Promise<SimilarBars> => readMessage("SimilarBars", await found("bars", { pattern }));

export const similarSounds = async (voice: number, sound: KitVoice): Promise<SimilarSounds> => readMessage("SimilarSounds", await found(`sounds/${voice}`, { sound }));

/** The bar that drums make of taps. */
export const drummed = async (request: TapsRequest): Promise<BarPattern> => readMessage("PatternMade", await answerTo("patterns/taps", request)).pattern;
