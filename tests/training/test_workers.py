"""Two workers learn what one alone does; what they are refused, and what becomes of one whose fellow dies."""

import json
import os
import signal
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
import torch
import toy_workers
from toy_workers import FEW, RECIPE, STEPS, STOPPED_AT

from clave.app.cli.learn_report import LeadReport, SilentReport, working
from clave.errors import TrainingError
from clave.training import checkpoint
from clave.training.models import rhythm_vae
from clave.training.models.noise import RowNoise, integers, normal, part_of, uniform
from clave.training.run_lock import only_run
from clave.training.workers import Workers, alone, joined

ALONE = Workers(torch.device("cpu"))


@pytest.fixture(scope="module", autouse=True)
def no_tables():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rhythm_vae.RhythmVAE, "before_training", lambda *_: None)
        patch.setattr(rhythm_vae.RhythmVAE, "prepared", lambda _model, examples, _noise: examples)
        yield


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where two workers have left what they were told; the run `alone` was begun by one."""
    from torch.distributed.elastic.multiprocessing.errors import ChildFailedError
    from torch.distributed.launcher.api import LaunchConfig, elastic_launch

    place = tmp_path_factory.mktemp("workers")
    assert "stopped after step" in toy_workers.learn(place / "alone", ALONE, stop=STOPPED_AT)
    config = LaunchConfig(
        1, 1, 2, run_id="test", rdzv_backend="c10d", rdzv_endpoint="localhost:0", max_restarts=0, monitor_interval=0.05
    )
    root = Path(__file__).parents[2]
    with pytest.MonkeyPatch.context() as patch, only_run(place / "held"):
        patch.setenv("PYTHONPATH", os.pathsep.join(map(str, (root, root / "tests"))))
        patch.setenv("OMP_NUM_THREADS", "1")
        with pytest.raises(ChildFailedError):  # as the second one dies in the end
            elastic_launch(config, sys.executable)(str(root / "tests" / "toy_workers.py"), str(place))
    return place


@pytest.fixture(scope="module")
def said(place: Path) -> list[dict[str, Any]]:
    return [json.loads((place / f"{rank}.json").read_text("utf-8")) for rank in (0, 1)]


def test_two_workers_have_the_losses_of_one(said: list[dict[str, Any]]) -> None:
    one = toy_workers.losses(ALONE)
    assert len(one) == STEPS
    for ours in (said[0]["losses"], said[1]["losses"], said[0]["accumulated"]):
        assert len(ours) in (STEPS, FEW)
        for step, expected in zip(ours, one, strict=False):
            assert step == pytest.approx(expected, rel=1e-4)


def test_two_workers_and_one_that_computes_in_two_parts_have_the_same_losses_bit_for_bit(said) -> None:
    halves = toy_workers.losses(Workers(torch.device("cpu"), accumulate=2))
    assert said[0]["losses"] == said[1]["losses"] == halves
    assert halves != toy_workers.losses(ALONE)


def test_bf16_learns_about_the_same(said: list[dict[str, Any]]) -> None:
    totals = [step["total"] for step in said[0]["losses"][:FEW]]
    assert totals != said[0]["bf16"]
    assert said[0]["bf16"] == pytest.approx(totals, rel=0.02)


def weights(folder: Path) -> torch.Tensor:
    run, _ = checkpoint.load(folder)
    assert run.step == STEPS
    return torch.nn.utils.parameters_to_vector(run.model.parameters()).detach()


def test_a_run_goes_on_with_another_number_of_workers_to_the_same_weights(place, said, tmp_path) -> None:
    assert [each["stopped"] for each in said] == 2 * [
        f"stopped after step {STOPPED_AT} of {STEPS}; the same command with --resume goes on"
    ]
    assert [each["went on"] for each in said] == 2 * [f"{RECIPE.epochs} epochs"]
    assert toy_workers.learn(place / "stopped", ALONE, resume=True) == f"{RECIPE.epochs} epochs"
    assert toy_workers.learn(tmp_path, ALONE) == f"{RECIPE.epochs} epochs"
    whole = weights(tmp_path)
    for folder in (place / "stopped", place / "alone"):
        torch.testing.assert_close(weights(folder), whole, rtol=1e-3, atol=1e-5)
        assert len(json.loads((folder / "log.json").read_text("utf-8"))) == RECIPE.epochs


def test_what_one_is_refused_all_are_refused(place, said) -> None:
    for each in said:
        assert f"another run is learning into {place / 'held'} (process {os.getpid()}" in each["held"]
        assert "already holds a run: go on with it (resume) or choose another folder" in each["again"]
        assert "has another corpus than worker 0" in each["disagreed"]
        assert "bars of 1 instead of bars of 0" in each["disagreed"]
    assert said[1]["too many"].startswith("2 workers cannot share a batch of 1 examples")


def test_a_worker_whose_fellow_dies_says_so_and_ends(place, said) -> None:
    lost = (place / "lost.txt").read_text("utf-8")
    assert "a worker was lost at step" in lost
    assert "the same command with --resume goes on from the last checkpoint" in lost


def test_the_noise_of_a_row_depends_on_its_place_in_the_batch_alone() -> None:
    whole, some = (RowNoise(3, places) for places in (torch.arange(20), torch.tensor([9, 2, 17])))
    rows = [9, 2, 17]
    for draw in (lambda noise, n: uniform((n, 2, 3), noise), lambda noise, n: normal((n, 2), noise)):
        assert torch.equal(draw(whole, 20)[rows], draw(some, 3))
    assert torch.equal(integers(5, 20, whole)[rows], integers(5, 3, some))
    every, chosen = torch.arange(20), torch.tensor([2, 9])
    parts = [uniform((len(rows), 4), part_of(whole, key, rows)) for key, rows in ((1, every), (1, chosen), (2, chosen))]
    assert torch.equal(parts[0][chosen], parts[1])
    assert not torch.equal(parts[1], parts[2])
    assert uniform((0, 4), RowNoise(3, torch.arange(0))).shape == (0, 4)
    numbers = uniform((2000, 8), RowNoise(0, torch.arange(2000)))
    assert float(numbers.mean()) == pytest.approx(0.5, abs=0.01)
    assert len(torch.unique(numbers)) > 15_900


@pytest.mark.parametrize(
    ("device", "sentence"),
    [
        ("gpu", "no device 'gpu'; there are: auto, cpu, cuda"),
        ("cpu:1", "no device 'cpu:1'"),
        ("cuda:x", "no device 'cuda:x'"),
        ("cuda", "finds no GPU here; use --device cpu"),
    ],
)
def test_a_device_that_is_not_there_is_named(device: str, sentence: str, monkeypatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(TrainingError, match=sentence):
        alone(device)


def test_each_worker_of_a_machine_has_a_gpu_of_its_own(monkeypatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert alone().device == torch.device("cuda:0")
    assert alone("cuda:1").device == torch.device("cuda:1")
    with pytest.raises(TrainingError, match="the GPUs here are cuda:0 to cuda:1"):
        alone("cuda:2")
    for name, value in {"RANK": 5, "WORLD_SIZE": 6, "LOCAL_RANK": 2, "LOCAL_WORLD_SIZE": 3}.items():
        monkeypatch.setenv(name, str(value))
    with pytest.raises(TrainingError, match="start torchrun with --nproc-per-node 2"), joined():
        pass


def test_an_unknown_precision_is_told_which_there_are() -> None:
    with pytest.raises(TrainingError, match="no precision 'int8'; there are: float32, bf16"):
        alone("cpu", precision="int8")


@pytest.fixture
def signals():
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_keeps_the_run_and_only_the_first_worker_heeds_it(number: int) -> None:
    for report, wish in ((LeadReport(SilentReport()), "later"), (SilentReport(), None)):
        report.listens()
        assert report.wish() is None
        signal.raise_signal(number)
        assert report.wish() == wish


@pytest.mark.parametrize(("rank", "said"), [(0, True), (1, False)])
def test_only_the_first_worker_speaks(rank: int, said: bool, monkeypatch, capsys) -> None:
    joining = nullcontext(Workers(torch.device("cpu"), rank, 2))
    monkeypatch.setattr("clave.training.workers.joined", lambda *_, **__: joining)
    with working("cpu", "float32", 1, "bars") as (workers, report):
        print("read")
        report.follow("reading", 1, 2)
    assert workers.leads == (rank == 0)
    out = capsys.readouterr().out
    assert ("read" in out) == bool(out) == said
