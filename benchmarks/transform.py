"""The transform beside its peers: round trip, speed on one thread, and the same magnitudes as nsgt 0.19.

    OMP_NUM_THREADS=1 python benchmarks/transform.py [--quick] [--json FILE]

Peers are taken from wherever they can be imported: nsgt 0.19 (install numpy and cython first, then it with
--no-build-isolation), librosa, essentia, torch. Those that cannot be are named. Times are of the processor, the best
of many, so that a busy machine changes them little; trust the ratios.
"""

import time
import warnings
from collections.abc import Callable

import numpy as np
from measuring import optional_import, options, print_table, write_json
from scipy import fft

from clave import NSGT, factory
from clave.audio.nsgt import Linear, Mel, Octave

RATE = 44_100
BATCH = 32
TURNS = 20


def main() -> None:
    given = options(__doc__).parse_args()
    warnings.simplefilter("ignore")  # nsgt 0.19 warns of each low band
    peers = {name: optional_import(name) for name in ("nsgt", "librosa", "essentia", "torch")}
    print("missing:", ", ".join(name for name, module in peers.items() if module is None) or "none")
    if peers["torch"]:
        peers["torch"].set_num_threads(1)
    if peers["nsgt"]:
        repair_nsgt()
    round_trips(peers)
    if peers["nsgt"]:
        agreement()
    write_json(speed(peers, 2 if given.quick else TURNS), given.json)


def repair_nsgt() -> None:
    """What nsgt 0.19 asks of numpy.clip newer ones refuse; with an infinite upper end, it is a maximum."""
    clip = np.clip

    def clipped(a, low=None, high=None, out=None, **rest):
        if out is not None and high is not None and np.isscalar(high) and np.isinf(high):
            return np.maximum(a, low, out=out)
        return clip(a, low, high, out=out, **rest)

    np.clip = clipped


def peer_nsgt(scale, length=RATE, rate=RATE, reduced=0):
    from nsgt import cq

    return cq.NSGT(scale, rate, length, real=True, matrixform=True, reducedform=reduced)


def peer_mel():
    from nsgt.fscale import MelScale

    return peer_nsgt(MelScale(30, RATE / 2, 410))


def sounds() -> dict[str, np.ndarray]:
    """A second of noise, and a second of each drum of a built-in kit."""
    drums = [np.pad(clip.samples[:RATE], (0, max(0, RATE - len(clip)))) for clip in factory.kit().clips]
    return {"noise": noise(1), "drums": np.array(drums)}


def noise(batch: int, length: int = RATE) -> np.ndarray:
    return np.random.default_rng(0).standard_normal((batch, length)).astype(np.float32)


def snr_db(x: np.ndarray, y: np.ndarray) -> float:
    x, y = x.astype(np.float64), y.astype(np.float64)
    return 10 * np.log10((x**2).sum() / ((x - y) ** 2).sum())


def round_trips(peers) -> None:
    print()
    roads: dict[str, tuple[str, Callable]] = {}
    for name, nsgt in {
        "clave, default (mel), float32": NSGT(),
        "clave, octave 48, float32": NSGT(scale=Octave()),
        "clave, mel, windows 4 times wider, float32": NSGT(width=4),
    }.items():
        roads[name] = (f"{nsgt.bands} x {nsgt.frames}", lambda x, nsgt=nsgt: nsgt.inverse(nsgt.forward(x)))
    if peers["nsgt"]:
        peer = peer_mel()
        roads["nsgt 0.19, mel, float64"] = ("411 x 381", lambda x: peer.backward(peer.forward(x.astype(np.float64))))
    if peers["librosa"]:
        librosa = peers["librosa"]
        roads["librosa cqt + icqt, its own settings"] = (
            "84",
            lambda x: librosa.icqt(librosa.cqt(x, sr=RATE), sr=RATE, length=RATE),
        )
    rows = []
    for name, (shape, road) in roads.items():
        worst = [min(snr_db(x, road(x)) for x in batch) for batch in sounds().values()]
        rows.append((name, shape, *(f"{snr:.1f}" for snr in worst)))
    print_table(("round trip, worst SNR in dB", "bands x frames", "noise", "drums"), rows)


def agreement() -> None:
    from nsgt.fscale import LinScale, MelScale, OctScale

    print()
    rows = []
    for name, rate, length, theirs, ours, reduced in (
        ("paper", 22_050, 11_025, OctScale(30, 11_000, 48), Octave(30, 11_000, 48), 1),
        ("mel", RATE, RATE, MelScale(30, 20_000, 410), Mel(410, 30, 20_000), 0),
        ("octave", RATE, RATE, OctScale(30, 22_049, 48), Octave(30, 22_049, 48), 0),
        ("linear", RATE, RATE, LinScale(30, 20_000, 300), Linear(300, 30, 20_000), 0),
        ("mel, odd length", RATE, 22_051, MelScale(50, 20_000, 200), Mel(200, 50, 20_000), 0),
    ):
        x = noise(1, length)[0].astype(np.float64)
        one = np.abs(np.array(peer_nsgt(theirs, length, rate, reduced).forward(x)))
        other = np.abs(NSGT(rate, length, ours, edges=reduced == 0, fast=False).forward(x))
        rows.append((name, f"{one.shape[0]} x {one.shape[1]}", f"{np.abs(one - other).max() / one.max():.1e}"))
    print_table(("magnitudes beside nsgt 0.19, float64", "bands x frames", "largest difference / maximum"), rows)


def milliseconds(roads: dict[str, Callable], turns: int) -> dict[str, float]:
    """Best time of each, all of them in turns."""
    best = dict.fromkeys(roads, np.inf)
    for turn in range(turns + 1):
        for name, road in roads.items():
            started = time.process_time()
            road()
            if turn:
                best[name] = min(best[name], 1000 * (time.process_time() - started))
    return best


def speed(peers, turns: int) -> dict[str, float]:
    """Print how long each takes for a second of sound; return the figures of ours, its FFTs and nsgt 0.19."""
    nsgt, x = NSGT(), noise(BATCH)
    c, one = nsgt.forward(x), nsgt.forward(x[0])
    single_roads = {
        "the bare FFTs of one": lambda: (fft.ifft(one), fft.fft(one), fft.irfft(fft.rfft(x[0]), RATE)),
        "one: forward": lambda: nsgt.forward(x[0]),
        "one: inverse": lambda: nsgt.inverse(one),
    }
    if peers["nsgt"]:
        peer, y = peer_mel(), x[0].astype(np.float64)
        their = peer.forward(y)
        single_roads |= {
            "nsgt 0.19: forward": lambda: peer.forward(y),
            "nsgt 0.19: inverse": lambda: peer.backward(their),
        }
    if peers["essentia"]:
        single_roads |= essentia_roads(x[0])
    best = milliseconds(single_roads, turns)
    many = {"batch: forward": lambda: nsgt.forward(x), "batch: inverse": lambda: nsgt.inverse(c)}
    many["batch: the bare FFTs"] = lambda: (fft.ifft(c), fft.fft(c), fft.irfft(fft.rfft(x), RATE))
    if peers["torch"]:
        xt = peers["torch"].from_numpy(x)
        ct = nsgt.forward(xt)
        many |= {"torch batch: forward": lambda: nsgt.forward(xt), "torch batch: inverse": lambda: nsgt.inverse(ct)}
    if peers["nsgt"]:
        many["nsgt 0.19, 32 in a row: forward"] = lambda: [peer.forward(each) for each in x.astype(np.float64)]
        many["nsgt 0.19, 32 in a row: inverse"] = lambda: [peer.backward(their) for _ in range(BATCH)]
    best |= {name: ms / BATCH for name, ms in milliseconds(many, max(1, turns // 4)).items()}

    print()
    print_table(("1 s at 44.1 kHz, mel, one thread", "ms a clip"), ((name, f"{ms:.2f}") for name, ms in best.items()))
    numbers = {
        "single_ms": best["one: forward"] + best["one: inverse"],
        "batch_ms": best["batch: forward"] + best["batch: inverse"],
    }
    numbers["single_times_ffts"] = numbers["single_ms"] / best["the bare FFTs of one"]
    numbers["batch_times_ffts"] = numbers["batch_ms"] / best["batch: the bare FFTs"]
    if peers["nsgt"]:
        peer_single = best["nsgt 0.19: forward"] + best["nsgt 0.19: inverse"]
        peer_batch = best["nsgt 0.19, 32 in a row: forward"] + best["nsgt 0.19, 32 in a row: inverse"]
        numbers["nsgt_single_times_clave"] = peer_single / numbers["single_ms"]
        numbers["nsgt_batch_times_clave"] = peer_batch / numbers["batch_ms"]
    print("\nforward and inverse:", ", ".join(f"{name} {each:.2f}" for name, each in numbers.items()))
    return numbers


def essentia_roads(x: np.ndarray) -> dict[str, Callable]:
    """Its own constant-Q frame at 48 bins an octave, the nearest it has."""
    from essentia import standard

    settings = {"inputSize": RATE, "sampleRate": RATE, "binsPerOctave": 48, "minFrequency": 30, "maxFrequency": 20_000}
    forward = standard.NSGConstantQ(**settings, rasterize="full")
    inverse = standard.NSGIConstantQ(**settings, rasterize="full")
    bands = forward(x)
    return {"essentia: forward": lambda: forward(x), "essentia: inverse": lambda: inverse(*bands)}


if __name__ == "__main__":
    main()
