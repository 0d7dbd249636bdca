"""The stroke network: loops to learn from, and that it learns to compare the candidates of a loop."""

from pathlib import Path

import numpy as np
import pytest
import torch

from clave.errors import TrainingError
from clave.music.kit import VOICES
from clave.sound.loops.stroke_cells import SHAPE
from clave.sound.loops.strokes import SHIPPED_STROKES
from clave.training.loop_examples import StrokeExamples
from clave.training.models.stroke_net import StrokeNet
from clave.training.stroke_run import f_measure, fit, fit_whole_loops, loop_rows, take_convolutions

FEW = 24


def examples(loops: int = 4) -> StrokeExamples:
    """Kick and hat in turn; whether the cells are of the one or the other is heard in their bands."""
    rng, count = np.random.default_rng(0), loops * FEW
    kick = np.arange(count) % 2 == 0
    decibels = np.full((count, *SHAPE[1:]), -60)
    decibels[kick, :12, 6:] = -5
    decibels[~kick, 30:, 6:] = -10
    struck = np.zeros((count, len(VOICES)), bool)
    struck[kick, 0], struck[~kick, 2] = True, True
    return StrokeExamples(
        (decibels + rng.integers(-3, 3, decibels.shape)).astype(np.int8),
        np.full((count, SHAPE[1]), -5, np.int8),
        struck,
        struck * np.float32(0.8),
        np.arange(count) // FEW,
        (0.25 * (np.arange(count) % FEW)).astype(np.float32),
    )


def test_rows_of_loops_are_those_of_their_numbers() -> None:
    assert [(rows[0], rows[-1]) for rows in loop_rows(examples(2))] == [(0, FEW - 1), (FEW, 2 * FEW - 1)]


def test_what_compares_candidates_learns_and_the_convolutions_stay() -> None:
    torch.manual_seed(0)
    network = StrokeNet()
    take_convolutions(network, SHIPPED_STROKES / "strokes.onnx")
    before = [each.clone() for each in network.convolutions.parameters()]
    worse = f_measure(network.eval(), examples())["all voices"]
    fit_whole_loops(examples(), network, epochs=60)
    assert f_measure(network, examples())["all voices"] > max(0.95, worse)
    assert all(torch.equal(one, other) for one, other in zip(before, network.convolutions.parameters(), strict=True))


def test_convolutions_come_back_from_the_file_they_were_folded_into(tmp_path: Path) -> None:
    import onnxruntime

    from clave.training.onnx_export import write_graphs

    torch.manual_seed(0)
    network = StrokeNet()
    take_convolutions(network, SHIPPED_STROKES / "strokes.onnx")
    network.eval()
    write_graphs(tmp_path, network.onnx_graphs())
    again = StrokeNet()
    take_convolutions(again, tmp_path / "strokes.onnx")
    cells, seconds = torch.randn(5, *SHAPE), torch.arange(5.0)
    torch.testing.assert_close(again.eval().features(cells), network.features(cells), atol=1e-3, rtol=1e-3)
    run = onnxruntime.InferenceSession(tmp_path / "strokes.onnx").run(
        None, {"cells": cells.numpy(), "seconds": seconds.numpy()}
    )
    with torch.no_grad():
        np.testing.assert_allclose(run[0], network(cells, seconds)[0].numpy(), atol=1e-3)  # half precision


def test_a_file_of_another_network_is_refused() -> None:
    with pytest.raises(TrainingError, match="convolutions instead of 4"):
        take_convolutions(StrokeNet(), SHIPPED_STROKES.parent / "rhythm" / "encoder.onnx")


def test_candidates_alone_are_learned_too() -> None:
    network = fit(examples(1), epochs=5, seed=1)
    assert np.isfinite(list(f_measure(network, examples(1)).values())).all()


def test_a_loss_that_is_not_finite_is_refused() -> None:
    broken = examples(1)
    broken.velocity[:] = np.nan
    with pytest.raises(TrainingError, match="not finite at step 0"):
        fit_whole_loops(broken, StrokeNet(), epochs=6)
