/** In which rounds something happens: the rounds of a cycle as dots to switch, how many there are, and what of the very first. */

import { useRef } from "preact/hooks";
import { MAX_CYCLE_ROUNDS, withCycleLength, withRound } from "../rules/laneChanges";
import { ordinal, roundsWords } from "../rules/laneWords";
import type { Rounds } from "../rules/project";
import { useRoving } from "./roving";

interface RoundsProps {
  readonly name: string; // "Snare sounds", "Snare ratchets"
  readonly rounds: Rounds;
  readonly onRounds: (rounds: Rounds) => void;
}

const FIRST_WORDS = { too: "the first too", never: "not the first", only: "only the first" } as const;
const FIRSTS = ["too", "never", "only"] as const;

export function RoundsChoice({ name, rounds, onRounds }: RoundsProps) {
  const group = useRef<HTMLDivElement>(null);
  const roving = useRoving(group);
  const { cycle, first } = rounds;
  const next = FIRSTS[(FIRSTS.indexOf(first) + 1) % FIRSTS.length]!;
  return (
    <div ref={group} class="rounds" role="group" aria-label={`${name}: ${roundsWords(rounds)}`} {...roving}>
      {cycle.map((on, place) => (
        <button
          key={place}
          type="button"
          class="round"
          aria-pressed={on}
          aria-label={cycle.length === 1 ? "Every round" : `${ordinal(place + 1)} of every ${cycle.length} rounds`}
          disabled={first === "only"}
          onClick={() => onRounds(withRound(rounds, place, !on))}
        />
      ))}
      <button type="button" class="rounds-length" aria-label={`${name}: one round fewer`} disabled={cycle.length === 1} onClick={() => onRounds(withCycleLength(rounds, cycle.length - 1))}>
        −
      </button>
      <button
        type="button"
        class="rounds-length"
        aria-label={`${name}: one round more`}
        disabled={cycle.length >= MAX_CYCLE_ROUNDS}
        onClick={() => onRounds(withCycleLength(rounds, cycle.length + 1))}
      >
        +
      </button>
      <button type="button" class="rounds-first" aria-label={`${name}: ${FIRST_WORDS[first]}`} title="The very first round" onClick={() => onRounds({ ...rounds, first: next })}>
        {FIRST_WORDS[first]}
      </button>
    </div>
  );
}
