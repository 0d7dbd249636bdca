"""Phase estimation: sounds from magnitudes alone.

An estimator turns magnitudes into complex bands; the inverse of the transform makes them a sound. Nothing here is an
inverse: the phase is lost, and what fills the gap is called an estimate. docs/phase.md compares them all.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np

from clave.audio.transform import Transform
from clave.errors import MissingExtraError, TransformError
from clave.music.shapes import Bool, Complex, Float, Float32, Float64, Int64, Shaped

ONSET_S = 0.002  # where a trimmed one-shot begins: the lead-in before its onset
LEAST = 1e-7  # of the largest magnitude: smaller ones are raised to it before the logarithm
FEW_BINS = 0.5  # of all: where no more than these sound, the others are not computed with
SMALLEST = 1e-30  # added to magnitudes that are divided by


class PhaseEstimator(ABC):
    """A method to estimate the phase."""

    def estimate(
        self, magnitude: Shaped[np.ndarray, "*batch band frame"], transform: Transform
    ) -> Float32[np.ndarray, "*batch sample"]:
        """A sound, or a batch, whose bands under this transform have nearly these magnitudes.

        Raises TransformError unless they are finite, not negative, and (bands, frames) of the transform.
        """
        magnitude = np.asarray(magnitude, np.float32)
        if magnitude.shape[-2:] != (transform.bands, transform.frames):
            raise TransformError(
                f"magnitudes of this transform are {transform.bands} bands x {transform.frames} frames, "
                f"got shape {magnitude.shape}"
            )
        if not (magnitude >= 0).all() or not np.isfinite(magnitude).all():
            raise TransformError(f"magnitudes are finite and not negative, got {magnitude.min()} to {magnitude.max()}")
        sounds = np.empty((*magnitude.shape[:-2], transform.length), np.float32)
        for index in np.ndindex(magnitude.shape[:-2]):
            sounds[index] = transform.inverse(self.bands(magnitude[index], transform))
        return sounds

    @abstractmethod
    def bands(
        self, magnitude: Float32[np.ndarray, "band frame"], transform: Transform
    ) -> Complex[np.ndarray, "band frame"]:
        """The complex bands of one sound."""


@dataclass(frozen=True)
class RandomPhase(PhaseEstimator):
    """Uniform random phase: where the paper's Griffin-Lim starts."""

    seed: int = 0

    def bands(
        self, magnitude: Float32[np.ndarray, "band frame"], transform: Transform
    ) -> Complex[np.ndarray, "band frame"]:
        """Uniform in [0, 2 pi), by the seed."""
        return _polar(
            magnitude, np.random.default_rng(self.seed).uniform(0, 2 * np.pi, (transform.bands, transform.frames))
        )


@dataclass(frozen=True)
class ImpulsePhase(PhaseEstimator):
    """The phase of an impulse at the onset, close to that of a drum's first milliseconds."""

    onset_s: float = ONSET_S

    def bands(
        self, magnitude: Float32[np.ndarray, "band frame"], transform: Transform
    ) -> Complex[np.ndarray, "band frame"]:
        """2 pi f (t - onset)."""
        after_s = _frame_times_s(transform) - self.onset_s
        return _polar(magnitude, _without_carrier(2 * np.pi * np.outer(transform.centres_hz, after_s), transform))


@dataclass(frozen=True)
class GradientIntegration(PhaseEstimator):
    """Phase gradient heap integration without the heap: phase gradients follow from those of the log magnitude.

    For a Gaussian window exp(-pi t^2 / gamma) and the phase p(t, f) of each frame's centre, s = log magnitude:

        dp/dt = 2 pi f + ds/df / gamma,    dp/df = -gamma ds/dt

    (Prusa, Balazs, Sondergaard, "A noniterative method for reconstruction of phase from STFT magnitude", IEEE/ACM
    TASLP 25(5), 2017; for bands of varying width: Prusa, Holighaus, EUSIPCO 2017). They integrate from the loudest bin
    on, always next to the loudest known bin, by a heap; here the steps between neighbours form a maximum spanning tree
    by the magnitudes at both ends of each step. That needs no heap, only whole arrays.

    Bins more than `floor_db` below the loudest are left out of the sum and get the phase of steady sines.
    """

    floor_db: float = 60.0

    def __post_init__(self) -> None:
        if not 0 < self.floor_db <= 140:
            raise TransformError(f"the floor lies in (0, 140] dB, got {self.floor_db}")

    def bands(
        self, magnitude: Float32[np.ndarray, "band frame"], transform: Transform
    ) -> Complex[np.ndarray, "band frame"]:
        """Gradients, steps between neighbours, their sum."""
        magnitude = np.ascontiguousarray(magnitude)
        loudest = float(magnitude.max())
        if loudest == 0:
            return _polar(magnitude, np.zeros(magnitude.shape))
        log = np.log(np.maximum(magnitude, LEAST * loudest))
        along_time, along_band = _phase_steps(log, transform)
        audible = magnitude > 10 ** (-self.floor_db / 20) * loudest
        spread = np.pi / 2 / transform.bands * np.square(np.arange(transform.bands))  # or they would add up to a click
        played = np.flatnonzero(magnitude)  # few, where a sound is mostly noise
        band, frame = np.divmod(played, transform.frames)
        phase = 2 * np.pi * transform.centres_hz[band] * _frame_times_s(transform)[frame] + spread[band]
        phase[audible.take(played)] = _sum_steps(log, along_time, along_band, audible)
        if transform.carrier is not None:
            phase -= transform.carrier.take(played)
        bands = np.zeros(magnitude.shape, np.complex64)
        bands.put(played, _polar(magnitude.take(played), phase))
        return bands


def _identity(samples: Any) -> Any:
    return samples


@dataclass(frozen=True)
class GriffinLim(PhaseEstimator):
    """Alternating projections: make a sound, take its bands, restore the magnitudes.

    Griffin, Lim 1984; with `momentum`, the fast version, which steps on along the last change (Perraudin, Balazs,
    Sondergaard, WASPAA 2013; they advise 0.99).
    """

    iterations: int = 100
    momentum: float = 0.0
    start: PhaseEstimator = field(default_factory=RandomPhase)
    constraint: Callable[[Any], Any] = _identity  # what else is known of the sound, applied in each round

    def __post_init__(self) -> None:
        if self.iterations < 0 or not 0 <= self.momentum <= 1:
            raise TransformError(
                f"iterations are 0 or more and momentum lies in [0, 1], got {self.iterations} and {self.momentum}"
            )

    def bands(
        self, magnitude: Float32[np.ndarray, "band frame"], transform: Transform
    ) -> Complex[np.ndarray, "band frame"]:
        """The last bands, with the magnitudes restored."""
        start, wanted = (each.T.reshape(-1) for each in (self.start.bands(magnitude, transform), magnitude))
        played = np.flatnonzero(wanted)
        where = played if len(played) < wanted.size * FEW_BINS else slice(None)
        last = ahead = start[where]
        wanted = wanted[where]
        restored = np.zeros((transform.frames, transform.bands), start.dtype)  # bands of a frame side by side
        flat = restored.reshape(-1)
        for _ in range(self.iterations):
            flat[where] = with_magnitude(ahead, wanted)
            sound = self.constraint(transform.inverse(restored.T))
            consistent = transform.forward(sound).T.reshape(-1)[where]
            ahead = consistent - last * (self.momentum / (1 + self.momentum))  # only its phases count, not its size
            last = consistent
        flat[where] = with_magnitude(last, wanted)
        return restored.T


@dataclass(frozen=True)
class Descent(PhaseEstimator):
    """Gradient descent on samples: L-BFGS on the squared error of the magnitudes, from another estimate.

    Slower than a few steps of Griffin-Lim, and more accurate the longer it may run.
    """

    iterations: int = 30
    start: PhaseEstimator = field(default_factory=GradientIntegration)

    def __post_init__(self) -> None:
        if self.iterations < 0:
            raise TransformError(f"iterations are 0 or more, got {self.iterations}")

    def bands(
        self, magnitude: Float32[np.ndarray, "band frame"], transform: Transform
    ) -> Complex[np.ndarray, "band frame"]:
        """The bands of the sound that came out."""
        minimize = _minimize()
        first = transform.inverse(self.start.bands(magnitude, transform))
        bands = transform.forward(first)
        magnitude = _laid_out_like(bands, magnitude)
        if self.iterations == 0 or not first.any():  # L-BFGS takes a step before it counts
            return bands
        gain = float(np.vdot(bands, bands).real / np.vdot(first, first))

        def error(samples: Float64[np.ndarray, " sample"]) -> tuple[float, Float64[np.ndarray, " sample"]]:
            """Half the squared distance to the nearest bands with these magnitudes, and its gradient.

            The gradient is the adjoint of `forward`; the inverse is the same up to a factor, since the squares of the
            STFT's windows sum to nearly the same everywhere.
            """
            bands = transform.forward(samples.astype(np.float32))
            residual = bands - with_magnitude(bands, magnitude)
            squares = float(np.vdot(residual, residual).real)
            return squares / 2 / gain, transform.inverse(residual).astype(np.float64)

        options = {"maxiter": self.iterations, "gtol": 0.0, "ftol": 0.0}
        best: Any = minimize(error, first.astype(np.float64), jac=True, method="L-BFGS-B", options=options)
        return transform.forward(best.x.astype(np.float32))


def _minimize() -> Any:
    try:
        from scipy.optimize import minimize
    except ImportError as error:
        raise MissingExtraError(
            "the phase estimator Descent needs SciPy: install the extra, pip install 'clave[train]'"
        ) from error
    return minimize


DEFAULT = GriffinLim(8, 0.99, GradientIntegration())
"""The estimator that decodes sounds, on the magnitudes of an `STFT()`."""

ESTIMATORS: Mapping[str, PhaseEstimator] = MappingProxyType(
    {
        "Griffin-Lim": GriffinLim(100),
        "fast Griffin-Lim": GriffinLim(100, 0.99),
        "impulse at the onset": GriffinLim(30, 0.99, ImpulsePhase()),
        "integration": GradientIntegration(),
        "integration, refined": DEFAULT,
        "integration, descent": Descent(30, GradientIntegration()),
    }
)
"""The estimators by name, as docs/phase.md compares them."""


def _polar(magnitude: Float32[np.ndarray, "*shape"], phase: Float64[np.ndarray, "*shape"]) -> Any:
    """Magnitude and phase as one complex number; the phase is wrapped while it still has all its digits."""
    phase = np.remainder(phase, 2 * np.pi).astype(np.float32)
    bands = np.empty(magnitude.shape, np.complex64)
    bands.real, bands.imag = np.cos(phase), np.sin(phase)
    bands *= magnitude
    return bands


def with_magnitude(bands: Any, magnitude: Float32[np.ndarray, "*shape"]) -> Complex[np.ndarray, "*shape"]:
    """These phases with those magnitudes."""
    factor = np.abs(bands)
    factor += np.float32(SMALLEST)
    np.divide(magnitude, factor, out=factor)
    return bands * factor


def _laid_out_like(bands: Any, magnitude: Float32[np.ndarray, "band frame"]) -> Float32[np.ndarray, "band frame"]:
    """The same magnitudes in the memory order of these bands, so that operations on both are contiguous."""
    if magnitude.strides[0] < magnitude.strides[1] == (bands.strides[0] < bands.strides[1]):
        return magnitude
    same = np.empty_like(bands, np.float32)
    same[...] = magnitude
    return same


def _frame_times_s(transform: Transform) -> Float64[np.ndarray, " frame"]:
    return transform.first_frame_s + transform.frame_seconds * np.arange(transform.frames)


def _without_carrier(
    phase: Float64[np.ndarray, "band frame"], transform: Transform
) -> Float64[np.ndarray, "band frame"]:
    """The phase relative to the transform's carrier."""
    carrier = transform.carrier
    return phase if carrier is None else phase - carrier


def _phase_steps(
    log: Float32[np.ndarray, "band frame"], transform: Transform
) -> tuple[Float32[np.ndarray, "band later"], Float32[np.ndarray, "above frame"]]:
    """The phase from each bin to the next frame and to the next band, in radians, the former within a turn.

    Each gradient is the mean of the central differences at both ends.
    """
    hz, hop_s = transform.centres_hz, transform.frame_seconds
    spread_s2 = transform.spread_s2.astype(np.float32)[:, None]
    apart_hz = np.maximum(hz[2:] - hz[:-2], LEAST).astype(np.float32)[:, None]

    in_time = np.zeros_like(log)  # of the phase beyond 2 pi f t, a frame
    in_time[1:-1] = (log[2:] - log[:-2]) * (hop_s / apart_hz / spread_s2[1:-1])
    turn = np.remainder(2 * np.pi * hz * hop_s, 2 * np.pi).astype(np.float32)[:, None]
    along_time = (in_time[:, 1:] + in_time[:, :-1]) / 2 + turn

    in_band = np.zeros_like(log)  # a Hz
    in_band[:, 1:-1] = (log[:, 2:] - log[:, :-2]) * (-spread_s2 / (2 * hop_s))
    along_band = (in_band[1:] + in_band[:-1]) / 2 * np.diff(hz).astype(np.float32)[:, None]
    return along_time, along_band


def _sum_steps(
    log: Float32[np.ndarray, "band frame"],
    along_time: Float32[np.ndarray, "band later"],
    along_band: Float32[np.ndarray, "above frame"],
    audible: Bool[np.ndarray, "band frame"],
) -> Float64[np.ndarray, " audible"]:
    """Phases of the audible bins: steps between neighbours, summed along their maximum spanning tree by loudness."""
    frames = audible.shape[1]
    later = np.flatnonzero(audible[:, 1:] & audible[:, :-1])
    above = np.flatnonzero(audible[1:] & audible[:-1])
    before = np.concatenate([later + later // (frames - 1), above])  # places in the flattened matrix
    after = before + np.repeat([1, frames], [len(later), len(above)])
    step = np.concatenate([along_time.take(later), along_band.take(above)])

    loudness = log.take(before) + log.take(after)
    quieter = 2 * log.max() - loudness  # than the loudest step there could be; 16 bits sort ten times as fast
    order = np.argsort(
        (quieter * (65_535 / max(float(quieter.max(initial=0)), LEAST))).astype(np.uint16), kind="stable"
    )
    number = np.zeros(audible.size, np.int64)
    number[audible.ravel()] = np.arange(np.count_nonzero(audible))
    before, after = number.take(before.take(order)), number.take(after.take(order))
    return _sum_along_tree(before, after, step.take(order), int(np.count_nonzero(audible)))


def _sum_along_tree(
    start: Int64[np.ndarray, " edge"], end: Int64[np.ndarray, " edge"], step: Float[np.ndarray, " edge"], nodes: int
) -> Float64[np.ndarray, " node"]:
    """Values of the nodes such that `value[end] - value[start] = step` along the first edges that span them all.

    Boruvka 1926, whole arrays at a time: each tree of the forest takes its first edge that leads to another tree, and
    trees that join shift their values to agree; so their number halves at least in each round. Edges come best first;
    one node of each tree has the value 0.
    """
    tree, value, trees = np.arange(nodes), np.zeros(nodes), nodes
    while True:
        here, there = tree.take(start), tree.take(end)
        bridges = np.flatnonzero(here != there)
        if not len(bridges):
            return value
        start, end, step, here, there = (each.take(bridges) for each in (start, end, step, here, there))

        backwards = np.arange(len(start))[::-1]
        leaving, entering = np.full((2, trees), len(start))  # the first edge out of each tree, and the first into it
        leaving[here[::-1]] = backwards  # what is written last stays
        entering[there[::-1]] = backwards
        first = np.minimum(leaving, entering)
        joining = np.flatnonzero(first < len(start))
        edge = first.take(joining)
        leaves = leaving.take(joining) == edge
        gap = value.take(start.take(edge)) + step.take(edge) - value.take(end.take(edge))
        parent, shift = np.arange(trees), np.zeros(trees)
        parent[joining] = np.where(leaves, there.take(edge), here.take(edge))
        shift[joining] = np.where(leaves, -gap, gap)

        itself = np.arange(trees)
        roots = np.flatnonzero((parent.take(parent) == itself) & (itself < parent))  # of two that took the same edge
        parent[roots], shift[roots] = roots, 0
        while not np.array_equal(grandparent := parent.take(parent), parent):
            shift += shift.take(parent)
            parent = grandparent

        value += shift.take(tree)
        roots = np.flatnonzero(parent == itself)
        itself[roots] = np.arange(len(roots))
        tree, trees = itself.take(parent).take(tree), len(roots)
