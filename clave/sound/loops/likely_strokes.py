"""Strokes judged once more, knowing where in the bar they lie: what the network hears, times what the map expects."""

import numpy as np

from clave.music.kit import VOICES
from clave.music.shapes import Float32
from clave.music.units import steps_per_bar
from clave.rhythm.map_search import MapSearch
from clave.sound.loops.bar_lines import BarGrid, Evidence, cells_of, soft_bars

EXPECTATION = 0.35  # how much the map's log odds count beside the network's
MAX_LOG_ODDS = 4.0  # of what the map expects
TEMPER = 0.5  # the posterior over the map is that of half the evidence: strokes are uncertain


def likely_strokes(evidence: Evidence, grid: BarGrid, search: MapSearch) -> Float32[np.ndarray, "stroke voice"]:
    """The probability of each voice at each candidate, given the whole bar."""
    steps = steps_per_bar(grid.meter)
    bars = soft_bars(evidence, grid)
    expected = _expected_logit(bars, search)
    usual = np.log(0.08 / 0.92)  # log odds of a stroke in a cell that says nothing
    cell, _ = cells_of(evidence.seconds, grid)
    odds = _logit(evidence.voices)
    for row, at in enumerate(cell.tolist()):
        if at >= 0:
            surprise = np.clip(expected[at // steps, :, at % steps] - usual, -MAX_LOG_ODDS, MAX_LOG_ODDS)
            odds[row] += EXPECTATION * surprise
    return (1 / (1 + np.exp(-odds))).astype(np.float32)


def _expected_logit(
    bars: Float32[np.ndarray, "bar voice step"], search: MapSearch
) -> Float32[np.ndarray, "bar voice step"]:
    """The log odds of a hit in each cell, with the map point integrated out; all bars of a loop share it."""
    logit = search.logit.reshape(len(search.points), -1)
    silent = search.log_prior - np.logaddexp(0, logit).sum(axis=1)
    log_posterior = (bars.reshape(len(bars), -1) @ logit.T + silent).astype(np.float64) * TEMPER
    weight = np.exp(log_posterior - log_posterior.max(axis=1, keepdims=True))
    weight /= weight.sum(axis=1, keepdims=True)
    chosen = weight > 1e-4
    share = np.stack(
        [(weight[bar][near, None] / (1 + np.exp(-logit[near]))).sum(axis=0) for bar, near in enumerate(chosen)]
    )
    return _logit(share.reshape(len(bars), len(VOICES), -1).astype(np.float32))


def _logit(probability: Float32[np.ndarray, "*shape"]) -> Float32[np.ndarray, "*shape"]:
    kept = np.clip(probability, 1e-4, 1 - 1e-4)
    return np.log(kept / (1 - kept))
