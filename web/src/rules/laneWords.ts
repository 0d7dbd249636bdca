/** How a voice plays its row, in a musician's words. */

import type { Lane, Rounds } from "./project";
import { STEPS_PER_SIXTEENTH } from "./units";

const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** "1st", "2nd", "3rd", "4th", "11th". */
export function ordinal(number: number): string {
  const teen = number % 100 >= 11 && number % 100 <= 13;
  return `${number}${teen ? "th" : (["th", "st", "nd", "rd"][number % 10] ?? "th")}`;
}

const listed = (words: readonly string[]): string => (words.length > 1 ? `${words.slice(0, -1).join(", ")} and ${words.at(-1)}` : (words[0] ?? ""));

/** The shortest cycle that says the same. */
export function shortestCycle(cycle: readonly boolean[]): readonly boolean[] {
  for (let length = 1; length < cycle.length; length++) if (cycle.length % length === 0 && cycle.every((on, place) => on === cycle[place % length])) return cycle.slice(0, length);
  return cycle;
}

const numbersOf = (cycle: readonly boolean[], on: boolean): number[] => cycle.flatMap((each, place) => (each === on ? [place + 1] : []));

/** "every round", "every 4th round", "1st and 3rd of every 4 rounds", "all but every 4th round". */
function cycleWords(cycle: readonly boolean[]): string {
  const short = shortestCycle(cycle);
  const size = short.length;
  const [yes, no] = [numbersOf(short, true), numbersOf(short, false)];
  if (yes.length === 0) return "in no round";
  if (no.length === 0) return "every round";
  const which = (numbers: readonly number[]) => (numbers.length === 1 && numbers[0] === size ? `every ${ordinal(size)} round` : `${listed(numbers.map(ordinal))} of every ${size} rounds`);
  return no.length === 1 && size > 2 ? `all but ${which(no)}` : which(yes);
}

/** "every 2nd round, not the first". */
export function roundsWords({ cycle, first }: Rounds): string {
  if (first === "only") return "only the first round";
  const words = cycleWords(cycle);
  if (first === "too" || words === "in no round") return words;
  return words === "every round" ? "not the first round" : `${words}, not the first`;
}

export const isEveryRound = ({ cycle, first }: Rounds): boolean => first === "too" && cycle.every(Boolean);

export const densityWords = (density: number): string => (density >= 1 ? "as the map" : density <= 0 ? "no stroke" : percent(density));
export const chanceWords = (probability: number): string => (probability >= 1 ? "always" : probability <= 0 ? "never" : percent(probability));
export const ratchetWords = (ratchet: number): string => (ratchet <= 1 ? "off" : `× ${Math.round(ratchet)}`);
export const nudgeWords = (milliseconds: number): string => (Math.abs(milliseconds) < 0.5 ? "on time" : `${Math.round(Math.abs(milliseconds))} ms ${milliseconds > 0 ? "late" : "early"}`);
export const accentWords = (accent: number): string => (Math.abs(accent) < 0.005 ? "as played" : `${percent(Math.abs(accent))} ${accent > 0 ? "on the beat" : "off the beat"}`);
export const swingWords = (swing: number | null): string => (swing === null ? "as the bar" : percent(swing));

/** "loop of 12 steps": a step is a 16th here, a cell of the row. */
export function loopWords(loopSteps: number | null): string {
  if (loopSteps === null) return "with the bar";
  const steps = loopSteps / STEPS_PER_SIXTEENTH;
  return `loop of ${steps} ${steps === 1 ? "step" : "steps"}`;
}

/** What chance and rounds say together: "80 %, every 4th round". */
export const whenWords = ({ probability, rounds }: Lane): string =>
  isEveryRound(rounds) ? chanceWords(probability) : [...(probability < 1 ? [chanceWords(probability)] : []), roundsWords(rounds)].join(", ");

/** "× 2, every 4th round, 50 %". */
export const rollWords = ({ ratchet, ratchet_probability: chance, ratchet_rounds: rounds }: Lane): string =>
  [ratchetWords(ratchet), ...(ratchet > 1 && !isEveryRound(rounds) ? [roundsWords(rounds)] : []), ...(ratchet > 1 && chance < 1 ? [percent(chance)] : [])].join(", ");

/** The parts of a lane that a key or a drag changes. */
export type LaneControl = "density" | "chance" | "rounds" | "ratchet" | "ratchetChance" | "ratchetRounds" | "accent" | "nudge" | "swing" | "loop";

/** One thing that differs from plain: "80 %". */
export interface Difference {
  readonly control: LaneControl;
  readonly words: string;
}

/** All that differs from a plain lane, in few words: "80 %", "× 2 every 4th round", "12 steps". The hold has its own button. */
export function differences(lane: Lane): Difference[] {
  const found: (Difference | false)[] = [
    lane.density < 1 && { control: "density", words: `density ${Math.round(lane.density * 100)} %` },
    lane.probability < 1 && { control: "chance", words: percent(lane.probability) },
    !isEveryRound(lane.rounds) && { control: "rounds", words: roundsWords(lane.rounds) },
    lane.ratchet > 1 && { control: "ratchet", words: rollWords(lane).replace(", every ", " every ") },
    lane.accent !== 0 && { control: "accent", words: `accent ${accentWords(lane.accent)}` },
    Math.abs(lane.nudge_ms) >= 0.5 && { control: "nudge", words: nudgeWords(lane.nudge_ms) },
    lane.swing !== null && { control: "swing", words: `swing ${swingWords(lane.swing)}` },
    lane.loop_steps !== null && { control: "loop", words: loopWords(lane.loop_steps).replace("loop of ", "") },
  ];
  return found.filter((each) => each !== false);
}

const MOVING: Readonly<Record<string, string>> = { probability: "chance", ratchet_probability: "ratchet", "shift.brightness": "bright", "shift.decay": "long", "shift.pitch": "high", "shift.noisiness": "noisy", "sound.x": "sound", "sound.y": "sound" };

/** "bright moves", "chance and sound move": the parameters of a voice that move by themselves, in short. */
export function movingWords(parameters: readonly string[]): string {
  const names = [...new Set(parameters.map((name) => MOVING[name] ?? name))];
  if (names.length > 2) return `${names.length} things move`;
  return `${names.join(" and ")} ${names.length === 1 ? "moves" : "move"}`;
}

/** "80 % · × 2 every 4th round · 12 steps"; empty for a plain lane. */
export const summaryOf = (lane: Lane): string => differences(lane).map(({ words }) => words).join(" · "); // prettier-ignore
