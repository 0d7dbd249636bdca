"""The mutations that `benchmarks/mutants.py` tries: of each kind one, none where no test could notice."""

import ast
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


@pytest.fixture
def benchmarks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))


SOURCE = '''
"""Text - with a sign."""
LIMIT: int | None = 3 < 4

class Box:
    size: int = 2

    @wrapped(1)
    def fill(self, low: int | None, high: float = 0.5) -> "int | None":
        """Text."""
        if low < high and not self.full:
            raise ValueError(f"{low + high}")
        for each in zip(low, high, strict=True):
            self.add(-each)
            break
        self.size += min(low, high)
        return low if self.full else 7
'''


def test_each_kind_of_mutation_is_made_where_it_makes_sense(benchmarks: None) -> None:
    from mutations import mutations

    assert [mutation.name for mutation in mutations(ast.parse(SOURCE))] == [
        "module: 3 < 4 -> 3 <= 4",
        "Box: 2 -> 3",
        "Box.fill: 0.5 -> 1.5",
        "Box.fill: low < high and (not self.full) -> low < high or not self.full",
        "Box.fill: low < high and (not self.full) -> low <= high and (not self.full)",
        "Box.fill: low < high and (not self.full) -> low < high and self.full",
        "Box.fill: raise ValueError(f'{low + high}') -> pass",
        "Box.fill: self.add(-each) -> pass",
        "Box.fill: self.add(-each) -> self.add(each)",
        "Box.fill: break -> continue",
        "Box.fill: self.size += min(low, high) -> self.size -= min(low, high)",
        "Box.fill: min(low, high) -> max(low, high)",
        "Box.fill: low if self.full else 7 -> low if not self.full else 7",
        "Box.fill: low if self.full else 7 -> low if self.full else 8",
    ]


def test_a_mutated_module_differs_in_one_place_and_the_tree_is_left_alone(benchmarks: None) -> None:
    from mutations import mutated, mutations

    tree = ast.parse(SOURCE)
    plain = ast.unparse(tree).splitlines()
    for mutation in mutations(tree):
        lines = mutated(tree, mutation).splitlines()
        compile("\n".join(lines), "mutant", "exec")
        assert sum(one != other for one, other in zip(plain, lines, strict=True)) == 1, mutation.name
    assert ast.unparse(tree).splitlines() == plain


def test_every_equivalent_mutant_is_one_of_today_and_has_a_reason(benchmarks: None) -> None:
    from mutants import Subject, equivalent, mutants

    known = equivalent()
    named = Subject(tuple({name.split(" ")[0] for name in known}), ())
    today = {mutant.name for mutant in mutants(named)}
    assert [name for name in known if name not in today] == []
    assert all(len(reason.split()) >= 3 for reason in known.values())


def test_every_subject_has_modules_and_tests(benchmarks: None) -> None:
    from mutants import ROOT, SUBJECTS

    for subject in SUBJECTS.values():
        assert all(list((ROOT / "clave").glob(module)) for module in subject.modules)
        assert all((ROOT / "tests" / test).exists() for test in subject.tests)
