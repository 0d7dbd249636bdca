"""What `clave.styles` says agrees with the templates and signatures, and loads nothing heavy."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import clave
from clave import grooves, styles
from clave.errors import GrooveError
from clave.rhythm.signatures import SIGNATURES
from clave.rhythm.space import load_rhythm

ROOT = Path(__file__).parents[2]


def test_each_style_has_300_distinct_bars_which_keep_its_signature_and_other_styles_seldom_do():
    # In a process of its own: 70,000 bars take minutes where every shape is checked.
    command = [sys.executable, str(ROOT / "benchmarks" / "style_templates.py"), "--draws", "700", "--json"]
    run = subprocess.run(
        command, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=True, capture_output=True, text=True
    )
    rows = {row["style"]: row for row in map(json.loads, run.stdout.splitlines())}
    assert tuple(rows) == grooves.STYLES
    assert {name for name, row in rows.items() if row["beats"] < 300 or row["fills"] < 300} == set()
    assert {name: row["own"] for name, row in rows.items() if row["own"] < 1} == {}
    assert {name: row["others"] for name, row in rows.items() if row["others"] > 0.25} == {}


def test_the_table_holds_each_template_once():
    assert tuple(styles) == grooves.STYLES
    assert len(styles) == len(grooves.STYLES)
    assert "trap" in styles
    assert "polka" not in styles
    assert clave.styles is styles


@pytest.mark.parametrize("name", grooves.STYLES)
def test_the_facts_are_those_of_template_and_signature(name):
    facts, template = styles[name], grooves.style(name)
    assert facts.name == name
    assert facts.signature is SIGNATURES[name]
    assert facts.rule == SIGNATURES[name].rule
    assert facts.meter == template.meter == facts.signature.meter
    low, high = facts.tempo_bpm
    assert low <= facts.usual_tempo_bpm <= high
    assert facts.fills == tuple(fill.what for fill in template.fill)
    assert len(facts.fills) >= 3
    assert facts.sources


def test_bars_are_counted():
    bars = grooves.bars("trap", 1000, 0)
    assert styles["trap"].bar_count() == len({bar.hits.tobytes() for bar in bars}) > 300
    assert styles["trap"].bar_count("fill") > 300


def test_what_can_be_learned_is_in_a_meter_of_spaces():
    assert all(styles[name].can_be_learned for name in styles)
    assert {styles[name].meter for name in ("waltz", "seven eight")} == {(3, 4), (7, 8)}
    assert not replace(styles["waltz"], meter=(11, 8)).can_be_learned


def test_each_style_of_the_shipped_space_has_a_template():
    assert set(load_rhythm().styles) <= set(styles)


def test_an_unknown_style_is_refused_with_the_list():
    with pytest.raises(GrooveError, match="no style 'polka' among the templates; there are house, "):
        styles["polka"]


def test_it_is_light_to_import():
    heavy = "print([name for name in ('torch', 'onnxruntime', 'scipy') if name in sys.modules])"
    command = [sys.executable, "-c", f"import sys, clave; clave.styles['drill'].rule; {heavy}"]
    assert subprocess.run(command, capture_output=True, check=True, text=True).stdout.strip() == "[]"
