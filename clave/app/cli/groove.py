"""`clave groove`: bars, sounds and files without a page."""

from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import typer
from numpy.typing import ArrayLike

from clave.app.cli.options import (
    SPACE_KIT,
    At,
    Bars,
    Density,
    Feel,
    FillEvery,
    From,
    Home,
    KitCharacter,
    KitOption,
    Loop,
    MeterOption,
    OnGrid,
    Out,
    Phrase,
    RhythmFolder,
    SaveProject,
    Section,
    Seed,
    Shift,
    SoundFolder,
    Stems,
    Style,
    Swing,
    Tempo,
    To,
    Variation,
)
from clave.app.cli.values import amounts_by_name, shift_by_name, style_or_blend, time_signature
from clave.errors import SpaceError

if TYPE_CHECKING:
    from clave.music.units import Meter
    from clave.rhythm.space import RhythmSpace

Point = tuple[float, float]


def groove(
    at: At = None,
    from_: From = None,
    to: To = None,
    style: Style = None,
    section: Section = "beat",
    fill_every: FillEvery = 0,
    phrase: Phrase = 0,
    meter: MeterOption = "4/4",
    density: Density = None,
    variation: Variation = None,
    feel: Feel = None,
    shift: Shift = None,
    bars: Bars = 8,
    tempo: Tempo = 120.0,
    swing: Swing = 0.5,
    seed: Seed = 0,
    kit: KitOption = SPACE_KIT,
    kit_character: KitCharacter = None,
    stems: Stems = False,
    loop: Loop = False,
    on_grid: OnGrid = False,
    rhythm: RhythmFolder = None,
    sound: SoundFolder = None,
    home: Home = None,
    save_project: SaveProject = None,
    out: Out = Path(),
) -> None:
    """Write a groove without a page: groove.mid, groove.wav and groove.svg.

    Without a point, it travels between two points drawn by the seed, in the style if one is named. With variation, bars
    that stay at a point vary each in its own way; those of a journey vary alike, so that it stays coherent.
    A phrase stays at one point; it ends with a fill if its length is also that of --fill-every.
    """
    from clave.app.cli.performing import Player, chosen_kit, open_library, write_performance
    from clave.play.formats import WriteOptions

    if at is not None and (from_ is not None or to is not None):
        raise typer.BadParameter("stay --at a point or travel --from one --to another, not both")
    if (from_ is None) != (to is None):
        raise typer.BadParameter("a journey needs both --from and --to")
    if phrase and (density is not None or section != "beat" or fill_every not in (0, phrase)):
        raise typer.BadParameter(
            f"a phrase knows no --density and no --section, and its fill is its last bar: --fill-every {phrase} or 0"
        )
    from clave.play.groove_project import GrooveOptions, groove_project
    from clave.play.project import RhythmShift, Spaces, save
    from clave.play.space_reference import space_reference
    from clave.rhythm import space

    blend, time = style_or_blend(style), time_signature(meter)
    loaded = space.load_rhythm(rhythm)
    if at is not None:
        points: tuple[Point, ...] = (at,)
    elif from_ is not None and to is not None:
        points = (from_, to)
    else:
        points = two_points(loaded, blend, time, seed)
    options = GrooveOptions(
        points=points,
        bars=bars,
        style=blend,
        section=section,
        meter=time,
        fill_every=fill_every,
        phrase=phrase,
        density=density,
        variation=variation,
        feel=feel,
        shift=RhythmShift(**shift_by_name(loaded, shift)),
        tempo_bpm=tempo,
        swing=swing,
        seed=seed,
    )
    with closing(open_library(home)) as library:
        sounds = chosen_kit(kit, sound, library, seed, amounts_by_name("--kit-character", kit_character or ""))
        sound_reference = None if sounds.space is None else space_reference(sounds.space)
        spaces = Spaces(rhythm=space_reference(loaded), sound=sound_reference)
        project = groove_project(options, sounds.kit, spaces)
        where = ", ".join([_where(points), *([meter] if meter != "4/4" else []), *([style] if style else [])])
        print(f"{'1 bar' if bars == 1 else f'{bars} bars'} at {tempo:g} bpm, {where}, seed {seed}")
        if reason := loaded.style_meters.why_none(blend, time):
            print(reason)
        played = Player(loaded, sounds.space, library).perform(project)
        write_performance(played, out, WriteOptions(stems, "wrap" if loop else "cut", on_grid))
    if save_project is not None:
        save(project, save_project)
        print(f"{save_project}: the project; clave render {save_project} writes these files again")


def two_points(
    rhythm: "RhythmSpace", style: "str | Mapping[str, float] | None", meter: "Meter", seed: int
) -> tuple[Point, Point]:
    """Two bars of the corpus, where a journey begins and ends: of this style, or blend, if one is named.

    They are of this meter where the corpus has such bars of the style.
    """
    corpus = rhythm.corpus
    share = dict(zip(rhythm.styles, map(float, rhythm.weights(style)), strict=True))  # names the styles there are
    weight = np.array([1.0 if style is None else share.get(name, 0) for name in corpus.styles])
    if style is not None:
        bars = Counter(corpus.styles)
        weight /= [bars[name] for name in corpus.styles]
    if not weight.any():
        raise SpaceError(f"no bar of the corpus is labelled {style!r}: name a point by --at, or two by --from and --to")
    in_meter = weight * [each == meter for each in corpus.meters]
    weight = in_meter if in_meter.any() else weight
    first, last = np.random.default_rng(seed).choice(len(corpus), 2, p=weight / weight.sum())
    return _point(corpus.map[first]), _point(corpus.map[last])


def _point(row: ArrayLike) -> Point:
    x, y = np.asarray(row, np.float64)
    return float(x), float(y)


def _where(points: tuple[Point, ...]) -> str:
    return _place(points[0]) if len(points) == 1 else f"from {' to '.join(map(_place, points))}"


def _place(point: Point) -> str:
    return f"({point[0]:.2f}, {point[1]:.2f})"
