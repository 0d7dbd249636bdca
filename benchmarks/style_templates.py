"""How many distinct bars the template of each style has, and how many keep its signature.

`python benchmarks/style_templates.py [--draws 1000] [--json]` draws so many beats and fills of each style. A row a
style: its meter, distinct bars by hits alone, distinct fills, the share of beats that keep the signature of the style,
and the mean share of beats of the other templates that keep it.
"""

import argparse
import json
from dataclasses import asdict, dataclass
from statistics import fmean

from clave import styles
from clave.music.pattern import Pattern
from clave.music.units import meter_name
from clave.rhythm import grooves

OTHERS = 50  # beats of each other style


@dataclass(frozen=True)
class Row:
    """What was counted for a style."""

    style: str
    meter: str
    beats: int  # distinct
    fills: int  # distinct
    own: float  # share of its beats that keep its signature
    others: float  # mean share of the other styles' beats that keep it


def distinct(bars: list[Pattern]) -> int:
    """How many of these bars differ by their hits."""
    return len({bar.hits.tobytes() for bar in bars})


def rows(draws: int) -> list[Row]:
    """A row for each style, from so many draws of beats and of fills."""
    beats = {name: grooves.bars(name, draws, 0) for name in styles}
    return [
        Row(
            name,
            meter_name(facts.meter),
            distinct(beats[name]),
            distinct(grooves.bars(name, draws, 0, "fill")),
            facts.signature.share(beats[name]),
            round(fmean(facts.signature.share(beats[other][:OTHERS]) for other in styles if other != name), 3),
        )
        for name, facts in styles.items()
    ]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--draws", type=int, default=1000)
    options.add_argument("--json", action="store_true", help="one JSON object a line instead of a table")
    chosen = options.parse_args()
    table = rows(chosen.draws)
    if chosen.json:
        print(*(json.dumps(asdict(row)) for row in table), sep="\n")
        return
    print("| style | meter | distinct beats | distinct fills | keep the signature | other styles that keep it |")
    print("|---|---|---|---|---|---|")
    for row in table:
        print(f"| {row.style} | {row.meter} | {row.beats} | {row.fills} | {row.own:.3f} | {row.others:.3f} |")
    print(f"\n{len(table)} styles; {min(row.beats for row in table)} distinct beats or more of {chosen.draws}")


if __name__ == "__main__":
    main()
