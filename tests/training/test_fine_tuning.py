"""`clave.fine_tune`: one call from files to a space that plays."""

import pytest
from toy_grooves import toy_grooves

import clave
from clave.errors import TrainingError
from clave.rhythm.space import SHIPPED_RHYTHM, load_rhythm
from clave.training import fine_tuning, rhythm_fine_tuning


def test_a_folder_or_its_bars_go_into_the_shipped_space_or_another(tmp_path, monkeypatch):
    begun = []

    def run(corpus, start, folder, **options):
        begun.append((len(corpus), start, folder, options["resume"], options["session"].minutes))
        return iter(())

    monkeypatch.setattr(rhythm_fine_tuning, "fine_tune_rhythm", run)
    loaded, space = [], load_rhythm()
    monkeypatch.setattr(fine_tuning, "load_rhythm", lambda folder: loaded.append(folder) or space)
    bars = toy_grooves(tmp_path)
    assert clave.fine_tune(tmp_path, tmp_path / "out") is space
    clave.fine_tune(bars, str(tmp_path / "out"), start=SHIPPED_RHYTHM, minutes=2.0, resume=True)
    assert loaded == [tmp_path / "out"] * 2
    assert begun == [
        (96, SHIPPED_RHYTHM, tmp_path / "out", False, None),
        (96, SHIPPED_RHYTHM, tmp_path / "out", True, 2.0),
    ]


def test_what_it_cannot_begin_with_is_refused(tmp_path):
    bars = toy_grooves(tmp_path)
    with pytest.raises(TrainingError, match="fine-tuning begins with a space"):
        clave.fine_tune(bars, tmp_path / "out", start="scratch")
    with pytest.raises(TrainingError, match="holds no config"):
        clave.fine_tune(bars, tmp_path / "out", start="nowhere")
    with pytest.raises(TrainingError, match="data is"):
        clave.fine_tune(3, tmp_path / "out")
