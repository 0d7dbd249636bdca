"""Between two scenes: numbers go in a straight line from one to the other, and what is no number changes half-way."""

from collections.abc import Sequence
from typing import TypeVar

from clave.play.project.bars import Bar, Generated, GenerationSettings, RhythmShift
from clave.play.project.voices import KitVoice, Lane, VoiceMix

Kind = TypeVar("Kind")


def between(a: float, b: float, t: float) -> float:
    """The number so far from a to b."""
    return a + (b - a) * t


def half_way(a: Kind, b: Kind, t: float) -> Kind:
    """What is no number: the one until half-way, then the other."""
    return a if t < 0.5 else b


def bars_between(a: "Bar", b: "Bar", t: float) -> "Bar":
    """A bar so far from one to the other: between two generated ones of a meter, the one that lies there on the map.

    It hears what the first of them hears.
    """
    if a.meter != b.meter or not (isinstance(a, Generated) and isinstance(b, Generated)):
        return half_way(a, b, t)
    if a.phrase is not None or b.phrase is not None:
        return half_way(a, b, t)
    point = (between(a.point[0], b.point[0], t), between(a.point[1], b.point[1], t))
    return Generated(point=point, settings=_settings(a.settings, b.settings, t), hears=a.hears)


def _settings(a: GenerationSettings, b: GenerationSettings, t: float) -> GenerationSettings:
    shift = {name: between(getattr(a.shift, name), getattr(b.shift, name), t) for name in RhythmShift.model_fields}
    dense = [0.5 if each.density is None else each.density for each in (a, b)]
    both_as_learned = a.density is None and b.density is None
    return GenerationSettings(
        style=half_way(a.style, b.style, t),
        section=half_way(a.section, b.section, t),
        meter=a.meter,
        variation=between(a.variation, b.variation, t),
        density=None if both_as_learned else between(dense[0], dense[1], t),
        shift=RhythmShift(**shift),
        seed=half_way(a.seed, b.seed, t),
    )


def voices_between(a: Sequence[KitVoice], b: Sequence[KitVoice], t: float) -> tuple[KitVoice, ...]:
    """The sounds of a kit so far from one to the other: two points of a map have points between them."""
    return tuple(_voice(one, other, t) for one, other in zip(a, b, strict=True))


def _voice(a: KitVoice, b: KitVoice, t: float) -> KitVoice:
    chosen = half_way(a, b, t)
    played = {name: between(getattr(a, name), getattr(b, name), t) for name in ("gain", "tune", "decay")}
    if a.point and b.point and a.origin == b.origin == "map" and a.detail is None and b.detail is None:
        point = (between(a.point[0], b.point[0], t), between(a.point[1], b.point[1], t))
        return chosen.changed(point=point, variation=between(a.variation, b.variation, t), **played)
    return chosen.changed(**played)


def mixes_between(a: Sequence[VoiceMix], b: Sequence[VoiceMix], t: float) -> tuple[VoiceMix, ...]:
    """The mix so far from one to the other; cutoffs go by octaves, and the kind of a filter changes half-way."""
    numbers = ("level", "pan", "resonance_db", "send")
    return tuple(
        half_way(one, other, t).changed(
            **{name: between(getattr(one, name), getattr(other, name), t) for name in numbers},
            cutoff_hz=_octaves_between(one.cutoff_hz, other.cutoff_hz, t),
        )
        for one, other in zip(a, b, strict=True)
    )


def _octaves_between(a: float, b: float, t: float) -> float:
    return a if a == b else min(max(a, b), max(min(a, b), a * (b / a) ** t))  # rounding leaves no range


def lanes_between(a: Sequence[Lane], b: Sequence[Lane], t: float) -> tuple[Lane, ...]:
    """The lanes so far from one to the other; what is held, ratchets and lengths change half-way."""
    numbers = ("density", "probability", "ratchet_probability", "accent", "nudge_ms")
    return tuple(
        half_way(one, other, t).changed(
            **{name: between(getattr(one, name), getattr(other, name), t) for name in numbers}
        )
        for one, other in zip(a, b, strict=True)
    )
