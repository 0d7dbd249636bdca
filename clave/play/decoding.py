"""From bars as data to bars as strokes: what a rhythm space makes of `Generated`, `Given` and `Edited`.

Bars that can be decoded together are: those generated with the same settings in one call, the bars of a phrase in one,
and equal bars once.
"""

from collections.abc import Sequence

import numpy as np

from clave.errors import SpaceError
from clave.music.pattern import Pattern
from clave.play.project.bars import (
    Complete,
    Edited,
    FollowTaps,
    Generated,
    GenerationSettings,
    Given,
    Humanise,
    Operation,
    SetCells,
    Shift,
    kept_cells,
    with_cells,
)
from clave.play.project.value import Point
from clave.rhythm.journey import find_legs
from clave.rhythm.space import RhythmSpace
from clave.rhythm.variation import Variation

AnyBar = Generated | Given | Edited

ACTIONS = {"humanise": "give a feel", "shift": "move a bar", "complete": "complete a bar", "taps": "play to taps"}
"""What the space does in each operation that needs one."""


def decode_bar(bar: AnyBar, rhythm: RhythmSpace) -> Pattern:
    """The strokes of one bar."""
    return decode_bars([bar], rhythm)[0]


def decode_bars(bars: Sequence[AnyBar], rhythm: RhythmSpace) -> list[Pattern]:
    """The strokes of these bars, in their order.

    Raises SpaceError for a bar that the space cannot make: `why_not` says which.
    """
    for bar in bars:
        if reason := why_not(bar, rhythm):
            raise SpaceError(reason)
    decoded = _generated(bars, rhythm)
    return [_decoded(bar, rhythm, decoded) for bar in bars]


def why_not(bar: AnyBar, rhythm: RhythmSpace) -> str | None:
    """Why the space cannot make this bar, such as a style that it does not know; None: it can."""
    try:
        _check(bar, rhythm)
    except SpaceError as error:
        return str(error)
    return None


def _check(bar: AnyBar, rhythm: RhythmSpace) -> None:
    if isinstance(bar, Given):
        return
    labels = rhythm.labels
    if isinstance(bar, Generated):
        settings = bar.settings
        labels.check(settings.style, settings.section, settings.meter)
        if bar.phrase is not None:
            _check_phrase(settings)
        if bar.phrase is not None or settings.shift.amounts():
            _check_detail(rhythm, "write a phrase" if bar.phrase is not None else "move a bar")
        if bar.hears is not None:
            _check(bar.hears, rhythm)
        return
    _check(bar.base, rhythm)
    for operation in bar.operations:
        if isinstance(operation, SetCells) or (isinstance(operation, Shift) and not operation.shift.amounts()):
            continue
        section = "beat" if isinstance(operation, Humanise | Shift) else operation.section
        labels.check(None if isinstance(operation, Shift) else operation.style, section, bar.meter)
        _check_detail(rhythm, ACTIONS[operation.kind])
        if isinstance(operation, Humanise) and operation.like is not None:
            _check(operation.like, rhythm)


def _check_phrase(settings: GenerationSettings) -> None:
    if settings.section != "beat":
        raise SpaceError(
            f"the bars of a phrase are beats, and its last one may be a fill; got section {settings.section!r}"
        )
    if settings.density is not None:
        raise SpaceError(
            f"a phrase is as dense as the space has learned, with no density set; got {settings.density:g}"
        )


def _check_detail(rhythm: RhythmSpace, action: str) -> None:
    if rhythm.detail_size == 0:
        raise SpaceError(f"this space is a map without detail: it cannot {action}")


def _decoded(bar: AnyBar, rhythm: RhythmSpace, decoded: dict[str, Pattern]) -> Pattern:
    """The strokes of a bar; `decoded` has those that are known, and gains this one."""
    if isinstance(bar, Given):
        return bar.pattern.pattern()
    key = _key(bar)
    if key not in decoded:
        assert isinstance(bar, Edited), "what is generated was decoded before"
        pattern = _decoded(bar.base, rhythm, decoded)
        for operation in bar.operations:
            pattern = _done(operation, pattern, rhythm, decoded)
        decoded[key] = pattern
    return decoded[key]


def _done(operation: Operation, pattern: Pattern, rhythm: RhythmSpace, decoded: dict[str, Pattern]) -> Pattern:
    """The pattern after an operation."""
    match operation:
        case SetCells():
            return with_cells(pattern, operation.cells)
        case Humanise():
            like = None if operation.like is None else _decoded(operation.like, rhythm, decoded)
            return rhythm.feel(pattern, operation.style, operation.amount, like, operation.seed)
        case Shift():
            amounts = operation.shift.amounts()
            return rhythm.shifted(pattern, amounts) if amounts else pattern
        case Complete():
            keep = kept_cells(operation.keep, pattern.meter)
            return rhythm.complete(pattern, keep, operation.style, operation.section, operation.seed)
        case FollowTaps():
            return rhythm.drums_for(operation.taps, operation.style, operation.section, operation.seed, pattern.meter)


def _generated(bars: Sequence[AnyBar], rhythm: RhythmSpace) -> dict[str, Pattern]:
    """Every generated bar that these bars are, begin with or take their feel from."""
    every = {_key(each): each for bar in bars for each in _generated_in(bar)}
    heard = [each.hears for each in every.values() if each.hears is not None]
    decoded = _generated(heard, rhythm) if heard else {}  # these hear nothing themselves
    together: dict[str, dict[str, Generated]] = {}  # what one call decodes: key of the bar -> bar
    for key, bar in every.items():
        if key not in decoded:
            together.setdefault(_call(bar), {})[key] = bar
    for group in together.values():
        first, *_ = members = list(group.values())
        patterns = _points(members, rhythm, decoded) if first.phrase is None else _phrase(members, rhythm)
        if amounts := first.settings.shift.amounts():
            patterns = [rhythm.shifted(pattern, amounts) for pattern in patterns]
        decoded |= zip(group, patterns, strict=True)
    return decoded


def _points(bars: Sequence[Generated], rhythm: RhythmSpace, decoded: dict[str, Pattern]) -> list[Pattern]:
    """Bars with the same settings, each at its own point, or on its leg; all hear the same bar, or none hears any."""
    settings, hears = bars[0].settings, bars[0].hears
    lines = list(dict.fromkeys((bar.leg.start, bar.leg.end) for bar in bars if bar.leg is not None))
    points = dict.fromkeys([bar.point for bar in bars if bar.leg is None] + [point for line in lines for point in line])
    heard = None if hears is None else _decoded(hears, rhythm, decoded)
    found: dict[Point, Pattern] = {}
    if isinstance(hears, Generated) and heard is not None:
        itself = Generated(point=hears.point, settings=settings).as_heard()
        found = {hears.point: heard} if hears == itself else {}  # no bar hears itself
    others = [point for point in points if point not in found]
    found |= zip(others, _at(others, settings, rhythm, heard), strict=True)
    ends = [(found[start], found[end]) for start, end in lines]
    legs = (
        dict(zip(lines, find_legs(rhythm, ends, np.array(lines, np.float32), settings.style), strict=True))
        if lines
        else {}
    )
    return [found[bar.point] if bar.leg is None else legs[bar.leg.start, bar.leg.end].at(bar.leg.share) for bar in bars]


def _at(
    points: Sequence[Point], settings: GenerationSettings, rhythm: RhythmSpace, heard: Pattern | None
) -> list[Pattern]:
    """The bars of the map at these points, which hear this bar."""
    return rhythm.at(
        np.array(points, np.float32).reshape(-1, 2),
        style=settings.style,
        section=settings.section,
        variation=settings.variation if heard is None else Variation(settings.variation, heard),
        density=settings.density,
        seed=settings.seed,
        meter=settings.meter,
    )


def _phrase(bars: Sequence[Generated], rhythm: RhythmSpace) -> list[Pattern]:
    """Bars of one phrase."""
    settings, phrase = bars[0].settings, bars[0].phrase
    assert phrase is not None
    whole = rhythm.phrase(
        bars[0].point,
        bars=phrase.bars,
        style=settings.style,
        variation=settings.variation,
        fill=phrase.fill,
        seed=settings.seed,
        meter=settings.meter,
    )
    return [whole[bar.phrase.index] for bar in bars if bar.phrase is not None]


def _generated_in(bar: AnyBar) -> list[Generated]:
    """The generated bars that this one is, begins with or takes its feel from."""
    if isinstance(bar, Generated):
        return [bar]
    if isinstance(bar, Given):
        return []
    found = _generated_in(bar.base)
    for operation in bar.operations:
        if isinstance(operation, Humanise) and operation.like is not None:
            found += _generated_in(operation.like)
    return found


def _key(bar: AnyBar) -> str:
    """The same for equal bars; a blend of styles is a dict, so bars cannot be hashed."""
    return bar.model_dump_json()


def _call(bar: Generated) -> str:
    """The same for generated bars that one call of the space decodes."""
    if bar.phrase is None:
        return bar.settings.model_dump_json() + ("" if bar.hears is None else _key(bar.hears))
    phrase = bar.phrase
    return f"{bar.settings.model_dump_json()} {bar.point} {phrase.bars} {phrase.fill}"
