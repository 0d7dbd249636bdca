"""Sounds from exact magnitudes, by each estimator and beside librosa: error and time.

    OMP_NUM_THREADS=1 python benchmarks/phase.py [FOLDER] [--each 3] [--draw 0] [--only ROUTE ...] [--json FILE]

FOLDER (or $CLAVE_DATA/oneshots) holds one-shots whose file or folder names say their voice; `--each` of every voice are
drawn. Without it, our synthesizer makes them. The error is the multi-resolution one: mean over Hann windows of 2048,
512 and 128 samples, a quarter apart, of 20 log10(|| |X| - |Y| || / || |X| ||), and over clips. Times are of the CPU.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from measuring import optional_import, options, print_table, real_one_shots, write_json

from clave import NSGT, factory
from clave.audio.phase import ESTIMATORS, Descent, GradientIntegration, GriffinLim, ImpulsePhase, PhaseEstimator
from clave.audio.stft import STFT, Gaussian, Hann
from clave.audio.transform import Transform
from clave.music.kit import VOICES

RATE = 44_100


def main() -> None:
    parser = options(__doc__)
    data = os.environ.get("CLAVE_DATA")
    parser.add_argument("folder", nargs="?", type=Path, default=Path(data, "oneshots") if data else None)
    parser.add_argument("--each", type=int, default=3, help="clips a voice")
    parser.add_argument("--draw", type=int, default=0, help="seed of the draw")
    parser.add_argument("--only", nargs="*", metavar="ROUTE", help="these routes; else all of them")
    given = parser.parse_args()
    rng, each = np.random.default_rng(given.draw), 1 if given.quick else given.each
    clips = real(given.folder, each, rng) if given.folder else made(each, rng)
    routes = all_routes()
    unknown = sorted(set(given.only or ()) - set(routes))
    if unknown:
        parser.error(f"no route {unknown[0]!r}; there are: {', '.join(routes)}")
    seconds = sum(map(len, clips)) / RATE / len(clips)
    print(f"{len(clips)} clips, {seconds:.2f} s on average, {'real' if given.folder else 'built in'}\n")
    rows, numbers = [], {}
    for name in given.only or routes:
        errors, used = [], 0.0
        for x in clips:
            started = time.process_time()
            y = routes[name](x)
            used += time.process_time() - started
            errors.append(errors_db(x, y))
        mean, ms = np.mean(errors, axis=0), 1000 * used / len(clips)
        rows.append((name, f"**{mean.mean():.1f}**", *(f"{value:.1f}" for value in mean), f"{ms:.0f}"))
        numbers |= {f"{name}, dB": float(mean.mean()), f"{name}, ms": ms}
    print_table(("route", "error dB", "2048", "512", "128", "ms a clip"), rows)
    write_json(numbers, given.json)


def real(folder: Path, each: int, rng: np.random.Generator) -> list[np.ndarray]:
    """So many one-shots of each voice, in the order of a draw."""
    clips = real_one_shots(folder, each, rng)
    return [clip.samples * np.float32(0.9 / clip.peak) for _, clip in clips]


def made(each: int, rng: np.random.Generator) -> list[np.ndarray]:
    """So many drums of the factory of each voice."""
    drums = [(factory.draw(voice, rng), seed) for voice in VOICES for seed in range(each)]
    return [factory.synthesize(drum, seed).samples * np.float32(0.9) for drum, seed in drums]


def errors_db(x: np.ndarray, y: np.ndarray) -> list[float]:
    """The error at each resolution."""
    errors = []
    for size in (2048, 512, 128):
        window = np.hanning(size + 1)[:-1]
        one, other = (
            np.abs(
                np.fft.rfft(np.lib.stride_tricks.sliding_window_view(np.pad(sound, size), size)[:: size // 4] * window)
            )
            for sound in (x, y)
        )
        errors.append(float(20 * np.log10(np.linalg.norm(one - other) / np.linalg.norm(one))))
    return errors


def all_routes() -> dict[str, Callable[[np.ndarray], np.ndarray]]:
    """Every route from a sound through its magnitudes to a sound again."""
    found: dict[str, Callable[[np.ndarray], np.ndarray]] = {}
    for name, estimator in ESTIMATORS.items():
        found[f"STFT 1024/128, {name}"] = route(lambda length: STFT(length=length), estimator)

    tree, steps = GradientIntegration(), GriffinLim(8, 0.99, GradientIntegration())
    found["STFT 1024/128, integration, fast Griffin-Lim 30"] = route(
        lambda length: STFT(length=length), GriffinLim(30, 0.99, tree)
    )
    found["STFT 1024/128, integration above -40 dB"] = route(
        lambda length: STFT(length=length), GradientIntegration(floor_db=40)
    )
    found["STFT 1024/128, integration above -40 dB, refined"] = route(
        lambda length: STFT(length=length), GriffinLim(8, 0.99, GradientIntegration(floor_db=40))
    )
    for name, window, hop, shape in (
        ("Hann 1024/128", 1024, 128, Hann()),
        ("Gaussian 1024/256", 1024, 256, Gaussian()),
        ("Gaussian 512/64", 512, 64, Gaussian()),
        ("Gaussian 1024/64", 1024, 64, Gaussian()),
        ("Gaussian 2048/128, as long as at 1024", 2048, 128, Gaussian(0.13 / 4)),
    ):

        def make(length: int, window=window, hop=hop, shape=shape) -> STFT:
            return STFT(length=length, window=window, hop=hop, shape=shape)

        found[f"{name}, integration"] = route(make, tree)
        found[f"{name}, integration, refined"] = route(make, steps)

    found["NSGT as the paper (half a second, 22 kHz), Griffin-Lim 100"] = paper
    for width in (1, 2, 4):

        def wide(length: int, width=width) -> NSGT:
            return NSGT(length=length, width=width)

        found[f"NSGT mel, width {width}, Griffin-Lim 100"] = route(wide, GriffinLim(100))
        found[f"NSGT mel, width {width}, fast Griffin-Lim 30 from an impulse"] = route(
            wide, GriffinLim(30, 0.99, ImpulsePhase())
        )
        found[f"NSGT mel, width {width}, integration"] = route(wide, tree)
        found[f"NSGT mel, width {width}, integration, fast Griffin-Lim 30"] = route(wide, GriffinLim(30, 0.99, tree))
    found["NSGT mel, width 4, integration, descent"] = route(lambda length: NSGT(length=length, width=4), Descent())
    return found | librosa_routes()


def route(make: Callable[[int], Transform], estimator: PhaseEstimator) -> Callable[[np.ndarray], np.ndarray]:
    def road(x: np.ndarray) -> np.ndarray:
        transform = make(len(x))
        return estimator.estimate(np.abs(transform.forward(x)), transform)

    return road


def paper(x: np.ndarray) -> np.ndarray:
    """Half a second at half the rate, as the paper heard it; what lies above or after is lost."""
    from scipy.signal import resample_poly

    nsgt = NSGT.paper()
    half = resample_poly(x, 1, 2)[: nsgt.length]
    half = np.pad(half, (0, nsgt.length - len(half))).astype(np.float32)
    back = resample_poly(GriffinLim(100).estimate(np.abs(nsgt.forward(half)), nsgt), 2, 1)[: len(x)]
    return np.pad(back, (0, len(x) - len(back)))


def librosa_routes() -> dict[str, Callable[[np.ndarray], np.ndarray]]:
    librosa = optional_import("librosa")
    if librosa is None:
        print("missing: librosa\n")
        return {}

    def road(steps: int, size: int, hop: int) -> Callable[[np.ndarray], np.ndarray]:
        shape = {"n_fft": size, "hop_length": hop}
        return lambda x: librosa.griffinlim(
            np.abs(librosa.stft(x, **shape)), n_iter=steps, length=len(x), random_state=0, **shape
        )

    return {
        f"librosa griffinlim {size}/{hop}, {steps}": road(steps, size, hop)
        for size, hop in ((1024, 128), (2048, 512))
        for steps in (32, 100)
    }


if __name__ == "__main__":
    main()
