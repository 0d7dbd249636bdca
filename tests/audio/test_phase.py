"""Phase: drums come back from magnitudes alone, by each estimator as near as it should, and nothing else goes in."""

import numpy as np
import pytest

from clave import NSGT, factory
from clave.audio import phase
from clave.audio.nsgt import Linear
from clave.audio.phase import DEFAULT, ESTIMATORS, Descent, GradientIntegration, GriffinLim, ImpulsePhase, RandomPhase
from clave.audio.stft import STFT
from clave.audio.transform import Transform
from clave.errors import TransformError

LENGTH = 12_000
STEPS = {"Griffin-Lim": GriffinLim(30), "fast Griffin-Lim": GriffinLim(30, 0.99)}


def drums() -> list[np.ndarray]:
    """A kick, a snare, a closed hat and a clap."""
    sounds = [factory.kit()[voice].samples[:LENGTH] for voice in ("kick", "snare", "closed hi-hat", "clap")]
    return [np.pad(sound, (0, LENGTH - len(sound))) for sound in sounds]


def error_db(x: np.ndarray, y: np.ndarray) -> float:
    """The multi-resolution error: mean over Hann windows of 2048, 512 and 128, a quarter apart."""
    errors = []
    for size in (2048, 512, 128):
        frames = [
            np.lib.stride_tricks.sliding_window_view(np.pad(sound, size), size)[:: size // 4]
            * np.hanning(size + 1)[:-1]
            for sound in (x, y)
        ]
        one, other = (np.abs(np.fft.rfft(each)) for each in frames)
        errors.append(20 * np.log10(np.linalg.norm(one - other) / np.linalg.norm(one)))
    return float(np.mean(errors))


def mean_error_db(estimator: phase.PhaseEstimator, transform: Transform) -> float:
    return float(np.mean([error_db(x, estimator.estimate(np.abs(transform.forward(x)), transform)) for x in drums()]))


@pytest.mark.parametrize(
    ("name", "at_most_db"),
    [
        ("Griffin-Lim", -7),
        ("fast Griffin-Lim", -9),
        ("impulse at the onset", -10),
        ("integration", -14),
        ("integration, refined", -18),
        ("integration, descent", -20),
    ],
)
def test_each_estimator_comes_as_near_as_it_should(name: str, at_most_db: float) -> None:
    assert mean_error_db(STEPS.get(name, ESTIMATORS[name]), STFT(length=LENGTH)) <= at_most_db


def test_every_estimator_is_tested_by_name() -> None:
    assert DEFAULT in ESTIMATORS.values()
    assert len(ESTIMATORS) == 6


def test_integration_works_on_bands_of_varying_width() -> None:
    transform = NSGT(length=LENGTH, width=4)
    assert mean_error_db(GradientIntegration(), transform) <= -9
    assert mean_error_db(GradientIntegration(), transform) < mean_error_db(RandomPhase(), transform) - 6


def test_a_chirp_s_slopes_are_its_phase_s_slopes() -> None:
    for transform in (STFT(length=20_000), NSGT(length=20_000, scale=Linear(100, 200, 20_000), width=4)):
        time = np.arange(20_000) / 44_100
        true = transform.forward(np.sin(2 * np.pi * (2000 * time + 10_000 * time**2)) * np.hanning(20_000))
        found = GradientIntegration().bands(np.abs(true).astype(np.float32), transform)
        loud = np.abs(true) > 0.03 * np.abs(true).max()
        alike = np.abs(np.vdot(true[loud], found[loud])) / np.sum(np.abs(true[loud]) ** 2)
        assert alike > 0.98  # 1 is the true phase but for one constant


def test_sums_along_a_tree_agree_with_walking_it() -> None:
    rng = np.random.default_rng(0)
    value = rng.normal(size=300)
    start, end = rng.integers(0, 300, (2, 2000))
    start, end = start[start != end], end[start != end]
    found = phase._sum_along_tree(start, end, value[end] - value[start], 300)
    np.testing.assert_allclose(np.ptp(found - value), 0, atol=1e-9)  # steps without contradiction: the tree is free

    # With contradiction, the first edges win: two triangles and a bridge, in this order.
    start, end = np.array([0, 1, 3, 4, 2, 5, 2]), np.array([1, 2, 4, 5, 0, 3, 3])
    found = phase._sum_along_tree(start, end, np.array([1.0, 1, 1, 1, 50, 50, 7]), 6)
    np.testing.assert_allclose(found - found[0], [0, 1, 2, 9, 10, 11])

    apart = phase._sum_along_tree(np.array([0, 2]), np.array([1, 3]), np.array([3.0, 4.0]), 5)
    assert (apart[1] - apart[0], apart[3] - apart[2], apart[4]) == (3, 4, 0)


def test_the_impulse_s_own_phase_is_found() -> None:
    transform = STFT(length=2000)
    click = np.zeros(2000, np.float32)
    click[88] = 1  # 2 ms
    found = ImpulsePhase(88 / 44_100).estimate(np.abs(transform.forward(click)), transform)
    np.testing.assert_allclose(found, click, atol=1e-4)


@pytest.mark.parametrize("name", ESTIMATORS)
@pytest.mark.parametrize("transform", [STFT(length=500), NSGT(length=500)], ids=["stft", "nsgt"])
def test_silence_stays_silent_and_the_same_comes_out_twice(name: str, transform: Transform) -> None:
    silence = np.zeros((transform.bands, transform.frames), np.float32)
    assert not ESTIMATORS[name].estimate(silence, transform).any()
    magnitude = np.random.default_rng(1).gamma(1.0, size=(2, transform.bands, transform.frames)).astype(np.float32)
    once, twice = (ESTIMATORS[name].estimate(magnitude, transform) for _ in range(2))
    assert once.shape == (2, 500)
    assert np.isfinite(once).all()
    np.testing.assert_array_equal(once, twice)
    np.testing.assert_array_equal(once[1], ESTIMATORS[name].estimate(magnitude[1], transform))


def test_more_steps_come_nearer() -> None:
    transform = STFT(length=LENGTH)
    errors = [mean_error_db(GriffinLim(steps, 0.99, GradientIntegration()), transform) for steps in (0, 4, 16)]
    assert errors == sorted(errors, reverse=True)
    assert errors[0] == pytest.approx(mean_error_db(GradientIntegration(), transform), abs=1e-3)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: GriffinLim(-1), "got -1"),
        (lambda: GriffinLim(1, 1.5), "1.5"),
        (lambda: GradientIntegration(0.0), "got 0.0"),
        (lambda: Descent(-1), "got -1"),
        (lambda: DEFAULT.estimate(np.ones((3, 4), np.float32), STFT(length=500)), r"513 bands x 11 frames.*\(3, 4\)"),
        (lambda: DEFAULT.estimate(-np.ones((513, 11), np.float32), STFT(length=500)), "not negative"),
        (lambda: DEFAULT.estimate(np.full((513, 11), np.nan, np.float32), STFT(length=500)), "finite"),
    ],
)
def test_what_has_no_phase_is_refused(make, says: str) -> None:
    with pytest.raises(TransformError, match=says):
        make()
