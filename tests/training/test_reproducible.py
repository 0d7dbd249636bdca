"""The same seed, data, version and number of threads give the same weights, bit for bit, in whatever process."""

import hashlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from toy_bars import TINY, TOY, toy_bars
from toy_sounds import SMALL

from clave.audio.log_spectrogram import BANDS, FRAMES
from clave.rhythm.tokens import TOKEN_CELLS
from clave.training.loop import Recipe, begin, fit
from clave.training.models.feature_grid import FeatureGrid
from clave.training.models.sound_model import Sounds
from clave.training.models.token_prior import BarBefore, TokenPrior
from clave.training.models.vae import Examples
from clave.training.recipes import sound

ROWS = 4096  # of a gradient: enough to be added up by several threads at once
SIXTEENTHS = 24  # of a toy bar


def learned(recipe: Recipe, examples: Examples) -> str:
    """The hash of all weights after an epoch, with what is learned before its first step."""
    run = begin(replace(recipe, epochs=1, batch_size=16))
    run.model.before_training(examples, lambda *_: None)
    prepared = run.model.prepared(examples, torch.Generator().manual_seed(0))
    for _ in fit(run, prepared):
        pass
    digest = hashlib.sha256()
    for name, value in run.model.state_dict().items():
        digest.update(name.encode() + value.numpy().tobytes())
    return digest.hexdigest()


def learned_rhythm() -> str:
    return learned(replace(TOY, model=replace(TINY, search_points=8)), toy_bars(32))


def learned_sound() -> str:
    noise = torch.Generator().manual_seed(0)
    sounds = Sounds(torch.randn(32, BANDS, FRAMES, generator=noise) - 3, torch.arange(32) % 8, torch.ones(32))
    return learned(replace(sound(), model=SMALL, warmup_epochs=1), sounds)


@pytest.fixture
def threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


def test_two_processes_learn_the_same_weights_bit_for_bit() -> None:
    script = (
        f"import torch; torch.set_num_threads({torch.get_num_threads()}); import test_reproducible as own; "
        "print(own.learned_rhythm(), own.learned_sound())"
    )
    folders = [Path(__file__).parent, Path(__file__).parents[1], Path(__file__).parents[2]]
    paths = f"import sys; sys.path[:0] = {[str(each) for each in folders]!r}; "
    other = subprocess.run([sys.executable, "-c", paths + script], capture_output=True, text=True, check=True)
    assert other.stdout.split() == [learned_rhythm(), learned_sound()]


def gradients(loss: Callable[[], torch.Tensor], module: torch.nn.Module, times: int = 12) -> set[bytes]:
    found = set[bytes]()
    for _ in range(times):
        module.zero_grad()
        loss().backward()
        found.add(b"".join(each.grad.numpy().tobytes() for each in module.parameters() if each.grad is not None))
    return found


def test_gradients_of_a_table_add_up_in_one_order(threads: None) -> None:
    torch.manual_seed(0)
    grid = FeatureGrid((6, 12), features=16, edge=3.0)
    points, weight = 3 * torch.rand(ROWS, 2) - 1.5, torch.randn(ROWS, 32)
    assert len(gradients(lambda: (grid(points) * weight).sum(), grid)) == 1


def test_gradients_of_the_places_in_a_bar_add_up_in_one_order(threads: None) -> None:
    torch.manual_seed(0)
    prior = TokenPrior(torch.eye(4, TOKEN_CELLS), 2, width=16, dropout=0.0)
    tokens = torch.randint(5, (ROWS // SIXTEENTHS, SIXTEENTHS))
    cells = torch.eye(5, TOKEN_CELLS)[tokens]
    place = torch.arange(SIXTEENTHS).expand(len(tokens), -1)
    before = BarBefore.of(toy_bars(len(tokens)))

    def loss() -> torch.Tensor:
        log_prob, _ = prior(tokens, cells, torch.ones(len(tokens), 2), place, before, torch.full_like(tokens, 5))
        return log_prob.square().sum()

    assert len(gradients(loss, prior, times=4)) == 1
