"""What clicks and draws play, beside real bars: whether it can be played, where its beat 1 is, and how it feels."""

from dataclasses import dataclass

import numpy as np

from clave.evaluation.rhythm.beats import MIN_HITS, Beats
from clave.evaluation.rhythm.context import Evaluation, HeldOut, Rows, random_rows
from clave.evaluation.rhythm.metrics import Hits
from clave.music.kit import voice
from clave.music.shapes import Bool, Float, Float32, Float64, Int
from clave.music.units import STEPS_PER_QUARTER
from clave.rhythm.hands import extra_hands
from clave.rhythm.space import RhythmSpace

CLICKS = 2000  # points
CLICK_CELL = 0.2  # map units, the side of the cells in which the corpus lies or does not
TURNED_NATS = 2.0  # by which a bar has to be likelier turned by a quarter, to count as turned
LIKELIHOOD_BARS, LIKELIHOOD_DRAWS = 200, 64  # whose cost of turning is measured, and draws of importance sampling
VELOCITY_BINS = 16
MIDDLE_VELOCITY = (0.4, 0.7)  # neither ghost note nor accent
MIN_HATS = 4  # in a bar whose timing is measured
KICK, SNARE, HAT = (voice(name).index for name in ("kick", "snare", "closed hi-hat"))


@dataclass(frozen=True, eq=False)
class PositionModel:
    """Each cell struck independently, as often as in the bars it was fitted to: a plain idea of where beat 1 is."""

    logit: Float64[np.ndarray, "8 64"]

    @classmethod
    def fit(cls, hits: Hits) -> "PositionModel":
        """Closed form, with half a stroke and half a rest added to each cell."""
        share = (hits.sum(axis=0) + 0.5) / (len(hits) + 1)
        return cls(np.log(share) - np.log1p(-share))

    def turn_gain(self, hits: Hits) -> Float64[np.ndarray, " bar"]:
        """How many nats likelier each bar is when it is turned by a quarter, in the better direction.

        Half a bar is left out: many bars have two halves that are alike.
        """
        own, later, earlier = (self.log_odds(turned(hits, quarters)) for quarters in (0, 1, -1))
        return np.maximum(later, earlier) - own

    def log_odds(self, hits: Hits) -> Float64[np.ndarray, " bar"]:
        """Log p of each bar in nats, less that of silence, which no turn changes."""
        return (hits * self.logit).sum(axis=(1, 2))


def turned(rows: Float[np.ndarray, "bar 8 64"] | Hits, quarters: int = 1) -> np.ndarray:
    """Bars so many quarters later: what was struck on 1 comes on 2, and what was on 4 on 1."""
    return np.roll(rows, quarters * STEPS_PER_QUARTER, axis=2)


def click_points(space: RhythmSpace, count: int, rng: np.random.Generator) -> Float32[np.ndarray, "point 2"]:
    """Points drawn uniformly over where the corpus lies: over the cells of a lattice that hold a bar of it."""
    cells = np.unique(np.floor(space.corpus.map / CLICK_CELL), axis=0)
    chosen = cells[rng.integers(len(cells), size=count)]
    return (CLICK_CELL * (chosen + rng.random((count, 2)))).astype(np.float32)


def sets(evaluation: Evaluation, held_out: HeldOut) -> dict[str, Beats]:
    """The bars that are compared, by the name of their row; at most as many of each as clicks."""
    rng, name, train = evaluation.rng(), evaluation.name, evaluation.data.train
    clicks = evaluation.space.at(click_points(evaluation.space, CLICKS, rng))
    return {
        f"{name}, clicks": Beats.from_patterns(clicks),
        f"{name}, samples": evaluation.samples,
        "real, training": train.subset(random_rows(len(train), CLICKS, rng)),
        "real, held out": held_out.beats,
    }


def playable(evaluation: Evaluation, held_out: HeldOut) -> Rows:
    """Shares of bars that need three hands, that sound turned by a quarter, and that have no stroke, few or no kick."""
    model = PositionModel.fit(evaluation.data.train.hits)
    return {
        row: {
            "bars": len(beats), "three_hands": _share(extra_hands(beats.hits) > 0),
            "turned": _share(model.turn_gain(beats.hits) > TURNED_NATS),
            "silent": _share(_strokes(beats) == 0), "few": _share(_strokes(beats) < MIN_HITS),
            "no_kick": _share(beats.hits[:, KICK].sum(axis=1) == 0), "strokes": float(_strokes(beats).mean()),
        }
        for row, beats in sets(evaluation, held_out).items()
    }  # fmt: skip


def turning(evaluation: Evaluation, held_out: HeldOut) -> Rows:
    """What it costs to turn real held-out bars by a quarter, in nats, by the space and by the positions alone."""
    real = held_out.beats.subset(random_rows(len(held_out.beats), LIKELIHOOD_BARS, evaluation.rng()))
    moved = Beats(turned(real.velocity), turned(real.offset), real.style)
    rows: Rows = {}

    def by_space() -> dict[str, float]:
        straight, late = (evaluation.space.log_likelihood(beats.patterns, LIKELIHOOD_DRAWS) for beats in (real, moved))
        return {"bars": len(real), "nats": float((straight - late).mean()), "prefers": _share(late > straight)}

    evaluation.add_row(rows, evaluation.name, by_space)
    model = PositionModel.fit(evaluation.data.train.hits)
    cost = model.log_odds(real.hits) - model.log_odds(moved.hits)
    rows["positions alone"] = {"bars": len(real), "nats": float(cost.mean()), "prefers": _share(cost < 0)}
    return rows


def feel(evaluation: Evaluation, held_out: HeldOut) -> Rows:
    """Velocities of the snare and timing of the closed hi-hat, beside those of held-out bars."""
    real = held_out.beats
    return {
        row: {
            "snare_overlap": velocity_overlap(_velocities(beats, SNARE), _velocities(real, SNARE)),
            "snare_middle": _share(_in_the_middle(_velocities(beats, SNARE))),
            "hat_spread": hat_spread(beats),
        }
        for row, beats in sets(evaluation, held_out).items()
    }  # fmt: skip


def velocity_overlap(x: Float[np.ndarray, " one"], y: Float[np.ndarray, " other"]) -> float:
    """The area under the smaller of two histograms of velocities in [0, 1]: 1 for the same, 0 without strokes."""
    counts = [np.histogram(each, VELOCITY_BINS, (0, 1))[0] / max(1, len(each)) for each in (x, y)]
    return float(np.minimum(*counts).sum())


def hat_spread(beats: Beats) -> float | None:
    """The standard deviation of the offsets of the closed hi-hat within a bar, in steps.

    The mean over all bars with at least MIN_HATS of its strokes; None where there is no such bar.
    """
    struck = beats.hits[:, HAT]
    spread = [
        offset[hits].std() for offset, hits in zip(beats.offset[:, HAT], struck, strict=True) if hits.sum() >= MIN_HATS
    ]
    return float(np.mean(spread)) if spread else None


def _strokes(beats: Beats) -> Int[np.ndarray, " bar"]:
    return beats.hits.sum(axis=(1, 2))


def _velocities(beats: Beats, index: int) -> Float[np.ndarray, " stroke"]:
    return beats.velocity[:, index][beats.hits[:, index]]


def _in_the_middle(velocity: Float[np.ndarray, " stroke"]) -> Bool[np.ndarray, " stroke"]:
    low, high = MIDDLE_VELOCITY
    return (velocity >= low) & (velocity <= high)


def _share(these: Bool[np.ndarray, " bar"]) -> float:
    return float(these.mean()) if len(these) else 0.0
