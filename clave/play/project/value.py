"""What every part of a project is: a frozen value that is valid from the moment it exists."""

from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from clave.errors import ClaveError, PatternError, ProjectError
from clave.music.pattern import LEAST_VELOCITY
from clave.music.units import Meter, steps_per_bar

MAX_SEED = 2**32 - 1

Finite = Annotated[float, Field(allow_inf_nan=False)]
Point = tuple[Finite, Finite]  # of a map, in standard deviations of its prior
Share = Annotated[float, Field(ge=0, le=1)]
Seed = Annotated[int, Field(ge=0, le=MAX_SEED)]
VoiceIndex = Annotated[int, Field(ge=0, le=7)]
Deviations = Annotated[float, Field(ge=-3, le=3)]  # standard deviations of what the space was learned from
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]  # SHA-256 of a file


def _playable(meter: Meter) -> Meter:
    try:
        steps_per_bar(meter)
    except PatternError as error:
        raise ValueError(str(error)) from error
    return meter


def _struck(velocity: float) -> float:
    if velocity < LEAST_VELOCITY:
        raise ValueError(f"a stroke that sounds has a velocity of at least {LEAST_VELOCITY:.3g}")
    return velocity


StrokeVelocity = Annotated[float, Field(gt=0, le=1), AfterValidator(_struck)]
TimeSignature = Annotated[Meter, AfterValidator(_playable)]


class Value(BaseModel):
    """Frozen and checked; fields it does not know are kept, so that they survive a round trip.

    Raises ProjectError, with the place, the rule and the value, for what is not allowed.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="allow",
        allow_inf_nan=False,
        serialize_by_alias=True,
        validate_by_name=True,
        ser_json_inf_nan="constants",
    )
    refusal: ClassVar[type[ClaveError]] = ProjectError

    if not TYPE_CHECKING:

        def __init__(self, /, **fields: Any) -> None:
            try:
                super().__init__(**fields)
            except ValidationError as error:
                raise self.refusal(first_rule_broken(error)) from error

        # Values inside other values are checked by pydantic itself, which then tells the whole place in one error.
        __init__.__pydantic_base_init__ = True

    def changed(self, **fields: Any) -> "Any":
        """The same value with these fields changed, checked anew."""
        return type(self)(**{**dict(self), **(self.__pydantic_extra__ or {}), **fields})


def first_rule_broken(error: ValidationError) -> str:
    """Where the first broken rule stands, the rule, and the value that broke it."""
    first = error.errors(include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"] if not str(part).startswith("function-")) or "it"
    rule = first["msg"].removeprefix("Value error, ")
    given = repr(first["input"])
    more = error.error_count() - 1
    others = f" (and {more} more)" if more else ""
    return f"{place}: {rule}, got {given if len(given) <= 80 else given[:77] + '...'}{others}"
