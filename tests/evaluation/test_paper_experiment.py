"""The paper's own experiment on a few bars of ours, and the comparison of the runs that it leaves."""

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from toy_bars import TOY
from typer.testing import CliRunner

from clave import load_rhythm, midi
from clave.app.cli import app
from clave.errors import CorpusError, TrainingError
from clave.evaluation.compare import compare, table, to_dict
from clave.evaluation.rhythm import paper_experiment
from clave.music.kit import VOICES
from clave.music.pattern import Pattern
from clave.rhythm.dataset.paper_data import AUTHORS_ROWS, read_paper_data, without_repeats
from clave.training import recipes

pytestmark = pytest.mark.usefixtures("rough_spaces")
SHIPPED = Path(__file__).parents[2] / "clave/weights/rhythm"


def bars(count: int = 16) -> list[np.ndarray]:
    """Matrices in the authors' order of voices: kicks on the beats, snares off them, a hat that tells each from all."""
    rng, found = np.random.default_rng(0), []
    for _ in range(count):
        bar = np.zeros((8, 64))
        bar[0, ::16] = bar[1, 8::16] = 1
        bar[4] = rng.random(64) < 0.2
        found.append(bar)
    return found


def write_matrices(folder: Path, matrices: list[np.ndarray]) -> Path:
    (folder / "matrices").mkdir(parents=True)
    for number, matrix in enumerate(matrices):
        np.save(folder / "matrices" / f"rock {number:02}.npy", matrix)
    return folder


@pytest.fixture(scope="module")
def experiment(tmp_path_factory, rough_spaces) -> tuple[Path, str]:
    """The folder of an experiment, and what the command printed."""
    folder = tmp_path_factory.mktemp("paper")
    different = bars()
    data = write_matrices(folder / "data", [*different, *different[:8], np.zeros((8, 64))])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recipes, "rhythm", lambda styles: replace(TOY, model=replace(TOY.model, styles=styles)))
        patch.setattr(paper_experiment, "DRAWS", 4)
        command = ["learn", "rhythm", str(data), "--recipe", "paper", "--experiment", "--epochs", "1"]
        said = CliRunner().invoke(app, [*command, "-o", str(folder / "out")], catch_exceptions=False)
        assert said.exit_code == 0, said.output
        again = CliRunner().invoke(app, [*command, "-o", str(folder / "out")])
        assert "already holds an experiment" in str(again.exception)
    return folder / "out", said.output


def test_an_experiment_leaves_a_table_and_the_papers_map_to_play(experiment):
    folder, said = experiment
    assert re.search(
        r"24 bars, one a file, from the authors' matrices; 16 of them differ; 1 left out \(no strokes\)", said
    )
    result = json.loads((folder / "experiment.json").read_text())
    assert (result["files"], result["distinct"]) == (24, 16)
    rows = {(row["model"], row["bars"]): row for row in result["rows"]}
    assert len(rows) == 7
    ours, paper = rows["ours, from the same bars", "distinct"], rows["the paper's model", "distinct"]
    assert paper["learned"] + paper["scored"] < 16, "some are left to tune thresholds on"
    assert paper["learned"] == ours["learned"]
    split = rows["the paper's model", "repeats on both sides"]
    assert (split["learned"], split["scored"]) == (19, 5)
    assert all(0 <= row["f1_at_0.3"] <= 1 and row["nll"] > 0 for row in (ours, paper, split))
    assert rows["the paper's model, known figures", "distinct"]["nll"] == 40.0
    lines = (folder / "experiment.csv").read_text().splitlines()
    assert len(lines) == 8
    assert "| ours, as it ships | distinct |" in said
    assert len(load_rhythm(folder / "paper").at([[0.0, 0.0]])) == 1
    assert not (folder / "as-split" / "config.json").exists(), "a model that knows what it is scored on is no space"


def test_the_share_of_each_cell_is_the_floor():
    """Two bars out of four have the cell: with one more and one less assumed, still half; the other cells a sixth."""
    learned = np.zeros((4, 8, 64), bool)
    learned[:2, 0, 0] = True
    nll = paper_experiment.marginal_nll(learned, learned[:1])
    assert nll == pytest.approx(-np.log(0.5) - 511 * np.log(5 / 6))


def test_matrices_are_read_in_our_order_of_voices(tmp_path):
    matrix = np.zeros((8, 64))
    for row in range(8):
        matrix[row, row] = 1
    data = read_paper_data(write_matrices(tmp_path, [matrix, matrix, np.zeros((8, 64))]))
    assert len(data.bars) == 2
    assert data.bars.report.dropped_bars == {"no strokes": 1}
    assert len(without_repeats(data.bars)) == 1
    assert [AUTHORS_ROWS[int(step)] for step in data.bars.hits[0].argmax(axis=1)] == [voice.name for voice in VOICES]


@pytest.mark.parametrize(("matrix", "rule"), [
    (np.zeros((8, 32)), r"8 voices x 64 steps of 0 and 1, got float64 \[8, 32\]"),
    (np.full((8, 64), 0.5), "0 and 1 alone, got 0.5 to 0.5"),
    (np.full((8, 64), np.nan), "0 and 1 alone"),
    (np.full((8, 64), "x"), "steps of 0 and 1, got <U1"),
])  # fmt: skip
def test_what_is_no_matrix_is_refused_by_name(tmp_path, matrix, rule):
    with pytest.raises(CorpusError, match=rf"rock 00.npy: .*{rule}"):
        read_paper_data(write_matrices(tmp_path, [matrix]))
    (tmp_path / "matrices" / "rock 00.npy").write_bytes(b"no")
    with pytest.raises(CorpusError, match=r"rock 00.npy: not a matrix"):
        read_paper_data(tmp_path)


def test_without_matrices_first_bars_are_read_as_the_paper_did(tmp_path):
    (tmp_path / "midi").mkdir()
    for number in range(3):
        bar = Pattern.from_hits(np.arange(8 * 64).reshape(8, 64) % (16 + number) == 0)
        midi.write(tmp_path / "midi" / f"{number}.mid", [bar, bar])
    data = read_paper_data(tmp_path)
    assert (len(data.bars), data.source) == (3, "MIDI files")
    with pytest.raises(TrainingError, match="needs 10 bars whose strokes differ, got 3"):
        paper_experiment.halves(data, 0)


@pytest.mark.parametrize(("options", "rule"), [
    (["--experiment"], "say --recipe paper"),
    (["--experiment", "--recipe", "paper", "--factory", "--minutes", "1"], "leave out --factory, --minutes"),
])  # fmt: skip
def test_an_experiment_takes_no_other_settings(tmp_path, options, rule):
    result = CliRunner().invoke(app, ["learn", "rhythm", "-o", str(tmp_path / "out"), "--factory", *options])
    assert result.exit_code == 2
    assert rule in " ".join(result.output.replace("│", " ").split())


def test_runs_are_compared_side_by_side(experiment):
    folder, _ = experiment
    heads, lines = table(compare([folder, SHIPPED]))
    assert heads == ["", "as-split", "ours", "paper", "rhythm"]
    by_name = {line[0]: line[1:] for line in lines}
    assert by_name["kind"] == ["rhythm run", "rhythm space", "rhythm space", "rhythm space"]
    assert by_name["parameters"][0] == by_name["parameters"][2] == "826116"
    assert by_name["parameters"][3] == "3022948"
    assert by_name["batch size"] == ["8", "32", "8", ""]
    assert by_name["f1 map"][0] == "", "no space, so no score of one"
    assert float(by_name["seconds"][2]) > 0
    assert "max grad norm" not in by_name, "alike in all"
    assert "model / hidden" not in by_name, "of one kind of model alone"
    assert {"max_grad_norm", "model / hidden"} <= to_dict(compare([folder]))["compared"][0]["settings"].keys()


def test_what_cannot_be_compared_is_named(experiment, tmp_path):
    folder, _ = experiment
    newer, broken, other = tmp_path / "newer", tmp_path / "broken", tmp_path / "other"
    for place in (newer, broken, other):
        place.mkdir()
    settings = json.loads((folder / "paper" / "config.json").read_text())
    (newer / "config.json").write_text(json.dumps(settings | {"version": 99}))
    (broken / "config.json").write_text('{"format": ')
    kept = json.loads((folder / "paper" / "checkpoint.json").read_text())
    kept["recipe"]["model"]["kind"] = "transformer"
    (other / "checkpoint.json").write_text(json.dumps(kept))
    found = compare([folder / "paper", newer, broken, other, tmp_path / "nowhere", SHIPPED])
    assert [each.name for each in found.columns] == ["paper", "rhythm"]
    assert "format version 99; this Clave reads versions 1 to" in found.unread[str(newer)]
    assert "broken, or of another version" in found.unread[str(broken)]
    assert "not a recipe of this version" in found.unread[str(other)]
    assert "no such folder" in found.unread[str(tmp_path / "nowhere")]
    with pytest.raises(TrainingError, match=r"needs two runs.*got 1; .*format version 99"):
        compare([folder / "paper", newer])


def test_evaluations_are_compared_by_the_rows_of_their_own_space(tmp_path):
    def evaluation(name: str, f1: float) -> Path:
        rows = {f"{name}, map alone": {"f1": f1, "by_voice": {"kick": 0.5}}, "PCA 32": {"f1": 0.8}}
        text = json.dumps({"clave": "0.1.0", "space": name, "seed": 0, "splits": {"official": {"hits": rows}}})
        (tmp_path / name).mkdir()
        (tmp_path / name / "evaluation.json").write_text(text)
        return tmp_path / name

    places = [evaluation("one", 0.7), evaluation("two", 0.6) / "evaluation.json"]
    heads, lines = table(compare(places))
    assert heads == ["", "one", "two"]
    assert ["official / hits / map alone / f1", "0.7", "0.6"] in lines
    assert not any("PCA" in line[0] or "kick" in line[0] for line in lines)


def test_a_comparison_is_text_json_csv_and_files(experiment, tmp_path):
    folder, _ = experiment
    command = ["compare", str(folder / "paper"), str(folder / "ours"), str(tmp_path / "nowhere")]
    text = CliRunner().invoke(app, [*command, "-o", str(tmp_path / "out")]).output
    assert "| kind" in text
    assert "nowhere: not compared: " in text
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"compare.md", "compare.json", "compare.csv"}
    found = json.loads(CliRunner().invoke(app, [*command, "--json"]).output)
    assert [each["name"] for each in found["compared"]] == ["paper", "ours"]
    assert [*found["unread"]] == [str(tmp_path / "nowhere")]
    csv = CliRunner().invoke(app, [*command, "--csv"]).output
    assert csv == (tmp_path / "out" / "compare.csv").read_text()
    assert csv.splitlines()[0] == ",paper,ours"
    assert CliRunner().invoke(app, [*command, "--csv", "--json"]).exit_code == 2
