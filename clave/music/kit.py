"""The eight voices, in the one table that everything else is keyed on, and the kit: one clip for each of them."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from html import escape
from typing import cast

from clave.errors import KitError, VoiceError
from clave.music import playback_settings
from clave.music.arguments import checked
from clave.music.clip import Clip


@dataclass(frozen=True)
class Voice:
    """One of the eight drum voices."""

    index: int  # row in every pattern
    name: str
    aliases: tuple[str, ...]
    note: int  # General MIDI note we write
    colour: str  # Okabe-Ito, safe for colour-blind eyes
    choke_group: int | None = None  # a stroke silences what still rings in its group


VOICES: tuple[Voice, ...] = (
    Voice(0, "kick", ("bd", "bass drum", "kick drum", "bassdrum"), 36, "#E69F00"),
    Voice(1, "snare", ("sd", "snare drum"), 38, "#56B4E9"),
    Voice(
        2, "closed hi-hat", ("ch", "hh", "chh", "closed hat", "hi-hat closed", "hihat"), 42, "#009E73", choke_group=1
    ),
    Voice(3, "open hi-hat", ("oh", "ohh", "open hat", "hi-hat open"), 46, "#F0E442", choke_group=1),
    Voice(4, "tom", ("lt", "mt", "ht", "toms", "tom-tom"), 45, "#0072B2"),
    Voice(5, "cymbal", ("cy", "cr", "rd", "crash", "ride"), 49, "#D55E00"),
    Voice(6, "clap", ("cp", "hand clap", "claps"), 39, "#CC79A7"),
    Voice(7, "other", ("perc", "percussion", "rs", "rim"), 37, "#999999"),
)


def _key(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())


_BY_KEY = {_key(alias): voice for voice in VOICES for alias in (voice.name, *voice.aliases)}


def voice(which: "Voice | str") -> Voice:
    """The voice of that name or alias; case, spaces and hyphens do not matter.

    >>> voice("Closed-HiHat").name
    'closed hi-hat'
    """
    if isinstance(which, Voice):
        return which
    found = _BY_KEY.get(_key(which)) if isinstance(which, str) else None  # pyright: ignore[reportUnnecessaryIsInstance]
    if found is None:
        raise VoiceError(f"no voice {which!r}; the eight are: {', '.join(each.name for each in VOICES)}")
    return found


@checked(KitError)
@dataclass(frozen=True)
class Origin:
    """Where a clip of a kit came from, and how it is played."""

    voice: str
    source: str  # "factory analogue", a file's name, "map"
    map_point: tuple[float, float] | None = None
    gain: float = 1.0  # linear, in [0, 2]
    tune: float = 0.0  # semitones, in [-24, 24]
    decay: float = 1.0  # ratio, in [0.05, 4]: 0.5 rings half as long
    velocity_layers: bool = False  # softer strokes sound otherwise: `audio.velocity_layers` makes the clips for them


LAYER_DB = 6.0  # from one velocity layer to the next, in the level of strokes, which is the square of their velocity


@checked(KitError)
def layer_of(velocity: float, layers: int) -> int:
    """Which of so many velocity layers a stroke plays: 0, the hardest, 3 dB below full level the next, and so on.

    Velocity lies in (0, 1].

    >>> [layer_of(each / 127, 4) for each in (127, 107, 106, 76, 75, 54, 53, 1)]
    [0, 0, 1, 1, 2, 2, 3, 3]
    """
    return min(layers - 1, math.floor(-40 * math.log10(velocity) / LAYER_DB + 0.5))


@checked(KitError)
def velocity_ranges(layers: int) -> tuple[tuple[int, int], ...]:
    """The lowest and highest MIDI velocity of each of so many layers, the hardest first; each velocity is in one.

    >>> velocity_ranges(2)
    ((107, 127), (1, 106))
    """
    lowest = [min(n for n in range(1, 128) if layer_of(n / 127, layers) <= layer) for layer in range(layers)]
    return tuple(zip(lowest, [127, *(each - 1 for each in lowest[:-1])], strict=True))


@dataclass(frozen=True, eq=False)
class Kit:
    """Eight clips, one a voice, in the order of VOICES; each is played as its origin says, or as it is.

    A voice may have more clips, for softer strokes: `layer_of` says which of them a stroke plays.
    Raises KitError for another number of clips, origins or rows of softer clips, or for what is none.
    """

    clips: tuple[Clip, ...]
    origins: tuple[Origin | None, ...] = field(default=(None,) * len(VOICES))
    name: str = "kit"
    softer: tuple[tuple[Clip, ...], ...] = ((),) * len(
        VOICES
    )  # of each voice, from hard to soft; none: one clip for all

    def __post_init__(self) -> None:
        for what, kind, made_with in (("clips", Clip, "Clip"), ("origins", Origin | None, "Origin, or None")):
            row = _row(what, getattr(self, what))
            object.__setattr__(self, what, row)
            if len(row) != len(VOICES):
                raise KitError(f"a kit has {len(VOICES)} {what}, one a voice; got {len(row)}")
            invalid = [each for each in row if not isinstance(each, kind)]
            if invalid:
                raise KitError(f"the {what} of a kit are made with {made_with}, got {invalid[0]!r}")
        softer = tuple(_row("rows of softer clips", row) for row in _row("rows of softer clips", self.softer))
        object.__setattr__(self, "softer", softer)
        if len(softer) != len(VOICES):
            raise KitError(f"a kit has {len(VOICES)} rows of softer clips, one a voice; got {len(softer)}")
        others = [each for row in softer for each in row if not isinstance(each, Clip)]
        if others:
            raise KitError(f"the softer clips of a kit are made with Clip, got {others[0]!r}")

    def __getitem__(self, which: Voice | str) -> Clip:
        return self.clips[voice(which).index]

    def __repr__(self) -> str:
        return f"Kit({self.name!r}, {', '.join(f'{clip.seconds:.2f} s' for clip in self.clips)})"

    def _repr_html_(self) -> str:
        """Eight players, each with its voice and where its sound comes from, for notebooks."""
        sources = ["" if origin is None else escape(origin.source) for origin in self.origins]
        players = [clip._repr_html_() for clip in self.clips]  # pyright: ignore[reportPrivateUsage]
        rows = "".join(
            f"<tr><td>{each.name}</td><td>{player}</td><td>{source}</td></tr>"
            for each, player, source in zip(VOICES, players, sources, strict=True)
        )
        return f"<table><caption>{escape(self.name)}</caption>{rows}</table>"

    def layers(self, which: Voice | str) -> tuple[Clip, ...]:
        """All clips of a voice, from that for hard strokes to that for the softest."""
        row = voice(which).index
        return (self.clips[row], *self.softer[row])

    def as_played(self) -> "Kit":
        """The same kit with the playback settings of each origin applied to its clip; the new origins are neutral.

        Raises RenderError for an origin whose settings are out of range.
        """
        clips = tuple(map(as_played, self.clips, self.origins))
        neutral = tuple(origin and replace(origin, gain=1.0, tune=0.0, decay=1.0) for origin in self.origins)
        pairs = zip(self.softer, self.origins, strict=True)
        softer = tuple(tuple(as_played(clip, origin) for clip in row) for row, origin in pairs)
        return Kit(clips, neutral, self.name, softer)


def _row(what: str, row: object) -> tuple[object, ...]:
    if not isinstance(row, Iterable):
        raise KitError(f"a kit has {len(VOICES)} {what}, one a voice; got {row!r}")
    return tuple(cast(Iterable[object], row))


@checked(KitError)
def as_played(clip: Clip, origin: Origin | None) -> Clip:
    """The clip with the playback settings of its origin; RenderError for settings out of range."""
    if origin is None:
        return clip
    return playback_settings.apply(clip, tune_semitones=origin.tune, decay_ratio=origin.decay, gain=origin.gain)
