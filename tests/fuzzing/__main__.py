"""The command behind scripts/fuzz."""

import argparse
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from fuzzing.doors import DOORS
from fuzzing.trying import Outcome, case_of, smaller, try_cases

KEPT = Path("fuzz-findings")
PAGE = "page"  # its links and what the browser stores: tried by Vitest, which has no part in the cases of the others
LONG_RUN = 10_000  # cases
KINDS = ("cases", "taken", "refused", "foreign", "slow", "large", "noise", "stuck", "died")


def main() -> int:
    """Try cases; 1 if there is a finding."""
    chosen = _chosen()
    if chosen.door == PAGE:
        return _page(chosen.cases or 1, chosen.seed or 0)
    long = (chosen.cases or 0) >= LONG_RUN
    names = [chosen.door] if chosen.door else [name for name, door in DOORS.items() if long or not door.heavy]
    single = chosen.door is not None and chosen.seed is not None and chosen.cases is None
    total = 1 if single or chosen.case else chosen.cases or 2000
    shares = _shares(names, total)
    rows: dict[str, Counter[str]] = {}
    for name in names:
        began = time.process_time_ns(), time.monotonic()
        first = chosen.seed or 0
        given = chosen.case.read_bytes() if chosen.case else None
        rows[name] = counts = Counter()
        for outcome in try_cases(DOORS[name], range(first, first + shares[name]), given):
            counts.update(("cases", outcome.kind))
            if outcome.is_finding:
                _tell(name, outcome, given, shrink=chosen.smaller)
        counts["ms"] = round(1000 * (time.monotonic() - began[1]))
        print(_row(name, counts), flush=True)
    found = sum(counts[kind] for counts in rows.values() for kind in KINDS[3:])
    print(f"{sum(counts['cases'] for counts in rows.values())} cases, {found} findings")
    return 1 if found else 0


def _chosen() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/fuzz", description=__doc__)
    parser.add_argument("--cases", type=int, help="how many, of all doors together (2000)")
    parser.add_argument("--door", choices=[*DOORS, PAGE], help="only this one")
    parser.add_argument("--seed", type=int, help="of the first case; with --door alone, only this case is tried")
    parser.add_argument("--case", type=Path, help="a file that was kept, for --door, instead of cases by seed")
    parser.add_argument("--smaller", action="store_true", help="cut parts out of what is found, up to 20 s each")
    chosen = parser.parse_args()
    if chosen.case and not chosen.door:
        parser.error("--case needs --door")
    return chosen


def _page(cases: int, seed: int) -> int:
    wanted = os.environ | {"FUZZ_CASES": str(cases), "FUZZ_SEED": str(seed)}
    return subprocess.call(["npx", "vitest", "run", "tests/hostileInput.test.ts"], cwd="web", env=wanted)


def _shares(names: list[str], total: int) -> dict[str, int]:
    weights = {name: DOORS[name].weight for name in names}
    return {name: max(1, round(total * weights[name] / sum(weights.values()))) for name in names}


def _tell(name: str, outcome: Outcome, given: bytes | None, *, shrink: bool) -> None:
    door = DOORS[name]
    case = case_of(door(), outcome.seed) if given is None else given
    if shrink:
        case = smaller(door, case, outcome)
    KEPT.mkdir(exist_ok=True)
    path = KEPT / f"{name}-{outcome.seed}"
    path.write_bytes(case)
    print(f"{name}: {outcome.kind}: {outcome.says}\n  scripts/fuzz --door {name} --seed {outcome.seed}    ({path})")


def _row(name: str, counts: Counter[str]) -> str:
    return f"{name:12}" + "".join(f"{counts[kind]:7} {kind}" for kind in KINDS if counts[kind]) + f"{counts['ms']:8} ms"


if __name__ == "__main__":
    sys.exit(main())
