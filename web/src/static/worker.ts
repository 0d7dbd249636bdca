/** Computes beside the page, so that no bar and no sound holds up what is drawn and played. */

import type { Bar } from "../rules/project";
import type { BarPattern } from "../rules/protocol";
import { BarMaker } from "./bars";
import type { RhythmFacts } from "./condition";
import { readFile, readJsonFile } from "./files";
import { Refused } from "./refused";
import { RhythmSpace } from "./rhythmSpace";
import { mixed } from "./soundMix";
import { readWeights } from "./weights";

/** What the worker is asked: bars, with the folder that its files lie in, or a sound between others. */
export type Question =
  | { readonly kind: "bars"; readonly base: string; readonly bars: readonly Bar[] }
  | { readonly kind: "mix"; readonly sounds: readonly Float32Array[]; readonly weights: readonly number[] };

export type Answer = { readonly patterns: readonly BarPattern[] } | { readonly sound: Float32Array } | { readonly refused: string } | { readonly failed: string };

let maker: Promise<BarMaker> | null = null;

async function makeMaker(base: string): Promise<BarMaker> {
  const weights = async (name: string) => readWeights(await readFile(base, `${name}.safetensors.gz`));
  const [facts, own] = await Promise.all([readJsonFile(base, "rhythm"), weights("rhythm")]);
  return new BarMaker(new RhythmSpace(facts as RhythmFacts, own, () => weights("prior")));
}

async function answer(question: Question): Promise<Answer> {
  try {
    if (question.kind === "mix") return { sound: mixed(question.sounds, question.weights) };
    maker ??= makeMaker(question.base);
    maker.catch(() => (maker = null)); // the next question fetches again
    return { patterns: await (await maker).make(question.bars) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return error instanceof Refused ? { refused: message } : { failed: message };
  }
}

addEventListener("message", (event: MessageEvent<{ readonly id: number; readonly question: Question }>) => {
  const { id, question } = event.data;
  void answer(question).then((found) => postMessage({ id, found }));
});
