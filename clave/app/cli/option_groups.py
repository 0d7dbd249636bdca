"""Options that several commands share, declared once: a parameter whose type is a dataclass becomes its fields."""

import functools
import inspect
from collections.abc import Callable, Iterator
from dataclasses import MISSING, Field, fields, is_dataclass
from inspect import Parameter
from typing import Any, get_type_hints


def with_groups(command: Callable[..., None]) -> Callable[..., None]:
    """The command with each parameter of a dataclass replaced by an option for each field, for typer to read."""
    signature = inspect.signature(command, eval_str=True)
    groups: dict[str, Any] = {
        name: each.annotation for name, each in signature.parameters.items() if is_dataclass(each.annotation)
    }

    @functools.wraps(command)
    def run(**words: Any) -> None:
        for name, group in groups.items():
            words[name] = group(**{each.name: words.pop(each.name) for each in fields(group)})
        command(**words)

    expanded = [
        option.replace(kind=Parameter.KEYWORD_ONLY)
        for name, each in signature.parameters.items()
        for option in (_options(groups[name]) if name in groups else (each,))
    ]
    run.__signature__ = signature.replace(parameters=expanded)  # pyright: ignore[reportAttributeAccessIssue]
    return run


def _options(group: Any) -> Iterator[Parameter]:
    hints = get_type_hints(group, include_extras=True)
    for each in fields(group):
        yield Parameter(each.name, Parameter.KEYWORD_ONLY, default=_default(each), annotation=hints[each.name])


def _default(field: "Field[Any]") -> Any:
    return field.default if field.default_factory is MISSING else field.default_factory()
