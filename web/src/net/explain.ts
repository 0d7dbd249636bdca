/** What encoder and decoder make of a bar, a point and a sound: the twin of `clave/app/server/explain_routes.py`. */

import { readMessage } from "../rules/messageChecks";
import type { BarPattern, ExplainedBar, ExplainedPoint, ExplainedSound, ExplainPointRequest, ExplainSoundRequest } from "../rules/protocol";
import { answerTo } from "./api";

export interface ExplainSource {
  bar(pattern: BarPattern): Promise<ExplainedBar>;
  point(request: ExplainPointRequest): Promise<ExplainedPoint>;
  sound(voice: number, request: ExplainSoundRequest): Promise<ExplainedSound>;
}

export const serverExplain: ExplainSource = {
  bar: async (pattern) => readMessage("ExplainedBar", await answerTo("explain/bar", { pattern })),
  point: async (request) => readMessage("ExplainedPoint", await answerTo("explain/point", request)),
  sound: async (voice, request) => readMessage("ExplainedSound", await answerTo(`explain/sounds/${voice}`, request)),
};
