"""How a style is written down: TOML, with bars drawn as rows of letters, one row a voice.

    about = "Four on the floor, clap on two and four, open hat between."
    sources = ["artists and records that play it"]
    meter = "4/4"                   # unless said
    tempo_bpm = [118, 128]
    turned = 0.5                    # chance that a bar begins with its second half: a 2-3 clave; unless said, 0

    [feel]                          # what is left out is 0, or straight
    swing = [0.5, 0.56]             # drawn for each take between these: place of the second 16th of two
    sixteenths = [0, 0, -0.5, -0.4] # steps: where the four 16ths of every quarter really lie
    late = { SD = 0.3 }             # steps that a voice lies behind the beat; negative is ahead
    loose = 0.1                     # steps: standard deviation of each stroke's timing
    lively = 0.05                   # standard deviation of each stroke's velocity

    [[beat]]                        # a layer; a bar is all of its layers, one upon the other
    what = "four on the floor"
    chance = 0.9                    # of the layer; unless said, 1
    each = 0.5                      # of each of its strokes, times what its letter says; unless said, 1
    grid = '''
    BD  X... X... X... X..2
    '''
    # or several, one of which is drawn:  one-of = ['''...''', '''...''']

    [[fill]]                        # one way to fill; one of all is drawn
    what = "snare, ever louder"
    beats = 1                       # the last so many of the bar; until then the beat goes on
    keeps = ["BD"]                  # voices that go on through the fill; unless said, none
    grid = '''
    SD  g o x X
    '''

A row is a voice, by any of its short names, and its cells: `X` accent, `x` stroke, `o` soft stroke, `g` ghost note,
`1` to `9` a stroke that comes so many times in ten, `.` nothing, `-` a rest: nothing, and what earlier layers put there
is taken away. Spaces are for the eye. How many cells there are says what they are: in 4/4, 16 cells are 16ths, 32 are
32nds, 12 are eighth-note triplets. Where an open and a closed hi-hat meet, the open one sounds.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple

from clave.errors import GrooveError, PatternError, VoiceError
from clave.music.digits import whole_number
from clave.music.kit import VOICES, voice
from clave.music.units import MAX_TEMPO_BPM, MIN_TEMPO_BPM, STEPS_PER_WHOLE, Meter, steps_per_bar

LOUDNESS: Mapping[str, float] = {"X": 0.95, "x": 0.75, "o": 0.52, "g": 0.28}
"""The velocity that each letter stands for; digits are plain strokes."""

REST, NOTHING = "-", "."
MAX_SWING = 0.7  # a later second 16th would come near the next; shuffles are written in triplets
MAX_LATE, MAX_LOOSE, MAX_LIVELY = 1.0, 0.4, 0.2
_STRAIGHT = tuple(map(Fraction, (16, 8, 4, 2)))  # steps: quarters to 32nds ...
_TRIPLETS = tuple(Fraction(steps, 3) for steps in (32, 16, 8, 4))  # ... and the triplets among them


class Mark(NamedTuple):
    """A letter of a grid: a stroke that may come, or a rest."""

    voice: int  # row
    step: int  # the nearest of 64 to a whole note: a triplet's are 5 and 11 of a quarter's 16
    position: float  # steps from the start of the bar, where it really is
    loudness: float  # velocity, in (0, 1]; 0 is a rest
    chance: float
    swings: bool  # a triplet has its place already


Grid = tuple[Mark, ...]


@dataclass(frozen=True)
class Layer:
    """Strokes that come together or not at all."""

    what: str
    chance: float
    grids: tuple[Grid, ...]  # one of which is drawn
    texts: tuple[str, ...]  # the same, as they are written


@dataclass(frozen=True)
class Fill:
    """One way to fill the end of a bar."""

    what: str
    start: int  # step; until then the beat goes on
    keeps: frozenset[int]  # voices that go on through it
    grids: tuple[Grid, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Feel:
    """How strokes lie off their steps, and how their velocities differ."""

    swing: tuple[float, float] = (0.5, 0.5)
    sixteenths: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0)  # steps
    late: tuple[float, ...] = (0.0,) * len(VOICES)  # steps, of each voice
    loose: float = 0.0  # steps
    lively: float = 0.0


@dataclass(frozen=True)
class Style:
    """A style, as its file says."""

    name: str
    about: str
    sources: tuple[str, ...]
    meter: Meter
    tempo_bpm: tuple[float, float]
    beat: tuple[Layer, ...]
    fill: tuple[Fill, ...]
    turned: float = 0.0
    feel: Feel = field(default_factory=Feel)


def parse(text: str, name: str, file: str) -> Style:
    """A style from the text of its file; GrooveError names the file, what is wrong in it, and the rule."""
    try:
        table = _Table(tomllib.loads(text), file)
        meter = _meter(str(table.take("meter", "4/4")), file)
        steps, beat_steps = steps_per_bar(meter), STEPS_PER_WHOLE // meter[1]
        style = Style(
            name,
            table.words("about"),
            tuple(table.take("sources", [])),
            meter,
            table.range("tempo_bpm", MIN_TEMPO_BPM, MAX_TEMPO_BPM),
            tuple(_layer(layer, steps) for layer in table.tables("beat")),
            tuple(_fill(fill, steps, beat_steps) for fill in table.tables("fill")),
            table.number("turned", 0.0, 0.0, 1.0),
            _feel(_Table(table.take("feel", {}), f"{file}, feel")),
        )
        table.end()
    except (tomllib.TOMLDecodeError, VoiceError, PatternError) as error:
        raise GrooveError(f"{file}: {error}") from error
    if not style.beat or not style.fill:
        raise GrooveError(f"{file}: a style has layers [[beat]] and at least one [[fill]]")
    return style


class _Table:
    """A TOML table of which each key is read once; `end` refuses keys that were not read."""

    def __init__(self, table: Any, where: str) -> None:
        if not isinstance(table, dict):
            raise GrooveError(f"{where}: a table of names and values is wanted, got {table!r}")
        self.left: dict[str, Any] = dict(table)
        self.where = where

    def take(self, key: str, default: Any) -> Any:
        return self.left.pop(key, default)

    def words(self, key: str) -> str:
        found = self.take(key, None)
        if not isinstance(found, str) or not found.strip():
            raise GrooveError(f"{self.where}: `{key}` says in words what this is, got {found!r}")
        return found.strip()

    def number(self, key: str, default: float, low: float, high: float) -> float:
        return self.checked(key, self.take(key, default), low, high)

    def range(self, key: str, low: float, high: float, default: tuple[float, float] | None = None) -> tuple[Any, Any]:
        found = self.take(key, default)
        if not isinstance(found, list | tuple) or len(found) != 2:
            raise GrooveError(f"{self.where}: `{key}` is two numbers, from and to, got {found!r}")
        first, last = (self.checked(key, each, low, high) for each in found)
        if first > last:
            raise GrooveError(f"{self.where}: `{key}` goes from the lower to the higher, got {found!r}")
        return first, last

    def checked(self, key: str, value: Any, low: float, high: float) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise GrooveError(f"{self.where}: `{key}` lies in [{low:g}, {high:g}], got {value!r}")
        return float(value)

    def tables(self, key: str) -> "list[_Table]":
        found = self.take(key, [])
        if not isinstance(found, list):
            raise GrooveError(f"{self.where}: `{key}` is written [[{key}]], once for each, got {found!r}")
        return [_Table(each, f"{self.where}, {key} {number}") for number, each in enumerate(found, 1)]

    def grids(self) -> tuple[str, ...]:
        one, several = self.take("grid", None), self.take("one-of", None)
        texts = [one] if several is None else several
        if (one is None) == (several is None) or not isinstance(texts, list) or not texts:
            raise GrooveError(f"{self.where}: there is a `grid`, or a list `one-of` from which one is drawn")
        if not all(isinstance(text, str) and text.strip() for text in texts):
            raise GrooveError(f"{self.where}: a grid is rows of letters, got {texts!r}")
        return tuple(texts)

    def end(self) -> None:
        if self.left:
            raise GrooveError(f"{self.where}: nothing is called {', '.join(map(repr, self.left))} here")


def _meter(text: str, file: str) -> Meter:
    beats, slash, unit = text.partition("/")
    numbers = whole_number(beats, 999), whole_number(unit, 999)
    if not slash or numbers[0] is None or numbers[1] is None:
        raise GrooveError(f"{file}: a meter is written like 4/4, got {text!r}")
    return numbers[0], numbers[1]


def _layer(table: _Table, steps: int) -> Layer:
    what, chance = table.words("what"), table.number("chance", 1.0, 0.0, 1.0)
    each, texts = table.number("each", 1.0, 0.0, 1.0), table.grids()
    table.end()
    return Layer(what, chance, tuple(read_grid(text, table.where, 0, steps, each) for text in texts), texts)


def _fill(table: _Table, steps: int, beat_steps: int) -> Fill:
    what = table.words("what")
    beats = table.number("beats", steps / beat_steps, 1, steps / beat_steps)
    if not beats.is_integer():
        raise GrooveError(f"{table.where}: `beats` is a whole number, got {beats:g}")
    start = steps - int(beats) * beat_steps
    keeps, texts = frozenset(voice(name).index for name in table.take("keeps", [])), table.grids()
    each = table.number("each", 1.0, 0.0, 1.0)
    table.end()
    grids = tuple(read_grid(text, table.where, start, steps - start, each) for text in texts)
    return Fill(what, start, keeps, grids, texts)


def _feel(table: _Table) -> Feel:
    sixteenths: Any = table.take("sixteenths", [0, 0, 0, 0])
    if not isinstance(sixteenths, list) or len(sixteenths) != 4:
        raise GrooveError(f"{table.where}: `sixteenths` is four numbers, one for each of a quarter, got {sixteenths!r}")
    late = [0.0] * len(VOICES)
    for name, steps in _Table(table.take("late", {}), table.where).left.items():
        late[voice(name).index] = table.checked("late", steps, -MAX_LATE, MAX_LATE)
    feel = Feel(
        table.range("swing", 0.5, MAX_SWING, (0.5, 0.5)),
        tuple(table.checked("sixteenths", each, -MAX_LATE, MAX_LATE) for each in sixteenths),
        tuple(late),
        table.number("loose", 0.0, 0.0, MAX_LOOSE),
        table.number("lively", 0.0, 0.0, MAX_LIVELY),
    )
    table.end()
    return feel


def read_grid(text: str, where: str, start: int, steps: int, each: float = 1.0) -> Grid:
    """The marks of a grid that spans `steps` steps from step `start` on; `each` thins out its strokes."""
    marks: list[Mark] = []
    rows: set[int] = set()
    for line in text.strip().splitlines():
        short, _, letters = line.strip().partition(" ")
        row, cells = voice(short).index, "".join(letters.split())
        if row in rows:
            raise GrooveError(f"{where}: one row a voice, got a second for {short}")
        rows.add(row)
        width = Fraction(steps, len(cells)) if cells else Fraction(0)
        if width not in _STRAIGHT + _TRIPLETS:
            fit = sorted(int(steps / each) for each in _STRAIGHT + _TRIPLETS if (steps / each).denominator == 1)
            raise GrooveError(
                f"{where}: a row here has {', '.join(map(str, fit))} cells, got {len(cells)}: {short} {cells}"
            )
        for number, letter in enumerate(cells):
            if letter == NOTHING:
                continue
            if letter not in LOUDNESS and letter not in "123456789" + REST:
                known = " ".join((*LOUDNESS, "1-9", NOTHING, REST))
                raise GrooveError(f"{where}: the letters of a grid are {known}, got {letter!r} in {short} {cells}")
            loudness = 0.0 if letter == REST else LOUDNESS.get(letter, LOUDNESS["x"])
            chance = each * (int(letter) / 10 if letter.isdecimal() else 1.0)
            at = start + number * width
            marks.append(Mark(row, round(at), float(at), loudness, chance, width in _STRAIGHT))
    return tuple(marks)
