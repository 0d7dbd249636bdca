/** Computes beside the page, so that no bar and no sound holds up what is drawn and played. */

import type { Bar } from "../rules/project";
import type { BarPattern, ExplainedPoint, ExplainPointRequest } from "../rules/protocol";
import { BarMaker } from "./bars";
import type { RhythmFacts } from "./condition";
import { explainedPoint } from "./explain";
import { readFile, readJsonFile } from "./files";
import { Refused } from "./refused";
import { RhythmSpace } from "./rhythmSpace";
import { mixed } from "./soundMix";
import { readWeights } from "./weights";

/** What the worker is asked: bars or what lies at a point, with the folder that its files lie in, or a sound between others. */
export type Question =
  | { readonly kind: "bars"; readonly base: string; readonly bars: readonly Bar[] }
  | { readonly kind: "point"; readonly base: string; readonly request: ExplainPointRequest }
  | { readonly kind: "mix"; readonly sounds: readonly Float32Array[]; readonly weights: readonly number[] };

export type Answer = { readonly patterns: readonly BarPattern[] } | { readonly explained: ExplainedPoint } | { readonly sound: Float32Array } | { readonly refused: string } | { readonly failed: string };

let space: Promise<RhythmSpace> | null = null;
let maker: BarMaker | null = null;

async function readSpace(base: string): Promise<RhythmSpace> {
  const weights = async (name: string) => readWeights(await readFile(base, `${name}.safetensors.gz`));
  const [facts, own] = await Promise.all([readJsonFile(base, "rhythm"), weights("rhythm")]);
  return new RhythmSpace(facts as RhythmFacts, own, () => weights("prior"));
}

async function answer(question: Question): Promise<Answer> {
  try {
    if (question.kind === "mix") return { sound: mixed(question.sounds, question.weights) };
    space ??= readSpace(question.base);
    space.catch(() => (space = null)); // the next question fetches again
    if (question.kind === "point") return { explained: await explainedPoint(await space, question.request) };
    maker ??= new BarMaker(await space);
    return { patterns: await maker.make(question.bars) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return error instanceof Refused ? { refused: message } : { failed: message };
  }
}

addEventListener("message", (event: MessageEvent<{ readonly id: number; readonly question: Question }>) => {
  const { id, question } = event.data;
  void answer(question).then((found) => postMessage({ id, found }));
});
