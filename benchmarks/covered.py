"""How much of `clave/` the tests reach: lines and branches of each room as a Markdown table, and where most is missing.

python benchmarks/covered.py FILE [--files 20] [--lines 95 --branches 90]: FILE is what `coverage json` wrote;
`scripts/coverage` makes it and calls this. Exits with 1 where the whole is below --lines or --branches percent.
"""

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Reached:
    """Of some code: how many lines and branches there are, and how many the tests reach."""

    lines: int = 0
    lines_reached: int = 0
    branches: int = 0
    branches_reached: int = 0

    def __add__(self, other: "Reached") -> "Reached":
        return Reached(*(one + more for one, more in zip(self.numbers(), other.numbers(), strict=True)))

    def numbers(self) -> tuple[int, int, int, int]:
        """All four."""
        return self.lines, self.lines_reached, self.branches, self.branches_reached

    @property
    def missing(self) -> int:
        """Lines and branches that no test reaches."""
        return self.lines - self.lines_reached + self.branches - self.branches_reached

    def percent(self) -> tuple[float, float]:
        """Of lines and of branches; 100 where there are none."""
        return (
            100 * self.lines_reached / self.lines if self.lines else 100.0,
            100 * self.branches_reached / self.branches if self.branches else 100.0,
        )


def of_file(summary: Mapping[str, int]) -> Reached:
    """What `coverage json` says of a file."""
    return Reached(
        summary["num_statements"], summary["covered_lines"], summary["num_branches"], summary["covered_branches"]
    )


def rooms(files: Mapping[str, Mapping[str, Any]]) -> dict[str, Reached]:
    """The rooms of `clave/`, which are its folders, and the modules beside them."""
    found: dict[str, Reached] = defaultdict(Reached)
    for name, file in files.items():
        found[Path(name).parts[1].removesuffix(".py")] += of_file(file["summary"])
    return dict(sorted(found.items()))


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--files", type=int, default=20, help="how many files to list, those with most missing first")
    parser.add_argument("--lines", type=float, default=0.0, help="percent of all lines that must be reached")
    parser.add_argument("--branches", type=float, default=0.0, help="percent of all branches")
    chosen = parser.parse_args(arguments)
    files = json.loads(chosen.file.read_text("utf-8"))["files"]
    found = rooms(files)
    whole = sum(found.values(), Reached())
    print("| room | lines | reached | branches | reached |\n| --- | --- | --- | --- | --- |")
    for room, reached in [*found.items(), ("all", whole)]:
        lines, branches = reached.percent()
        print(f"| {room} | {reached.lines:,} | {lines:.1f} % | {reached.branches:,} | {branches:.1f} % |")
    print("\nLines and branches that no test reaches:")
    for name, file in sorted(files.items(), key=lambda each: -of_file(each[1]["summary"]).missing)[: chosen.files]:
        print(f"{of_file(file['summary']).missing:5} {name}: {_spans(file['missing_lines'])}")
    if any(percent < least for percent, least in zip(whole.percent(), (chosen.lines, chosen.branches), strict=True)):
        sys.exit(f"less than {chosen.lines:g} % of lines or {chosen.branches:g} % of branches is reached")


def _spans(lines: Sequence[int]) -> str:
    """Lines as spans: 3-5, 9."""
    spans: list[list[int]] = []
    for line in lines:
        if spans and line == spans[-1][1] + 1:
            spans[-1][1] = line
        else:
            spans.append([line, line])
    return ", ".join(f"{first}" if first == last else f"{first}-{last}" for first, last in spans)


if __name__ == "__main__":
    main()
