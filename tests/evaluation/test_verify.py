"""`clave verify`: what is the same, what differs, and what it needs for the rest."""

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from clave.app import cli
from clave.errors import CorpusError, SpaceError
from clave.evaluation import verify as verifying
from clave.evaluation.verify import Recompute, Recomputed, Space, compared, verify
from clave.latent.file_hashes import write_hashes
from clave.training.model_card import model_card
from clave.training.provenance import code_hash

FIGURES = {"bars": 40.0, "f1_map": 0.81234, "nll": 33.7}


def settings(**card: str) -> dict[str, object]:
    facts = {"name": "mine", "licence": "CC0", "credit": "me", **card}
    return {"format": "clave rhythm space", "version": 3, "card": facts, "metrics": FIGURES}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = settings(**{"data sha256": "d" * 64, "code hash": code_hash("rhythm")})
    (tmp_path / "config.json").write_text(json.dumps(made))
    (tmp_path / "encoder.onnx").write_bytes(b"weights")
    (tmp_path / "data").mkdir()
    (tmp_path / "card.md").write_text(model_card({"name": "mine"}, FIGURES, {}, kind="rhythm", measured_on="bars"))
    write_hashes(tmp_path)
    return tmp_path


def states(folder: Path, data: Path | None = None, *, data_hash: str = "d" * 64, **now: float) -> dict[str, str]:
    def read(_: Path, __: Space, place: Path) -> Recomputed:
        assert place == data
        return Recomputed(data_hash, lambda: {**FIGURES, **now}, "40 bars")

    def recompute() -> Mapping[str, Recompute]:
        return {"rhythm": read}

    return {check.name: check.state for check in verify(folder, data, recompute)}


def test_a_space_is_what_it_says_and_needs_its_data_for_the_rest(folder: Path) -> None:
    assert states(folder) == {"files": "same", "card": "same", "data": "not checked", "table": "not checked"}
    known = states(folder, folder / "data")
    assert known == dict.fromkeys(("files", "card", "code", "data", "table"), "same")


def test_a_file_that_was_changed_or_is_missing_differs(folder: Path) -> None:
    (folder / "encoder.onnx").write_bytes(b"weightz")
    assert states(folder)["files"] == "differs"
    (folder / "encoder.onnx").unlink()
    (check, *_) = verify(folder, None, dict)
    assert check.says == "encoder.onnx is missing; hashes.json says otherwise"


def test_a_card_with_another_figure_differs(folder: Path) -> None:
    card = folder / "card.md"
    card.write_text(card.read_text().replace("0.8123", "0.9999"))
    _, check, *_ = verify(folder, None, dict)
    assert (check.state, check.says) == ("differs", "card.md has f1_map 0.9999 instead of 0.8123 of config.json")


def test_other_data_differ_and_have_no_table(folder: Path) -> None:
    found = states(folder, folder / "data", data_hash="e" * 64)
    assert (found["data"], found["table"]) == ("differs", "not checked")


@pytest.mark.parametrize(("f1_map", "state"), [(0.8124, "same"), (0.8050, "same"), (0.79, "differs")])
def test_a_figure_may_differ_by_what_processors_round(folder: Path, f1_map: float, state: str) -> None:
    assert states(folder, folder / "data", f1_map=f1_map)["table"] == state


def test_a_difference_is_named_with_both_figures() -> None:
    check = compared({"nll": 33.7, "bars": 40.0}, {"nll": 35.0, "bars": 40.0, "new": 1.0})
    assert (check.state, check.says) == ("differs", "nll is 35 now, and 33.7 in the card")
    assert compared({"old": 1.0}, {"new": 1.0}).state == "not checked"


def test_older_spaces_without_hashes_are_told_so(folder: Path) -> None:
    (folder / "hashes.json").unlink()
    (folder / "config.json").write_text(json.dumps(settings()))
    found = states(folder, folder / "data")
    assert found == {
        "files": "not checked",
        "card": "same",
        "code": "not checked",
        "data": "not checked",
        "table": "same",
    }


def test_data_that_are_no_folder_are_refused(folder: Path) -> None:
    with pytest.raises(CorpusError, match=r"midi is not a folder: name the one that .* was learned from"):
        list(verify(folder, folder / "midi", dict))


@pytest.mark.parametrize("content", ["{}", "[]", '{"format": "other"}', "no JSON"])
def test_what_is_no_space_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(SpaceError, match="it has no config"):
        states(tmp_path)
    (tmp_path / "config.json").write_text(content)
    with pytest.raises(SpaceError, match="does not describe a space"):
        states(tmp_path)


def command(*words: object) -> "subprocess.CompletedProcess[str]":
    """In a process of its own, which says whether it has imported torch."""
    script = "import sys; from clave.app import cli\ntry: cli.main()\nfinally: print('torch' in sys.modules)"
    return subprocess.run([sys.executable, "-c", script, "verify", *map(str, words)], capture_output=True, text=True)


def test_the_command_says_what_it_found_in_its_exit_code(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(*words: object) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["clave", "verify", *map(str, words)])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        return int(stopped.value.code or 0), capsys.readouterr().out

    assert run("shipped")[0] == 0
    both = folder / "both"
    both.mkdir()
    shutil.copytree(folder, both / "rhythm", ignore=shutil.ignore_patterns("both"))
    (folder / "config.json").unlink()
    assert run(both) == (0, run(both / "rhythm")[1])
    (both / "rhythm" / "encoder.onnx").write_bytes(b"other")
    code, said = run(both)
    assert code == 1
    assert "files   differs      encoder.onnx was changed" in said
    assert run(folder)[0] == 1, "no space at all"


def test_hashes_are_checked_without_torch() -> None:
    assert command("shipped").stdout.splitlines()[-1] == "False"


def test_its_names_are_those_that_are_written() -> None:
    from clave.sound.corpus_map import CREDITS_FILE
    from clave.training import model_card as card
    from clave.training import provenance

    assert verifying.CARD_FILE == card.CARD_FILE
    assert verifying.CREDITS_FILE == CREDITS_FILE
    assert (verifying.DATA_HASH, verifying.CODE_HASH) == (provenance.DATA_HASH, provenance.CODE_HASH)
