"""What an edit costs while music plays, however far it has gone: one change at bar 8, 256, 1024 and further.

    python benchmarks/edits.py [--times N] [--quick] [--json FILE]

An engine of `clave live` is taken to each bar, and something is turned there: swing, tempo, a voice's ratchets, a place
on the map (whose bars are decoded too). Counted is the processor's time from the control until the next two ticks are
done: planning, decoding, arranging and taking over. The last column is the most of a row over its first number.
"""

import time
from typing import Any

import numpy as np
from measuring import options, print_table, write_json
from soak import TICK_SECONDS, Here, busy_project

from clave import load_rhythm
from clave.play.live.engine import Engine
from clave.play.live.strokes import Strokes
from clave.play.project import Automation, Breakpoint, Modulation, Project, SongPart

BARS = (8, 256, 1024, 10_000)


def projects() -> dict[str, Project]:
    """A loop; the same with what depends on where it is; and a song of it."""
    loop = busy_project()
    walks = (
        Modulation(parameter="snare.level", shape="random", period=1.0, unit="beats", depth=0.3),
        Modulation(parameter="tempo", shape="random", period=2.0, unit="bars", depth=5.0),
    )
    curve = Automation(parameter="swing", breakpoints=(Breakpoint(bar=0, value=0.5), Breakpoint(bar=4000, value=0.6)))
    moving = loop.changed(scene=loop.scene.changed(modulations=walks, automations=(curve,), fill_every=4))
    parts = tuple(SongPart(scene=n % 2, bars=8, morph_bars=2, fill=True) for n in range(64))
    song = loop.changed(scenes=(loop.scene, moving.scene), song=parts)
    return {"loop": loop, "random walks, a curve, fills": moving, "song of 512 bars": song}


def edits(rng: np.random.Generator) -> dict[str, tuple[Any, ...]]:
    """Another value each time."""
    return {
        "/clave/swing": (float(rng.uniform(0.5, 0.7)),),
        "/clave/tempo": (float(rng.uniform(90, 150)),),
        "/clave/voice/snare/ratchet": (int(rng.integers(1, 5)),),
        "/clave/map": tuple(rng.uniform(-2, 2, 2).tolist()),
    }


def edit_ms(project: Project, bar: int, times: int) -> dict[str, float]:
    """The median of each edit there, in milliseconds of the processor."""
    seconds = [0.0]
    engine = Engine(project, Strokes(load_rhythm()), [], Here(), clock=lambda: seconds[0])

    def pass_time(ticks: int) -> None:
        for _ in range(ticks):
            seconds[0] += TICK_SECONDS
            engine.tick()

    engine.desk.receive("/clave/transport/play", ())
    pass_time(4)
    engine.desk.receive("/clave/transport/seek", (bar,))
    pass_time(40)
    rng, found = np.random.default_rng(bar), dict[str, list[float]]()
    for _ in range(times):
        for address, given in edits(rng).items():
            if address == "/clave/map" and project.song:
                continue  # it leaves the song
            begun = time.process_time()
            engine.desk.receive(address, given)
            pass_time(2)
            found.setdefault(address, []).append((time.process_time() - begun) * 1000)
            pass_time(10)
    assert engine.conductor.next_bar >= bar - 1
    return {address: float(np.median(each)) for address, each in found.items()}


def main() -> None:
    """Print the table."""
    parser = options(__doc__)
    parser.add_argument("--times", type=int, default=7, help="of each edit")
    given = parser.parse_args()
    times, bars = (2, BARS[:3]) if given.quick else (given.times, BARS)
    rows, numbers = list[tuple[str, ...]](), dict[str, Any]()
    for name, project in projects().items():
        by_bar = [edit_ms(project, bar, times) for bar in bars]
        for address in by_bar[0]:
            ms = [each[address] for each in by_bar]
            numbers[f"{name}: {address}"] = dict(zip(map(str, bars), ms, strict=True))
            rows.append((f"{name}: `{address}`", *(f"{each:.1f}" for each in ms), f"{max(ms) / ms[0]:.2f}"))
    print_table(("edit, ms at bar", *map(str, bars), "most / first"), rows)
    write_json(numbers, given.json)


if __name__ == "__main__":
    main()
