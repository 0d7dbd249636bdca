"""Checks of the arguments of public functions: one of the wrong type is refused by name, with one of our errors.

`checked(SpaceError)` is a decorator of a function or a class, `guard(globals(), MidiError)` the same for all functions
that a package lists in `__all__`. What an argument may be is read from its annotation. Code inside relies on it.
"""

import inspect
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import update_wrapper
from numbers import Integral, Real
from pathlib import Path
from types import FunctionType, NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, TypeVar, Union, cast, get_args, get_origin

import numpy as np

from clave.errors import ClaveError

Fits = Callable[[Any], bool]
_Door = TypeVar("_Door", bound=Callable[..., Any])

ADVICE = {
    "Code": "`encode` of the space gives one",
    "Kit": "clave.factory.kit('punch') gives one",
    "Pattern": "clave.midi.read(path).patterns gives some",
    "Clip": "clave.wav.read(path) gives one",
    "Project": "clave.Project() is one",
}
"""Where a value of ours comes from, for whoever passes something else."""


def checked(error: type[ClaveError], own: Collection[str] = ()) -> Callable[[_Door], _Door]:
    """A decorator: arguments that do not fit their annotations raise this error before anything is done.

    Parameters named in `own` are left to the functions, which know more to say. Of a class, its public methods are
    checked, and its constructor where it has an own one or is a dataclass.
    """

    def decorate(door: _Door) -> _Door:
        if not isinstance(door, type):
            return cast(_Door, _guarded(door, error, own))
        for name, member in list(vars(door).items()):
            if name.startswith("_") and name != "__init__":
                continue
            if isinstance(member, classmethod | staticmethod):
                setattr(door, name, type(member)(_guarded(member.__func__, error, own)))
            elif isinstance(member, FunctionType):
                setattr(door, name, _guarded(member, error, own))
        return cast(_Door, door)

    return decorate


def guard(names: dict[str, Any], error: type[ClaveError]) -> None:
    """Check the functions that a package lists in `__all__`; `names` are its globals."""
    for name in names["__all__"]:
        if isinstance(names[name], FunctionType):
            names[name] = _guarded(names[name], error)
            names[name].__module__ = names["__name__"]  # where pickle finds it


def _guarded(function: Callable[..., Any], error: type[ClaveError], own: Collection[str] = ()) -> Callable[..., Any]:
    """The function behind a check of its arguments; the annotations are read at the first call."""
    found: list[_Parameters] = []

    def door(*arguments: Any, **named: Any) -> Any:
        if not found:
            found.append(_Parameters.of(function))
        for name, value in found[0].pairs(arguments, named):
            hint, fits = found[0].by_name[name]
            if name not in own and not fits(value):
                raise error(_refusal(function, name, hint, value))
        return function(*arguments, **named)

    return update_wrapper(door, function)


class _Parameters(NamedTuple):
    """What a function takes: the annotation of each parameter, and what says whether a value fits it."""

    by_name: dict[str, tuple[Any, Fits]]
    positional: list[str]
    rest: str | None  # takes all further positional arguments

    @classmethod
    def of(cls, function: Callable[..., Any]) -> "_Parameters":
        hints, parameters = _hints(function), inspect.signature(function).parameters.values()
        known = {each.name: hints.get(each.name, Any) for each in parameters if each.kind != each.VAR_KEYWORD}
        by_place = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
        positional = [each.name for each in parameters if each.kind in by_place]
        rest = next((each.name for each in parameters if each.kind == each.VAR_POSITIONAL), None)
        return cls({name: (hint, _fits(hint)) for name, hint in known.items()}, positional, rest)

    def pairs(self, arguments: tuple[Any, ...], named: dict[str, Any]) -> list[tuple[str, Any]]:
        """The name and the value of each argument; too many or unknown ones are left to Python's own TypeError."""
        pairs = list(zip(self.positional, arguments, strict=False))
        if self.rest is not None:
            pairs += [(self.rest, value) for value in arguments[len(self.positional) :]]
        return pairs + [(name, value) for name, value in named.items() if name in self.by_name and name != self.rest]


def _refusal(function: Callable[..., Any], name: str, hint: Any, value: Any) -> str:
    own = _own_types(hint)
    single = next((each for each in own if type(value).__name__ == each), None)
    if single and _is_rows(hint):
        advice = f"; put it into a list: [{single.lower()}]"
    else:
        advice = next((f"; {ADVICE[each]}" for each in own if each in ADVICE), "")
    where = function.__qualname__.removesuffix(".__init__")
    return f"{where}: {name} is {in_words(hint)}, got {shown(value)}{advice}"


def in_words(hint: Any) -> str:
    """An annotation as a reader says it: "a whole number", "a list of Pattern", "a path or None"."""
    if get_origin(hint) is Annotated:
        return in_words(get_args(hint)[0])
    if _is_array(hint):
        return f"an array [{', '.join(_dimensions(hint))}]"
    plain = {int: "a whole number", float: "a number", str: "text", bytes: "bytes", bool: "true or false",
             NoneType: "None", None: "None", Path: "a path"}  # fmt: skip
    if hint in plain:
        return plain[hint]
    origin, inside = get_origin(hint), get_args(hint)
    if _is_union(hint):
        words = ["rows of numbers" if _is_array_like(hint) else "", *map(in_words, _members(hint))]
        found = list(dict.fromkeys(each for each in words if each))
        return " or ".join(each for each in found if each != "text" or "a path" not in found)
    if origin is Literal:
        return "one of " + ", ".join(map(repr, inside))
    if origin is not None and isinstance(origin, type):
        if issubclass(origin, Mapping):
            return "a mapping"
        if issubclass(origin, Iterable) and inside:
            kind = f"{len(inside)} values" if origin is tuple and Ellipsis not in inside else "a list"
            return f"{kind} of {getattr(inside[0], '__name__', in_words(inside[0]))}"
        return "a function" if origin.__name__ == "Callable" else f"a {origin.__name__}"
    return f"a {getattr(hint, '__name__', hint)}"


def shown(value: Any) -> str:
    """A value in a message: short, whatever it is."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {list(value.shape)}"
    if isinstance(value, list | tuple) and len(cast(Sequence[Any], value)) > 0:
        kinds = {type(each).__name__ for each in cast(Sequence[Any], value)}
        return f"a {type(value).__name__} of {' and '.join(sorted(kinds))}"
    text = repr(value)
    return text if len(text) <= 60 else f"a {type(value).__name__}"


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    """The annotations, each evaluated; one that names what is only imported for type checkers says nothing."""
    plain = cast(FunctionType, inspect.unwrap(function))
    found: dict[str, Any] = {}
    for name, hint in plain.__annotations__.items():
        if isinstance(hint, str):
            try:
                found[name] = eval(hint, plain.__globals__)
            except (NameError, TypeError, AttributeError):
                found[name] = Any
        else:
            found[name] = hint
    return found


def _fits(hint: Any) -> Fits:
    """What says whether a value fits this annotation."""
    if hint is Any or isinstance(hint, TypeVar | str):
        return _anything
    if get_origin(hint) is Annotated:
        return _fits(get_args(hint)[0])
    if _is_array(hint):
        return lambda value: _fits_array(value, hint)
    simple: dict[Any, Fits] = {
        None: lambda value: value is None,
        NoneType: lambda value: value is None,
        int: lambda value: type(value) is not bool and (isinstance(value, Integral) or _is_scalar(value, "iu")),
        float: lambda value: isinstance(value, Real) or _is_scalar(value, "iuf"),
        bool: lambda value: isinstance(value, bool | np.bool_ | Integral),
    }
    if hint in simple:
        return simple[hint]
    if _is_union(hint):
        members = [_fits(each) for each in _members(hint)]
        if _is_array_like(hint):
            members.append(_is_numbers)
        return lambda value: any(fits(value) for fits in members)
    return _fits_generic(hint)


def _fits_generic(hint: Any) -> Fits:
    origin, inside = get_origin(hint), get_args(hint)
    if origin is Literal:
        return lambda value: isinstance(value, str | int | NoneType) and value in inside
    kind: Any = origin or hint
    if not isinstance(kind, type):
        return _anything
    if issubclass(kind, Mapping):
        keys, values = map(_fits, inside) if len(inside) == 2 else (_anything, _anything)
        return lambda value: (
            isinstance(value, Mapping)
            and all(keys(key) and values(each) for key, each in cast(Mapping[Any, Any], value).items())
        )
    if kind is not str and kind is not bytes and issubclass(kind, Iterable) and inside:
        if kind is tuple and Ellipsis not in inside:
            each_fits = [_fits(each) for each in inside]
            return lambda value: _is_row(value) and len(value) == len(each_fits) and all(
                fits(each) for fits, each in zip(each_fits, value, strict=True)
            )  # fmt: skip
        fits_one, lazy = _fits(inside[0]), not issubclass(kind, Sequence | set | frozenset)
        return lambda value: (_is_row(value) and all(map(fits_one, value))) or (lazy and _is_stream(value))
    if kind is np.ndarray:
        return lambda value: isinstance(value, np.ndarray) and value.dtype.kind in "biufc"
    return lambda value: _is_instance(value, kind)


def _is_instance(value: Any, kind: type) -> bool:
    try:
        return isinstance(value, kind)
    except TypeError:  # a protocol that can't be asked
        return True


def _anything(value: Any) -> bool:  # noqa: ARG001
    return True


def _is_scalar(value: Any, kinds: str) -> bool:
    return isinstance(value, np.ndarray | np.generic) and value.ndim == 0 and value.dtype.kind in kinds


def _is_row(value: Any) -> bool:
    """Whether this is a row of values that can be walked over more than once; text and mappings are none."""
    return not isinstance(value, str | bytes | Mapping) and hasattr(value, "__len__") and hasattr(value, "__iter__")


def _is_stream(value: Any) -> bool:
    """Whether this can be walked over once."""
    return hasattr(value, "__iter__") and not hasattr(value, "__len__") and not isinstance(value, type)


def _is_numbers(value: Any) -> bool:
    if value is None:
        return False
    try:
        np.asarray(value, np.float64)
    except (TypeError, ValueError):
        return False
    return True


def _is_union(hint: Any) -> bool:
    return get_origin(hint) in (Union, UnionType)


def _members(hint: Any) -> list[Any]:
    """The members of a union; of numpy's ArrayLike, which is one too, none."""
    inside = get_args(hint)
    if not _is_array_like(hint):
        return list(inside)
    words = (str, bytes, bool, int, float, complex)
    return [each for each in inside if not _is_numpys(each) and each not in words]


def _is_array_like(hint: Any) -> bool:
    return any(map(_is_numpys, get_args(hint)))


def _is_numpys(hint: Any) -> bool:
    module = str(getattr(get_origin(hint) or hint, "__module__", ""))
    return module.startswith("numpy._typing") or getattr(hint, "__name__", "") == "Buffer"


def _is_array(hint: Any) -> bool:
    """Whether this is an array with named dimensions."""
    return isinstance(hint, type) and hasattr(hint, "dim_str") and hasattr(hint, "dims")


def _dimensions(hint: Any) -> list[str]:
    return str(hint.dim_str).split()


def _fits_array(value: Any, hint: Any) -> bool:
    kind = getattr(getattr(value, "dtype", None), "kind", None)
    if not hasattr(value, "shape") or (isinstance(value, np.ndarray) and kind not in tuple("biufc")):
        return False
    return hint.index_variadic is not None or len(value.shape) == len(hint.dims)


def _own_types(hint: Any) -> list[str]:
    """The names of the classes in an annotation."""
    if get_args(hint) and get_origin(hint) is not Literal:
        return [name for each in get_args(hint) for name in _own_types(each)]
    return [hint.__name__] if isinstance(hint, type) else []


def _is_rows(hint: Any) -> bool:
    origin = get_origin(hint)
    if _is_union(hint):
        return any(map(_is_rows, get_args(hint)))
    return isinstance(origin, type) and issubclass(origin, Iterable) and not issubclass(origin, Mapping)
