"""Parts of a performance as performances of their own: a bar, or a voice."""

from collections.abc import Iterator
from dataclasses import replace

from clave.files.whole_file import safe_name
from clave.music.kit import VOICES
from clave.play.performance import Performance, Strike
from clave.play.tempo import TempoCurve


def file_stem(performance: Performance) -> str:
    """The name of the performance as a file may have it."""
    return safe_name(performance.name, "groove")


def voices_alone(performance: Performance) -> Iterator[tuple[int, Performance]]:
    """The strokes of each voice that sounds, with its row."""
    for voice in range(len(VOICES)):
        own = tuple(strike for strike in performance.strikes if strike.voice == voice)
        if own:
            uncertain = tuple(each for each in performance.uncertain if each.strike.voice == voice)
            yield voice, replace(performance, strikes=own, uncertain=uncertain)


def bars_alone(performance: Performance) -> Iterator[Performance]:
    """Each bar, as if it began at 0: its strokes, its tempo, its meter."""
    start = 0
    for index, bar in enumerate(performance.bars):
        curve = TempoCurve(performance.tempo.bars[index : index + 1])
        since = performance.tempo.seconds_at(start)
        strikes = tuple(_earlier(each, since, start) for each in performance.strikes if each.bar == index)
        uncertain = tuple(
            replace(each, strike=_earlier(each.strike, since, start))
            for each in performance.uncertain
            if each.strike.bar == index
        )
        scenes = tuple(replace(scene, bar=0) for scene in performance.scenes if scene.bar == index)
        yield replace(
            performance,
            bars=(bar,),
            tempo=curve,
            strikes=strikes,
            uncertain=uncertain,
            scenes=scenes,
            sources=performance.sources[index : index + 1],
        )
        start += bar.steps


def _earlier(strike: Strike, seconds: float, steps: float) -> Strike:
    """The stroke so much earlier, in its first bar."""
    return strike._replace(
        seconds=strike.seconds - seconds,
        position=strike.position - steps,
        grid=strike.grid - steps,
        end=strike.end - steps,
        bar=0,
    )
