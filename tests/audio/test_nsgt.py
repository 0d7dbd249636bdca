"""The transform: exact both ways, the paper's shape, windows as published, and the same in NumPy and torch."""

import subprocess
import sys

import numpy as np
import pytest
import torch

from clave import NSGT, factory
from clave.audio.nsgt import DUAL_FLOOR, Bark, Linear, Mel, Octave, fast_length
from clave.errors import TransformError

SECOND = 44_100
FRAMES = [
    NSGT(),
    NSGT(scale=Mel(128)),
    NSGT(scale=Octave()),
    NSGT(scale=Bark()),
    NSGT(scale=Linear()),
    NSGT(width=2),
    NSGT(width=4, scale=Octave(per_octave=24)),
    NSGT(fast=False, length=11_025, sample_rate=22_050),
]


def noise(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def drums(length: int) -> np.ndarray:
    """Every drum of a built-in kit, cut or filled up to one length."""
    sounds = [clip.samples[:length] for clip in factory.kit().clips]
    return np.array([np.pad(sound, (0, length - len(sound))) for sound in sounds])


def snr_db(x: np.ndarray, y: np.ndarray) -> float:
    wrong = np.sum((x.astype(np.float64) - y) ** 2)
    return float(10 * np.log10(np.sum(x.astype(np.float64) ** 2) / wrong))


@pytest.mark.parametrize("nsgt", FRAMES, ids=repr)
def test_noise_and_drums_come_back_in_single_precision(nsgt: NSGT) -> None:
    for x in (noise(nsgt.length), *drums(nsgt.length)):
        c = nsgt.forward(x)
        assert (c.dtype, c.shape) == (np.complex64, (nsgt.bands, nsgt.frames))
        y = nsgt.inverse(c)
        assert y.dtype == np.float32
        assert snr_db(x, y) >= 120


@pytest.mark.parametrize("nsgt", FRAMES, ids=repr)
def test_double_precision_comes_back_to_its_own_limit(nsgt: NSGT) -> None:
    x = noise(nsgt.length).astype(np.float64)
    c = nsgt.forward(x)
    assert c.dtype == np.complex128
    assert snr_db(x, nsgt.inverse(c)) >= 280


@pytest.mark.parametrize("length", [8, 9, 100, 101, 997, 4096, 44_099, 66_150])
@pytest.mark.parametrize("fast", [False, True])
def test_any_length_comes_back_whole(length: int, fast: bool) -> None:
    nsgt = NSGT(length=length, scale=Mel(32), fast=fast)
    x = noise(length)
    y = nsgt.inverse(nsgt.forward(x))
    assert y.shape == (length,)
    assert snr_db(x, y) >= 120


def test_the_paper_s_setting_has_the_paper_s_shape_and_says_what_it_loses() -> None:
    paper = NSGT.paper()
    assert (paper.sample_rate, paper.length) == (22_050, 11_025)
    assert (paper.bands, paper.frames) == (410, 157)
    steps = np.diff(np.log2(paper.centres_hz[200:-1]))
    np.testing.assert_allclose(steps.mean() * 48, 1, atol=0.01)

    low, high = paper.range_hz
    assert low < 30 < 10_900 < high < 11_025
    time = np.arange(paper.length) / paper.sample_rate
    inside = np.sin(2 * np.pi * 440 * time) * np.hanning(paper.length)
    assert snr_db(inside, paper.inverse(paper.forward(inside))) > 100
    offset = np.ones(paper.length)
    assert np.abs(paper.inverse(paper.forward(offset))).max() < 1e-9


def test_without_the_floor_the_paper_s_frame_would_be_ill_conditioned() -> None:
    paper = NSGT.paper()
    energy = paper._plan.energy
    assert energy.max() / energy[energy > 0].min() > 1e6
    low, high = paper.bounds
    assert high / low < 1e3
    assert low >= DUAL_FLOOR * np.median(energy[energy > 0])


def test_edge_bands_make_the_same_scale_exact() -> None:
    nsgt = NSGT(22_050, 11_025, Octave(30, 11_000, 48))
    x = noise(nsgt.length) + 1
    assert nsgt.range_hz[0] == 0
    assert snr_db(x, nsgt.inverse(nsgt.forward(x))) >= 120


def test_a_band_is_its_window_of_the_spectrum_brought_to_time() -> None:
    nsgt = NSGT(length=4410, scale=Linear(20, 1000, 20_000))
    x = noise(nsgt.length).astype(np.float64)
    spectrum = np.fft.rfft(x)
    centre, size = 400, 200  # the fifth centre is 5000 Hz, in bins of 10 Hz; its neighbours are 2000 Hz apart
    cut = np.zeros(nsgt.frames, complex)
    for offset in range(-size // 2, size // 2):
        cut[offset % nsgt.frames] = spectrum[centre + offset] * (0.5 + 0.5 * np.cos(2 * np.pi * offset / size))
    assert nsgt.centres_hz[4] == 4000
    np.testing.assert_allclose(nsgt.forward(x)[4], np.fft.ifft(cut), atol=1e-12)


def test_a_sine_sounds_in_its_band_and_a_click_in_its_frame() -> None:
    nsgt = NSGT()
    time = np.arange(SECOND) / SECOND
    bands = np.abs(nsgt.forward(np.sin(2 * np.pi * 1000 * time))).mean(1)
    assert abs(nsgt.centres_hz[bands.argmax()] - 1000) < 10

    click = np.zeros(SECOND)
    click[22_050] = 1
    frames = np.abs(nsgt.forward(click))[200:].mean(0)
    assert frames.argmax() * nsgt.frame_seconds == pytest.approx(0.5, abs=nsgt.frame_seconds)


@pytest.mark.parametrize("scale", [Octave(), Mel(), Bark(), Linear()], ids=repr)
def test_scales_rise_from_their_lowest_to_their_highest_frequency(scale: Octave | Mel | Bark | Linear) -> None:
    centres = scale.centres_hz(22_050)
    assert (np.diff(centres) > 0).all()
    assert centres[0] == pytest.approx(30)
    assert centres[-1] == pytest.approx(22_050)


def test_scales_keep_their_formula() -> None:
    assert Mel().from_hz(1000) == pytest.approx(1000, abs=0.1)
    assert Bark().from_hz(1000) == pytest.approx(8.53, abs=0.01)
    octaves = np.log2(Octave(30, 11_000, 48).centres_hz(11_025))
    np.testing.assert_allclose(np.diff(octaves, 2), 0, atol=1e-12)
    assert len(octaves) == 410
    for scale in (Mel(), Bark(), Linear()):
        np.testing.assert_allclose(np.diff(scale.from_hz(scale.centres_hz(22_050)), 2), 0, atol=1e-9)


def test_wider_windows_come_with_more_frames() -> None:
    frames = [NSGT(width=width, fast=False).frames for width in (1, 2, 4)]
    assert frames == pytest.approx([frames[0], 2 * frames[0], 4 * frames[0]], rel=0.01)


def test_fast_lengths_are_the_next_products_of_small_primes() -> None:
    small = sorted(2**a * 3**b * 5**c * 7**d for a in range(12) for b in range(8) for c in range(5) for d in range(4))
    for least in (1, 2, 11, 13, 383, 411, 626, 1001):
        assert fast_length(least) == next(number for number in small if number >= least)
    assert NSGT().frames == 384
    assert NSGT(length=44_101)._plan.padded == 44_800


def test_batches_are_their_sounds_one_by_one() -> None:
    nsgt = NSGT(length=2000, scale=Mel(64))
    x = noise(2, 3, 2000)
    c = nsgt.forward(x)
    assert c.shape == (2, 3, nsgt.bands, nsgt.frames)
    np.testing.assert_array_equal(c[1, 2], nsgt.forward(x[1, 2]))
    np.testing.assert_array_equal(nsgt.inverse(c)[1, 2], nsgt.inverse(c[1, 2]))
    assert nsgt.forward(x[0, :0]).shape == (0, nsgt.bands, nsgt.frames)


@pytest.mark.parametrize("nsgt", [NSGT(length=4000, width=2), NSGT.paper(), NSGT(length=999, fast=False)], ids=repr)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_numpy_and_torch_agree(nsgt: NSGT, dtype: type) -> None:
    x = noise(3, nsgt.length).astype(dtype)
    here, there = nsgt.forward(x), nsgt.forward(torch.from_numpy(x))
    assert there.numpy().dtype == here.dtype
    limit = {np.float32: 3e-6, np.float64: 1e-12}[dtype]
    np.testing.assert_allclose(there.numpy(), here, atol=limit * np.abs(here).max())
    changed = np.abs(here).astype(here.dtype)
    back = nsgt.inverse(torch.from_numpy(changed))
    assert back.dtype == torch.from_numpy(x).dtype
    expected = nsgt.inverse(changed)
    np.testing.assert_allclose(back.numpy(), expected, atol=limit * np.abs(expected).max())


def test_gradients_flow_through_both_directions() -> None:
    nsgt = NSGT(length=64, scale=Mel(6, 500), sample_rate=8000)
    x = torch.from_numpy(noise(2, 64).astype(np.float64)).requires_grad_()
    assert torch.autograd.gradcheck(nsgt.forward, x)
    assert torch.autograd.gradcheck(lambda x: nsgt.inverse(nsgt.forward(x) * 2j), x)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_computes_the_same() -> None:
    nsgt, x = NSGT(), noise(4, SECOND)
    c = nsgt.forward(torch.from_numpy(x).cuda())
    assert c.is_cuda
    assert snr_db(x, nsgt.inverse(c).cpu().numpy()) >= 120


def test_the_inverse_of_changed_bands_is_the_nearest_sound() -> None:
    nsgt = NSGT(length=600, scale=Mel(24))
    changed = nsgt.forward(noise(600)) * noise(nsgt.bands, nsgt.frames, seed=1)
    best = nsgt.inverse(changed)
    worst = [np.linalg.norm(nsgt.forward(best + 0.1 * noise(600, seed=s)) - changed) for s in range(2, 12)]
    assert np.linalg.norm(nsgt.forward(best) - changed) < min(worst)


def test_numpy_in_imports_no_torch() -> None:
    code = "import sys, numpy, clave; n = clave.NSGT(); n.inverse(n.forward(numpy.zeros(44100)))"
    code += "; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_equal_settings_are_equal() -> None:
    assert NSGT() == NSGT(scale=Mel())
    assert NSGT() != NSGT(width=2)
    assert len({NSGT(), NSGT()}) == 1


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: NSGT(sample_rate=0), "sample rate"),
        (lambda: NSGT(length=7), "got 7"),
        (lambda: NSGT(width=0.5), "got 0.5"),
        (lambda: NSGT(width=float("nan")), "got nan"),
        (lambda: NSGT(scale=Mel(1)), "got 1"),
        (lambda: NSGT(scale=Mel(high_hz=20.0)), "30.0 to 20.0"),
        (lambda: NSGT(scale=Octave(low_hz=0.0)), "got 0.0"),
        (lambda: NSGT(sample_rate=8000, scale=Mel(10, 5000, 9000)), "2 bands"),
        (lambda: NSGT(length=100).forward(noise(99)), r"\(100,\); got float32 of shape \(99,\)"),
        (lambda: NSGT(length=100).forward(noise(100) * 1j), "complex64"),
        (lambda: NSGT(length=100).inverse(noise(100, 100) * 1j), "bands x frames"),
        (lambda: NSGT(length=100).forward(torch.zeros(99)), r"\(99,\)"),
    ],
)
def test_what_makes_no_transform_is_refused(make, says: str) -> None:
    with pytest.raises(TransformError, match=says):
        make()
