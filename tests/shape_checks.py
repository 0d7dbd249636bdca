"""Types and shapes of all functions of Clave are checked while tests run, at a fraction of what jaxtyping's way costs.

jaxtyping's `jaxtyped` binds the arguments to the signature, checks them, calls the function, and checks them once more
with the result. Here the wrapper of the type checker does it in one pass; only where an annotation names an array is
there a scope in which sizes of one name must agree; and in each test the first calls of a function are checked, not the
ten thousand after them.
"""

import functools
import inspect
from collections.abc import Callable, Iterator
from typing import Any, get_args, get_type_hints

import jaxtyping
from jaxtyping import AbstractArray
from jaxtyping._storage import pop_shape_memo, push_shape_memo

CHECKED_CALLS = 30  # of each function in each test

TypeChecker = Callable[[Any], Any]
_by_jaxtyping = jaxtyping.jaxtyped
_test = 0


def install() -> None:
    """From here on, modules that are imported under jaxtyping's import hook are checked in this way."""
    jaxtyping.jaxtyped = _checked


def begin_test() -> None:
    """The first calls of each function are checked anew."""
    global _test
    _test += 1


def _checked(*, typechecker: TypeChecker) -> Callable[[Any], Any]:
    def decorate(target: Any) -> Any:
        if inspect.isclass(target):
            return _checked_class(target, typechecker)
        if inspect.isfunction(target) and _is_called_at_once(target) and _says_types_outright(target):
            arrays = [each for hint in target.__annotations__.values() for each in _arrays(hint)]
            if not any("{" in array.dim_str for array in arrays):  # a size that is the value of an argument
                return _checked_function(target, typechecker, has_shapes=bool(arrays))
        return _by_jaxtyping(target, typechecker=typechecker)

    return decorate


def _checked_class(target: type, typechecker: TypeChecker) -> type:
    """Of a class only the `__init__` that `dataclass` made is checked here; its functions are decorated one by one."""
    made = target.__dict__.get("__init__")
    if hasattr(target, "__dataclass_fields__") and made is not None and not hasattr(made, "__wrapped__"):
        target.__init__ = _checked(typechecker=typechecker)(made)
    return target


def _is_called_at_once(function: Callable[..., Any]) -> bool:
    """Whether a call does the work, not what it returns: a coroutine must still be known for one."""
    later = (inspect.iscoroutinefunction, inspect.isgeneratorfunction, inspect.isasyncgenfunction)
    return not any(kind(function) for kind in later)


def _says_types_outright(function: Callable[..., Any]) -> bool:
    """Whether no annotation is a string, which jaxtyping reads if it can and passes over if not."""
    try:
        hints = get_type_hints(function, include_extras=True)
    except Exception:
        return False
    return all(hint is None or hints[name] == hint for name, hint in function.__annotations__.items())


def _checked_function(
    function: Callable[..., Any], typechecker: TypeChecker, *, has_shapes: bool
) -> Callable[..., Any]:
    typed = typechecker(function)
    test, calls = -1, 0

    @functools.wraps(function)
    def checked(*args: Any, **kwargs: Any) -> Any:
        nonlocal test, calls
        test, calls = _test, calls + 1 if test == _test else 1
        if calls > CHECKED_CALLS or jaxtyping.config.jaxtyping_disable:
            return function(*args, **kwargs)
        if not has_shapes:
            return typed(*args, **kwargs)
        push_shape_memo({})
        try:
            return typed(*args, **kwargs)
        finally:
            pop_shape_memo()

    return checked


def _arrays(hint: Any) -> Iterator[type[AbstractArray]]:
    """The kinds of arrays that an annotation names, also within others."""
    if inspect.isclass(hint) and issubclass(hint, AbstractArray):
        yield hint
    for part in hint if isinstance(hint, list) else get_args(hint):
        yield from _arrays(part)
