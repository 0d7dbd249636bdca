"""The checks of types and shapes that run under every other test do find what is wrong."""

from dataclasses import dataclass

import numpy as np
import pytest
import shape_checks
from beartype import beartype
from beartype.roar import BeartypeCallHintViolation
from jaxtyping import Float, TypeCheckError

from clave.music import pattern

checked = shape_checks._checked(typechecker=beartype)


@checked
def outer(left: Float[np.ndarray, "n"], right: Float[np.ndarray, "m"]) -> Float[np.ndarray, "n m"]:
    return left[:, None] * right if left[0] >= 0 else right[:, None] * left


@checked
def halved(number: int) -> int:
    return number // 2 if number % 2 == 0 else number / 2  # type: ignore[return-value]


@checked
def zeros(count: int) -> Float[np.ndarray, "{count}"]:
    return np.zeros(min(count, 3))


@checked
@dataclass
class Pair:
    one: Float[np.ndarray, "n"]
    other: Float[np.ndarray, "n"]


def test_sizes_of_one_name_agree_within_a_call_and_not_between_calls() -> None:
    assert outer(np.ones(2), np.ones(3)).shape == (2, 3)
    assert outer(np.ones(4), np.ones(1)).shape == (4, 1)
    with pytest.raises(BeartypeCallHintViolation):
        outer(-np.ones(2), np.ones(3))
    with pytest.raises(BeartypeCallHintViolation):
        outer(np.ones((2, 2)), np.ones(3))


def test_a_size_may_be_the_value_of_an_argument() -> None:
    assert len(zeros(2)) == 2
    with pytest.raises(TypeCheckError):
        zeros(4)


def test_types_without_arrays_and_records_are_checked() -> None:
    assert halved(4) == 2
    with pytest.raises(BeartypeCallHintViolation):
        halved(3)
    Pair(np.ones(2), np.ones(2))
    with pytest.raises(BeartypeCallHintViolation):
        Pair(np.ones(2), np.ones(3))


def test_after_many_calls_the_next_test_checks_again() -> None:
    for _ in range(shape_checks.CHECKED_CALLS):
        halved(2)
    assert halved(3) == 1.5
    shape_checks.begin_test()
    with pytest.raises(BeartypeCallHintViolation):
        halved(3)


def test_clave_s_own_functions_are_checked() -> None:
    bar = pattern.Pattern.from_hits(np.zeros((8, 64), bool))
    with pytest.raises(BeartypeCallHintViolation):
        pattern.Pattern(bar.velocity, bar.offset[:, :3])
