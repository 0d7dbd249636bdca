/** Changes of a voice's lane: each makes a new value; small steps for keys and drags. */

import { MAX_NUDGE_MS, MAX_RATCHET } from "./parameters";
import { EVERY_ROUND, type Lane, PLAIN_LANE, type Rounds, type Scene } from "./project";
import { accentWords, chanceWords, densityWords, type LaneControl, loopWords, nudgeWords, rollWords, roundsWords, shortestCycle, swingWords } from "./laneWords";
import { clamp, MAX_SWING, MIN_SWING, STEPS_PER_SIXTEENTH } from "./units";

export const MAX_CYCLE_ROUNDS = 16;
export const LOOP_CHOICES = 32; // 16ths of the longest own loop that a slider or a key gives

export const withLane = (scene: Scene, voice: number, changes: Partial<Lane>): Scene => ({
  ...scene,
  lanes: scene.lanes.map((each, index) => (index === voice ? { ...each, ...changes } : each)),
});

const no = false;
const yes = true;

/** The rounds that a key goes through; any others are set in the voice's panel. */
export const COMMON_ROUNDS: readonly Rounds[] = [
  EVERY_ROUND,
  { cycle: [no, yes], first: "too" },
  { cycle: [no, no, yes], first: "too" },
  { cycle: [no, no, no, yes], first: "too" },
  { cycle: [no, no, no, no, no, no, no, yes], first: "too" },
  { cycle: [yes, no], first: "too" },
  { cycle: [yes, no], first: "never" },
  { cycle: [yes, no, no, no], first: "too" },
  { cycle: [yes, yes, yes, no], first: "too" },
  { cycle: [yes], first: "never" },
  { cycle: [yes], first: "only" },
];

/** The next or the last of the common rounds; from others, the first or the last of them. */
export function nextRounds(rounds: Rounds, by: number): Rounds {
  const here = COMMON_ROUNDS.findIndex((each) => roundsWords(each) === roundsWords(rounds));
  const count = COMMON_ROUNDS.length;
  return COMMON_ROUNDS[here < 0 ? (by > 0 ? 0 : count - 1) : (here + by + count) % count]!;
}

/** The round of this place of the cycle on or off. */
export const withRound = (rounds: Rounds, place: number, on: boolean): Rounds => ({ ...rounds, cycle: rounds.cycle.map((each, index) => (index === place ? on : each)) });

/** A longer cycle goes on as the shorter one did. */
export function withCycleLength(rounds: Rounds, length: number): Rounds {
  const short = shortestCycle(rounds.cycle);
  const from = short.every(Boolean) ? short : rounds.cycle;
  return { ...rounds, cycle: Array.from({ length: clamp(length, 1, MAX_CYCLE_ROUNDS) }, (_, place) => from[place % from.length]!) };
}

/** In steps of its own: 0.05, 0.15 ... become 0.05, 0.1, 0.15. */
const stepped = (value: number, by: number, step: number, low: number, high: number): number => Number(clamp(Math.round(value / step + by) * step, low, high).toFixed(6));

/** The own loop of a lane in 16ths; the length of the bar where it has none. */
const loopSixteenths = (lane: Lane, barSteps: number): number => Math.round((lane.loop_steps ?? barSteps) / STEPS_PER_SIXTEENTH);

/** So many small steps of one control; `swing` and `barSteps` are those of the bar, from which an own swing or loop begins. */
export function stepLane(lane: Lane, control: LaneControl, by: number, bar: { readonly swing: number; readonly steps: number }): Partial<Lane> {
  switch (control) {
    case "density":
      return { density: stepped(lane.density, by, 0.05, 0, 1) };
    case "chance":
      return { probability: stepped(lane.probability, by, 0.05, 0, 1) };
    case "rounds":
      return { rounds: nextRounds(lane.rounds, by) };
    case "ratchet":
      return { ratchet: clamp(lane.ratchet + by, 1, MAX_RATCHET) };
    case "ratchetChance":
      return { ratchet_probability: stepped(lane.ratchet_probability, by, 0.05, 0, 1) };
    case "ratchetRounds":
      return { ratchet_rounds: nextRounds(lane.ratchet_rounds, by) };
    case "accent":
      return { accent: stepped(lane.accent, by, 0.05, -1, 1) };
    case "nudge":
      return { nudge_ms: stepped(lane.nudge_ms, by, 1, -MAX_NUDGE_MS, MAX_NUDGE_MS) };
    case "swing":
      return { swing: stepped(lane.swing ?? bar.swing, by, 0.01, MIN_SWING, MAX_SWING) };
    case "loop": {
      const sixteenths = clamp(loopSixteenths(lane, bar.steps) + by, 1, LOOP_CHOICES);
      return { loop_steps: withBar(sixteenths * STEPS_PER_SIXTEENTH, bar.steps) };
    }
  }
}

/** A loop as long as the bar goes with the bar. */
const withBar = (loopSteps: number, barSteps: number): number | null => (loopSteps === barSteps ? null : loopSteps);

/** A control as it is in a plain lane. */
export const plainOf = (control: LaneControl): Partial<Lane> => {
  const field = FIELDS[control];
  return { [field]: PLAIN_LANE[field] };
};

const FIELDS = {
  density: "density",
  chance: "probability",
  rounds: "rounds",
  ratchet: "ratchet",
  ratchetChance: "ratchet_probability",
  ratchetRounds: "ratchet_rounds",
  accent: "accent",
  nudge: "nudge_ms",
  swing: "swing",
  loop: "loop_steps",
} as const satisfies Record<LaneControl, keyof Lane>;

/** One control of a lane, said: "chance 80 %". */
export function describeControl(lane: Lane, control: LaneControl): string {
  switch (control) {
    case "density":
      return `density ${densityWords(lane.density)}`;
    case "chance":
      return `chance ${chanceWords(lane.probability)}`;
    case "rounds":
      return `sounds ${roundsWords(lane.rounds)}`;
    case "ratchet":
      return `ratchet ${rollWords(lane)}`;
    case "ratchetChance":
      return `ratchet chance ${chanceWords(lane.ratchet_probability)}`;
    case "ratchetRounds":
      return `ratchet ${roundsWords(lane.ratchet_rounds)}`;
    case "accent":
      return `accent ${accentWords(lane.accent)}`;
    case "nudge":
      return nudgeWords(lane.nudge_ms);
    case "swing":
      return `swing ${swingWords(lane.swing)}`;
    case "loop":
      return loopWords(lane.loop_steps);
  }
}
