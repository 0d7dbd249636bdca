"""`clave groove`: bars, sounds and files without a page."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import typer
from numpy.typing import ArrayLike

from clave.app.cli.kits import chosen_kit
from clave.app.cli.options import (
    PHRASE_VARIATION,
    SPACE_KIT,
    At,
    Bars,
    Density,
    Feel,
    FillEvery,
    From,
    Home,
    KitOption,
    Loop,
    MeterOption,
    OnGrid,
    Out,
    Phrase,
    RhythmFolder,
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
from clave.app.cli.values import amounts_by_name, style_or_blend, time_signature
from clave.errors import SpaceError
from clave.music.kit import VOICES

if TYPE_CHECKING:
    from clave.music.pattern import Pattern
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
    stems: Stems = False,
    loop: Loop = False,
    on_grid: OnGrid = False,
    rhythm: RhythmFolder = None,
    sound: SoundFolder = None,
    home: Home = None,
    out: Out = Path(),
) -> None:
    """Write a groove without a page: groove.mid, groove.wav and groove.svg.

    Without a point, it travels between two points drawn by the seed, in the style if one is named. With variation, bars
    that stay at a point stray from it each in its own way; those of a journey stray alike, so that it is of one piece.
    A phrase stays at one point; it ends with a fill if its length is also that of --fill-every.
    """
    if at is not None and (from_ is not None or to is not None):
        raise typer.BadParameter("stay --at a point or travel --from one --to another, not both")
    if (from_ is None) != (to is None):
        raise typer.BadParameter("a journey needs both --from and --to")
    if phrase and (density is not None or section != "beat" or fill_every not in (0, phrase)):
        raise typer.BadParameter(
            f"a phrase knows no --density and no --section, and its fill is its last bar: --fill-every {phrase} or 0"
        )
    from clave.files import audio_file as wav
    from clave.files import midi
    from clave.music import pattern_svg
    from clave.play.render import fitted, mix, render_stems
    from clave.play.sequencer import journey, section_of
    from clave.rhythm import space

    blend, shifts, time = style_or_blend(style), amounts_by_name("--shift", shift or ""), time_signature(meter)
    loaded = space.load_rhythm(rhythm)
    places = -(-bars // (phrase or 1))
    if at is not None:
        points, where = (at,) * places, _place(at)
    else:
        if from_ is None or to is None:
            from_, to = _two_points(loaded, blend, time, seed)
        points, where = journey(from_, to, places), f"from {_place(from_)} to {_place(to)}"
    strays = variation if variation is not None else PHRASE_VARIATION if phrase else 0.0
    patterns: list[Pattern] = []
    for place, point in enumerate(points):
        own_seed = seed + (place if at is not None else 0)
        if phrase:
            count = min(phrase, bars - len(patterns))
            patterns += loaded.phrase(point, count, blend, strays, fill_every > 0, own_seed, meter=time)
        else:
            part = section_of(place, fill_every, section)
            patterns += loaded.at([point], blend, part, strays, density, own_seed, meter=time)
    if feel is not None:
        patterns = [loaded.feel(bar, blend, feel, seed=seed + place) for place, bar in enumerate(patterns)]
    if shifts:
        patterns = [loaded.shifted(bar, shifts) for bar in patterns]
    sounds = chosen_kit(kit, sound, home, seed)
    voices = fitted(render_stems(patterns, sounds, tempo_bpm=tempo, swing=swing, tail="wrap" if loop else "cut"))
    clip = mix(voices)

    out.mkdir(parents=True, exist_ok=True)
    length = "1 bar" if bars == 1 else f"{bars} bars"
    told = "".join(f", {word}" for word in (meter if meter != "4/4" else None, style) if word)
    print(f"{length} at {tempo:g} bpm, {where}{told}, seed {seed}")
    written = midi.write(out / "groove.mid", patterns, tempo_bpm=tempo, swing=swing, on_grid=on_grid)
    clamped = f", {written.clamped} moved to the beginning, which they came before" if written.clamped else ""
    print(f"{out / 'groove.mid'}: {written.strokes} strokes{clamped}")
    wav.write(out / "groove.wav", clip)
    print(f"{out / 'groove.wav'}: {clip.seconds:.2f} s, kit {sounds.name}")
    (out / "groove.svg").write_text(pattern_svg.svg(patterns), "utf-8")
    print(f"{out / 'groove.svg'}")
    if stems:
        (out / "stems").mkdir(exist_ok=True)
        for voice, stem in zip(VOICES, voices, strict=True):
            wav.write(out / "stems" / f"{voice.name.replace(' ', '-')}.wav", stem)
        print(f"{out / 'stems'}: one WAV a voice")


def _two_points(
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


def _place(point: Point) -> str:
    return f"({point[0]:.2f}, {point[1]:.2f})"
