import { expect, test } from "vitest";
import { asSpaceName, epochsOf, saidFound, saidPhase, saidProgress, saidTime, warningOf } from "./learnWords";
import type { LearnState } from "./protocol";

test("durations are said as people say them", () => {
  expect([0.2, 59, 120, 7200].map(saidTime)).toEqual(["1 s", "59 s", "2 min", "2.0 h"]);
});

test("what was found and how far it is", () => {
  expect(saidFound({ what: "rhythm", files: 8, read: 7, used: 32, refused: 1, refusals: {} })).toBe("8 MIDI files: 32 bars to learn from, 1 file left out.");
  expect(saidProgress({ what: "training", done: 1, whole: 4, left: 125 })).toBe("Training: 25 %, about 2 min left");
  expect(saidProgress({ what: "training", done: 0, whole: 0, left: null })).toBe("Training: 0 %");
});

test("the latest line of each space is shown", () => {
  const epochs = ["epoch 1 of 2: held-out hit F1 0.7", "epoch 2 of 2: held-out hit F1 0.8", "epoch 1 of 9: back within 5.0 dB by", "epoch 2 of 9: back within 4.0 dB by"];
  expect(epochsOf({ epochs })).toEqual([epochs[1], epochs[3]]);
});

test("a failure is said with its reason", () => {
  expect(saidPhase({ phase: "failed", name: "mine", error: "no space left" } as LearnState)).toBe("no space left");
});

test("a space that is no good is not shown without saying so", () => {
  expect(warningOf({ playable: false, says: "hit F1 0.2", rows: [] })).toBe("Not good enough to play: hit F1 0.2");
  expect(warningOf({ playable: true, says: "fine", rows: [] })).toBeNull();
  expect(warningOf(null)).toBeNull();
});

test("a name is one that a folder may have", () => {
  expect(asSpaceName("../My Kit: 808/é")).toBe("My Kit- 808-é");
});
