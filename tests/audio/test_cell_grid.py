"""Cells of a transform: means of magnitudes, and the ways back."""

import numpy as np
import pytest

from clave.audio import cell_grid
from clave.audio.cell_grid import FLOOR, CellGrid, widening

GRID = CellGrid(widening(8, 20, 60), np.concatenate([np.arange(10), np.linspace(10, 90, 9).astype(np.int64)]))
CELLS = np.random.default_rng(0).normal(0, 1, (20, 18)).astype(np.float32)


def test_cells_widen_and_cover_all_bands():
    widths = np.diff(GRID.bands)
    assert (GRID.bands[0], GRID.bands[-1], len(widths)) == (0, 60, 20)
    assert (widths[:8] == 1).all()
    assert (np.diff(widths) >= -1).all()  # rounding


def test_a_mean_is_that_of_the_logarithms_in_a_cell():
    magnitude = np.random.default_rng(1).gamma(1, 1, (60, 90)).astype(np.float32)
    cell = np.log(magnitude[GRID.bands[12] : GRID.bands[13], GRID.frames[15] : GRID.frames[16]] + FLOOR)
    assert cell.size > 9
    assert GRID.means(magnitude)[12, 15] == pytest.approx(cell.mean(), abs=1e-5)


def test_both_ways_back_keep_what_is_level_and_the_linear_one_stays_between_its_cells():
    level = np.full_like(CELLS, 0.7)
    for again in (GRID.magnitudes(level), GRID.tone_magnitudes(level)):
        np.testing.assert_allclose(again, np.exp(0.7) - FLOOR, rtol=1e-4)
    between = GRID.interpolated(CELLS)
    assert CELLS.min() <= between.min() < between.max() <= CELLS.max()


def test_splines_follow_slopes_to_the_edge_and_come_near_to_the_means(monkeypatch):
    decay = np.tile(-0.05 * np.arange(90), (60, 1)).astype(np.float32)
    np.testing.assert_allclose(np.log(GRID.tone_magnitudes(GRID.means(np.exp(decay)))), decay, atol=0.01)
    assert np.abs(np.log(GRID.magnitudes(GRID.means(np.exp(decay)))) - decay).max() > 0.1
    monkeypatch.setattr(cell_grid, "BAND_STIFFNESS", 1e-6)
    monkeypatch.setattr(cell_grid, "FRAME_STIFFNESS", 1e-6)
    exact = CellGrid(GRID.bands, GRID.frames)
    np.testing.assert_allclose(exact.means(exact.tone_magnitudes(0.3 * CELLS)), 0.3 * CELLS, atol=1e-3)


def test_a_partial_within_a_row_rises_above_its_mean_on_a_spline_alone():
    row, magnitude = 17, np.full((60, 90), 0.1, np.float32)
    centre = int(GRID.bands[row : row + 2].sum()) // 2
    magnitude[centre - 2 : centre + 3] = np.array([0.3, 1.0, 1.6, 1.0, 0.3], np.float32)[:, None]
    means = GRID.means(magnitude)
    linear, spline = (again[centre, 40] for again in (GRID.magnitudes(means), GRID.tone_magnitudes(means)))
    assert linear == pytest.approx(np.exp(means[row, 14]), rel=0.1)
    assert 1.1 * linear < spline < 1.6


def test_the_first_bands_and_frames_are_those_of_the_whole():
    np.testing.assert_allclose(GRID.magnitudes(CELLS, 33), GRID.magnitudes(CELLS)[:, :33], rtol=1e-5)
    np.testing.assert_allclose(GRID.tone_magnitudes(CELLS, 11, 33), GRID.tone_magnitudes(CELLS)[:11, :33], rtol=1e-5)


@pytest.mark.parametrize("last", [0, 5, 12, 17])
def test_after_the_frames_above_a_level_nothing_is_louder(last):
    cells = np.full_like(CELLS, -1)
    cells[3, last] = 1
    count, least = GRID.frames_above(cells, np.float32(0)), np.float32(0)
    levels = GRID.interpolated(cells)
    assert (levels[:, count:] <= least).all()
    assert levels[3, :count].max() > 0.8
    assert GRID.frames_above(cells, np.float32(2)) == 0
