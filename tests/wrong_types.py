"""Call everything that is public with arguments of the wrong type, and print what is not refused as it should be.

In a process of its own: in a test run every type is checked before Clave could check any. Each line is a fault.
"""

import inspect
from collections.abc import Iterator
from types import FunctionType
from typing import Any

import numpy as np

import clave
from clave.errors import ClaveError

TAKES_ANYTHING = {
    "Pattern.trusted",  # says that it checks nothing
    "RhythmSpace", "SoundSpace",  # made by load_rhythm and load_sound; their methods are called
    "midi.compose", "midi.file_bytes", "midi.save",  # of mido's own files and of notes that Clave has laid out
    "project.schema",
    "errors.printable",  # of a message, by the errors themselves
}  # fmt: skip
RECORDS = {  # what functions return; who makes one by hand finds out where it is used
    "corpus.Corpus", "corpus.CorpusBar", "corpus.CorpusReport", "corpus.Facts", "grooves.Feel", "grooves.Fill",
    "grooves.Layer", "loop.BarGrid", "loop.LoopConfidence", "loop.LoopReading", "loop.LoopSound", "loop.LoopStroke",
    "midi.ComposedFile",
    "grooves.Mark", "grooves.Style", "grooves.Take", "kit.Voice", "midi.MidiNotes", "midi.Reading",
    "midi.ReadingReport", "midi.WritingReport", "sounds.Credit", "sounds.Listed", "sounds.SoundCorpus",
    "sounds.SoundReport", "wav.KitReading", "wav.SoundFiles", "Performance", "factory.KitRecipe",
}  # fmt: skip


SLOW = {"corpus.from_factory", "perform", "sounds.made", "SoundSpace.draw_kit"}  # what they take may take seconds


class Foreign:
    """A value of a type that nothing takes."""


WRONG: tuple[Any, ...] = (Foreign(), "punch", 2.5, None, [Foreign()], {"a": Foreign()}, np.array(["x"]), True)


def public() -> Iterator[tuple[str, Any]]:
    """Every function, class and method that `import clave` leads to, by the name that a caller types."""
    for name in clave.__all__:
        found = getattr(clave, name)
        if inspect.ismodule(found):
            names = getattr(found, "__all__", [each for each in vars(found) if not each.startswith("_")])
            for each in names:
                value = getattr(found, each)
                here = getattr(value, "__module__", "")
                if here == found.__name__ or (hasattr(found, "__all__") and str(here).startswith("clave.")):
                    yield from with_methods(f"{name}.{each}", value)
        else:
            yield from with_methods(name, found)


def with_methods(name: str, found: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(found, FunctionType):
        yield name, found
    if isinstance(found, type) and not issubclass(found, BaseException):
        yield name, found
        if name not in RECORDS:
            own = [each for each in vars(found) if not each.startswith("_")]
            yield from (
                (f"{name}.{each}", vars(found)[each])
                for each in own
                if isinstance(vars(found)[each], FunctionType | classmethod | staticmethod)
            )


CALLED = {name: found for name, found in public() if name not in TAKES_ANYTHING | RECORDS}


class Rooms:
    """A right value for each parameter, by its name, and an instance of each class that has methods."""

    def __init__(self) -> None:
        self.rhythm, self.sound = clave.load_rhythm(), clave.load_sound()
        self.bars = clave.grooves.bars("house", 1, 0)
        self.kit = clave.factory.kit()
        self.corpus = clave.corpus.from_factory(["house"], takes=1, fills=0)

    def value(self, owner: str, name: str) -> Any:
        snare = clave.kit.VOICES[1]
        sound = owner.startswith("SoundSpace")
        return {
            "patterns": self.bars, "pattern": self.bars[0], "kit": self.kit, "clips": [self.kit["snare"]], "n": 1,
            "clip": self.kit["snare"], "voice": snare, "which": "snare", "path": "x.mid", "point": (0.0, 0.0),
            "points": [(0.0, 0.0)] if owner != "SoundSpace.kit" else {"snare": (0.0, 0.0)}, "style": "funk",
            "code": self.sound.expected([(0, 0)], snare) if sound else self.rhythm.expected([(0, 0)]), "seed": 0,
            "project": clave.Project(), "rng": np.random.default_rng(0), "shift": {}, "taps": [(0.0, 0.5)], "name": "",
            "keep": np.zeros((8, 64), bool), "corpus": self.corpus, "one": self.corpus, "other": self.corpus,
            "folder": "nowhere", "variation": 0.0, "seeds": [0], "velocity": 0.5, "layers": 2, "tick": 0,
            "channels": self.kit["snare"], "left": self.kit["snare"], "right": self.kit["snare"], "count": 1,
            "hits": np.zeros((8, 64)), "strokes": [], "meter": (4, 4), "text": "", "file": "x",
            "data": b"", "styles": ["house"], "takes": 1, "fills": 0,
        }.get(name, inspect.Parameter.empty)  # fmt: skip

    def owner(self, name: str) -> Any:
        made = {
            "RhythmSpace": self.rhythm, "SoundSpace": self.sound, "Kit": self.kit, "Pattern": self.bars[0],
            "NSGT": clave.NSGT(length=4096), "Performance": clave.Performance.of_patterns(self.bars, self.kit),
            "corpus.Corpus": self.corpus,
        }  # fmt: skip
        return made.get(name)


def bound(name: str, found: Any, rooms: Rooms) -> Any:
    """The callable as a caller has it: a method of an instance, or of the class where that takes none."""
    if "." not in name or isinstance(found, type) or (name.split(".")[0] in vars(clave) and name.count(".") == 1 and (
        inspect.ismodule(getattr(clave, name.split(".")[0]))
    )):  # fmt: skip
        return found
    owner, method = name.rsplit(".", 1)
    holder = clave
    for part in owner.split("."):
        holder = getattr(holder, part)
    instance = holder if isinstance(found, classmethod | staticmethod) else rooms.owner(owner)
    return None if instance is None else getattr(instance, method)


def faults(name: str, found: Any, rooms: Rooms) -> Iterator[str]:
    """What happens with wrong arguments of a callable, other than an error of ours; a success is one for `Foreign`."""
    called = bound(name, found, rooms)
    if called is None or inspect.isabstract(called):  # a method of a value of the project, which checks its own fields
        return
    parameters = [each for each in inspect.signature(called).parameters.values() if each.kind != each.VAR_KEYWORD]
    right = {
        each.name: rooms.value(name, each.name)
        for each in parameters
        if each.kind in (each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY)
        and (each.default is each.empty or each.name in ("takes", "fills", "styles"))
    }
    for parameter in parameters:
        for wrong in WRONG[: 1 if name in SLOW else None]:
            named = {**right, parameter.name: wrong}
            rest = [named.pop(parameter.name)] if parameter.kind == parameter.VAR_POSITIONAL else []
            leading = [named.pop(each) for each in right] if rest else []
            try:
                called(*leading, *rest, **named)
            except ClaveError as error:
                if not str(error):
                    yield f"{name}({parameter.name}={wrong!r}) says nothing"
            except Exception as error:
                yield f"{name}({parameter.name}={wrong!r}): {type(error).__name__}: {error}"
            else:
                if isinstance(wrong, Foreign):
                    yield f"{name} takes anything as {parameter.name}"


if __name__ == "__main__":
    rooms = Rooms()
    for name, found in CALLED.items():
        for fault in faults(name, found, rooms):
            print(fault)
