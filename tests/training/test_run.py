"""A run in its folder: stopped at any step, killed, gone on with, alone, and on a disk that is full."""

import errno
import os
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch
from toy_bars import TOY, toy_bars

from clave.errors import TrainingError
from clave.training import checkpoint
from clave.training import run as run_module
from clave.training.models.vae import Examples
from clave.training.rhythm_shown import SHOWN, preview_patterns, rhythm_scores
from clave.training.run import BEST_FILE, BestModel, fingerprint, open_run, train
from clave.training.run_lock import only_run
from clave.training.session import RunStoppedError, Session
from clave.training.tensor_file import load_tensors

RECIPE = replace(TOY, epochs=3)
BARS, TUNING = toy_bars(64), toy_bars(16, seed=1)  # four steps an epoch


@pytest.fixture(autouse=True)
def no_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """The map's own training is not what is tested here."""
    monkeypatch.setattr("clave.training.models.rhythm_vae.RhythmVAE.before_training", lambda *_: None)


def learn(folder: Path, session: Session | None = None, *, recipe=RECIPE, resume: bool = False) -> BestModel:
    """Train to the end, or to where the session ends it."""
    training: Examples = BARS
    going = train(open_run(recipe, "bars", folder, resume=resume), training, TUNING, session, SHOWN)
    while True:
        try:
            next(going)
        except StopIteration as ended:
            return ended.value


def weights(folder: Path) -> torch.Tensor:
    tensors, _ = load_tensors(folder / checkpoint.CHECKPOINT)
    return torch.cat([tensors[name].flatten().double() for name in sorted(tensors)])


class After:
    """A wish after so many steps."""

    def __init__(self, steps: int, wish: str) -> None:
        self.steps, self.wished = steps, wish

    def __call__(self):
        self.steps -= 1
        return self.wished if self.steps == 0 else None


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("clave.training.models.rhythm_vae.RhythmVAE.before_training", lambda *_: None)
        learn(folder)
    return folder


@pytest.mark.parametrize("step", [2, 4, 7])
def test_a_run_that_is_stopped_at_any_step_goes_on_to_the_same_weights_and_log(step, whole, tmp_path) -> None:
    with pytest.raises(RunStoppedError, match=f"stopped after step {step} of 12"):
        learn(tmp_path, Session(wish=After(step, "later")))
    learn(tmp_path, resume=True)
    assert torch.equal(weights(tmp_path), weights(whole))
    assert (tmp_path / BEST_FILE).read_bytes() == (whole / BEST_FILE).read_bytes()
    logs = [checkpoint.load(folder)[1]["log"] for folder in (tmp_path, whole)]
    assert [row["train"] for row in logs[0]] == [row["train"] for row in logs[1]]


def test_what_is_learned_so_far_is_used_and_the_run_can_go_on(whole, tmp_path) -> None:
    used = learn(tmp_path, Session(wish=After(2, "use")))
    assert used.epoch == 1
    assert checkpoint.load(tmp_path)[0].step == 2
    learn(tmp_path, resume=True)
    assert torch.equal(weights(tmp_path), weights(whole))


def test_a_run_goes_on_with_more_epochs_or_fewer(tmp_path) -> None:
    learn(tmp_path, recipe=replace(RECIPE, epochs=1))
    assert checkpoint.kept_epochs(tmp_path) == 1
    learn(tmp_path, recipe=replace(RECIPE, epochs=2), resume=True)
    assert checkpoint.load(tmp_path)[0].step == 8
    assert learn(tmp_path, recipe=replace(RECIPE, epochs=1), resume=True).epoch in (1, 2)
    assert checkpoint.load(tmp_path)[0].step == 8


def test_the_epochs_of_a_new_run_fit_the_minutes(tmp_path) -> None:
    said = []
    session = Session(minutes=0.02, on_estimate=said.append)
    learn(tmp_path, session, recipe=replace(RECIPE, epochs=100_000))
    assert 1 <= checkpoint.load(tmp_path)[0].step / 4 < 1000
    assert said[0].epochs < 100_000
    assert said[0].epoch_seconds == pytest.approx(4 * said[0].step_seconds)


def test_scores_and_previews_are_shown_where_they_are_wanted(tmp_path) -> None:
    epoch = next(train(open_run(RECIPE, "bars", tmp_path), BARS, TUNING, Session(shows=True), SHOWN))
    assert set(epoch.scores) == {"hit_f1_map", "hit_f1_next_16th"}
    assert (tmp_path / "preview.mid").stat().st_size > 0
    assert (tmp_path / "preview.wav").stat().st_size > 44


def test_the_score_is_1_for_a_map_that_knows_the_bars() -> None:
    model = open_run_model()
    model.decode_map = lambda condition: 9 * torch.cat([TUNING.hits, TUNING.hits])[: len(condition.map)] - 4
    assert rhythm_scores(model, TUNING)["hit_f1_map"] == 1
    patterns = preview_patterns(model, TUNING[:8])
    assert np.array_equal([pattern.hits for pattern in patterns], TUNING.hits[:8, :, :64].numpy() > 0)


def open_run_model():
    return RECIPE.model.build().eval().requires_grad_(False)


def test_a_fingerprint_is_of_whole_numbers_alone() -> None:
    assert fingerprint("a", [np.array([1, 2])]) == fingerprint("a", [np.array([1, 2], np.uint8)])
    assert fingerprint("a", [np.array([1, 2])]) != fingerprint("a", [np.array([2, 1])])
    with pytest.raises(AssertionError, match="not the same on every machine"):
        fingerprint("a", [np.array([0.5])])


def test_one_folder_has_one_run(tmp_path) -> None:
    held_by = rf"another run is learning into .*\(process {os.getpid()} on .* or choose another folder"
    with only_run(tmp_path), pytest.raises(TrainingError, match=held_by), only_run(tmp_path):
        pass
    with only_run(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_killed_run_leaves_whole_files_no_lock_and_goes_on_to_the_same_weights(whole, tmp_path) -> None:
    script = textwrap.dedent(
        f"""
        import sys, time
        import torch
        torch.set_num_threads({torch.get_num_threads()})
        sys.path[:0] = {[str(Path(__file__).parents[2]), str(Path(__file__).parents[1])]!r}
        from dataclasses import replace
        from pathlib import Path
        from toy_bars import TOY, toy_bars
        from clave.training.models.rhythm_vae import RhythmVAE
        from clave.training.run import open_run, train
        from clave.training.run_lock import only_run
        RhythmVAE.before_training = lambda *_: None
        folder = Path({str(tmp_path)!r})
        with only_run(folder):
            opened = open_run(replace(TOY, epochs=3), "bars", folder)
            for epoch in train(opened, toy_bars(64), toy_bars(16, seed=1)):
                print(epoch.number, flush=True)
                time.sleep(0.05)
        """
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "1\n"
        time.sleep(0.05 * np.random.default_rng().random())
        process.send_signal(signal.SIGKILL)
    with only_run(tmp_path):  # the lock went with the process
        kept, _ = checkpoint.load(tmp_path)
        assert kept.step in (4, 8, 12)
        learn(tmp_path, resume=True)
    assert torch.equal(weights(tmp_path), weights(whole))


def test_a_full_disk_is_named_with_its_file_and_what_was_kept_stays(tmp_path, monkeypatch) -> None:
    going = train(open_run(RECIPE, "bars", tmp_path), BARS, TUNING)
    list(islice(going, 1))
    kept = (tmp_path / checkpoint.CHECKPOINT).read_bytes()

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left on device") as refused:
        list(going)
    assert Path(refused.value.filename).parent == tmp_path
    assert (tmp_path / checkpoint.CHECKPOINT).read_bytes() == kept
    assert not list(tmp_path.glob(".*part"))


def test_an_epoch_that_takes_long_has_checkpoints_within(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(run_module, "KEEP_SECONDS", 0.0)
    steps, save = [], checkpoint.save

    def counted(folder: Path, run, **facts) -> None:
        steps.append(run.step)
        save(folder, run, **facts)

    monkeypatch.setattr(checkpoint, "save", counted)
    learn(tmp_path, recipe=replace(RECIPE, epochs=1))
    assert steps == [0, 1, 2, 3, 4]
