import { expect, test } from "vitest";
import { COMMON_ROUNDS, describeControl, nextRounds, plainOf, stepLane, withCycleLength, withRound } from "./laneChanges";
import { accentWords, chanceWords, densityWords, type LaneControl, loopWords, movingWords, nudgeWords, ordinal, ratchetWords, rollWords, roundsWords, summaryOf, swingWords, whenWords } from "./laneWords";
import { EVERY_ROUND, type Lane, PLAIN_LANE, type Rounds } from "./project";

const rounds = (cycle: string, first: Rounds["first"] = "too"): Rounds => ({ cycle: [...cycle].map((each) => each === "x"), first });
const lane = (changes: Partial<Lane>): Lane => ({ ...PLAIN_LANE, ...changes });
const BAR = { swing: 0.5, steps: 64 };

test.each([
  ["x", "too", "every round"],
  ["xxxx", "too", "every round"],
  ["-x", "too", "every 2nd round"],
  ["---x", "too", "every 4th round"],
  ["-x-x", "too", "every 2nd round"],
  ["-x", "never", "every 2nd round, not the first"],
  ["x", "never", "not the first round"],
  ["---x", "only", "only the first round"],
  ["x---", "too", "1st of every 4 rounds"],
  ["x---", "never", "1st of every 4 rounds, not the first"],
  ["x-x-x", "too", "1st, 3rd and 5th of every 5 rounds"],
  ["xxx-", "too", "all but every 4th round"],
  ["x-xx", "too", "all but 2nd of every 4 rounds"],
  ["--", "never", "in no round"],
] as const)("rounds %s (%s) are %j", (cycle, first, words) => expect(roundsWords(rounds(cycle, first))).toBe(words));

test("values are said as a musician says them", () => {
  expect([1, 0.6, 0].map(densityWords)).toEqual(["as the map", "60 %", "no stroke"]);
  expect([1, 0.8, 0].map(chanceWords)).toEqual(["always", "80 %", "never"]);
  expect([0, 4, -12.4].map(nudgeWords)).toEqual(["on time", "4 ms late", "12 ms early"]);
  expect([1, 2, 2.6].map(ratchetWords)).toEqual(["off", "× 2", "× 3"]);
  expect([0, 0.4, -0.25].map(accentWords)).toEqual(["as played", "40 % on the beat", "25 % off the beat"]);
  expect([null, 0.58].map(swingWords)).toEqual(["as the bar", "58 %"]);
  expect([null, 48, 4, 13].map(loopWords)).toEqual(["with the bar", "loop of 12 steps", "loop of 1 step", "loop of 3.25 steps"]);
  expect([1, 2, 3, 4, 11, 12, 13, 21, 102].map(ordinal)).toEqual(["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "102nd"]);
  expect([whenWords(lane({ probability: 0.8, rounds: rounds("---x") })), whenWords(PLAIN_LANE), whenWords(lane({ rounds: rounds("-x") }))]).toEqual(["80 %, every 4th round", "always", "every 2nd round"]);
  expect(rollWords(lane({ ratchet: 2, ratchet_rounds: rounds("---x"), ratchet_probability: 0.5 }))).toBe("× 2, every 4th round, 50 %");
  expect(rollWords(lane({ ratchet_rounds: rounds("---x") }))).toBe("off");
});

test("a row sums up what differs from plain, and nothing else", () => {
  expect(summaryOf(PLAIN_LANE)).toBe("");
  expect(summaryOf(lane({ probability: 0.8, ratchet: 2, ratchet_rounds: rounds("---x"), loop_steps: 48 }))).toBe("80 % · × 2 every 4th round · 12 steps");
  expect(summaryOf(lane({ density: 0.5, rounds: rounds("-x"), accent: -0.2, nudge_ms: -3, swing: 0.6 }))).toBe("density 50 % · every 2nd round · accent 20 % off the beat · 3 ms early · swing 60 %");
});

test("what moves is named while it is little", () => {
  expect([["shift.brightness"], ["nudge", "probability"], ["sound.x", "sound.y"], ["level", "pan", "nudge"]].map(movingWords)).toEqual(["bright moves", "nudge and chance move", "sound moves", "3 things move"]);
});

test("keys go in small steps and stop at the ends", () => {
  const after = (from: Lane, control: LaneControl, by: number): Lane => ({ ...from, ...stepLane(from, control, by, BAR) });
  expect(after(PLAIN_LANE, "density", 1).density).toBe(1);
  expect(after(lane({ density: 0.42 }), "density", -1).density).toBe(0.35);
  expect([after(PLAIN_LANE, "chance", -4).probability, after(PLAIN_LANE, "chance", -99).probability]).toEqual([0.8, 0]);
  expect([after(PLAIN_LANE, "ratchet", 1).ratchet, after(PLAIN_LANE, "ratchet", 99).ratchet, after(PLAIN_LANE, "ratchet", -1).ratchet]).toEqual([2, 8, 1]);
  expect([after(PLAIN_LANE, "nudge", 4).nudge_ms, after(PLAIN_LANE, "nudge", -99).nudge_ms]).toEqual([4, -50]);
  expect([after(PLAIN_LANE, "swing", 3).swing, after(PLAIN_LANE, "swing", 99).swing]).toEqual([0.53, 0.75]);
  expect([after(PLAIN_LANE, "loop", -4).loop_steps, after(PLAIN_LANE, "loop", -99).loop_steps, after(lane({ loop_steps: 60 }), "loop", 1).loop_steps]).toEqual([48, 4, null]);
  expect(after(lane({ accent: 0.95 }), "accent", 3).accent).toBe(1);
  expect(describeControl(after(PLAIN_LANE, "rounds", 1), "rounds")).toBe("sounds every 2nd round");
  for (const control of ["density", "chance", "rounds", "ratchet", "ratchetChance", "ratchetRounds", "accent", "nudge", "swing", "loop"] as const) {
    const there = after(PLAIN_LANE, control, control === "density" || control === "chance" || control === "ratchetChance" ? -1 : 1);
    expect(there, control).not.toEqual(PLAIN_LANE);
    expect({ ...there, ...plainOf(control) }, control).toEqual(PLAIN_LANE);
  }
});

test("a key goes through the common rounds and around; from others it begins at an end", () => {
  let now: Rounds = EVERY_ROUND;
  const seen = COMMON_ROUNDS.map(() => roundsWords((now = nextRounds(now, 1))));
  expect([new Set(seen).size, now]).toEqual([COMMON_ROUNDS.length, EVERY_ROUND]);
  expect(nextRounds(EVERY_ROUND, -1)).toEqual(COMMON_ROUNDS.at(-1));
  expect([nextRounds(rounds("x-xx-"), 1), nextRounds(rounds("x-xx-"), -1)]).toEqual([COMMON_ROUNDS[0], COMMON_ROUNDS.at(-1)]);
});

test("a cycle is switched round by round; a longer one goes on as it was", () => {
  expect(withCycleLength(EVERY_ROUND, 4)).toEqual(rounds("xxxx"));
  expect(withRound(rounds("xxxx"), 3, false)).toEqual(rounds("xxx-"));
  expect([withCycleLength(rounds("-x"), 5), withCycleLength(rounds("xxx-"), 2), withCycleLength(rounds("-x"), 99).cycle.length]).toEqual([rounds("-x-x-"), rounds("xx"), 16]);
});
