"""What the settings of a model may be: they come with the folder of a space, which may be anyone's.

A width of a thousand million says in twelve bytes what takes all memory of a machine. So each setting says its range in
its type, and `check_settings` compares; how many numbers the model has besides is compared with its file (`shipped`).
"""

from dataclasses import fields, is_dataclass
from typing import Annotated, Any, get_type_hints

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from clave.errors import TrainingError

Size = Annotated[int, Field(ge=1, le=10_000)]
"""Of a layer or a latent; ours have up to 1,024."""

Blocks = Annotated[int, Field(ge=0, le=64)]
"""One after another; ours are up to 4."""

Count = Annotated[int, Field(ge=0, le=1_000_000)]
"""Of labels, epochs, points."""

Rows = Annotated[int, Field(ge=1, le=1_000_000)]
"""Of a batch."""

Share = Annotated[float, Field(ge=0, le=1)]
"""A probability."""

NonNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
"""A weight, a rate, or a size in units."""

MaxNorm = Annotated[float, Field(gt=0)]
"""Of a gradient; infinity clips none."""

_RULES = ConfigDict(strict=True, arbitrary_types_allowed=True)
_LONGEST_VALUE = 80  # letters of it, in an error


def check_settings(settings: object, inside: str = "") -> None:
    """Raises TrainingError, with the setting, its rule and its value, unless each is what its type says.

    Settings in settings are checked too; `inside` is how they are reached, as "turning.".
    """
    assert is_dataclass(settings), "the settings of every model are a dataclass"
    kinds = get_type_hints(type(settings), include_extras=True)
    for each in fields(settings):
        value = getattr(settings, each.name)
        if is_dataclass(value):
            check_settings(value, f"{inside}{each.name}.")
            continue
        try:
            TypeAdapter[Any](kinds[each.name], config=_RULES).validate_python(value)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place, given = inside + ".".join(map(str, (each.name, *first["loc"]))), repr(first["input"])
            given = given if len(given) <= _LONGEST_VALUE else f"{given[: _LONGEST_VALUE - 3]}..."
            raise TrainingError(f"{place}: {first['msg']}, got {given}") from error
