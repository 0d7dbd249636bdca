"""The styles that Clave brings along, each a file in `templates/`."""

from functools import cache
from importlib import resources

from clave.errors import GrooveError
from clave.rhythm.grooves.notation import Style, parse

STYLES: tuple[str, ...] = (
    "house", "techno", "disco", "two step", "drum and bass", "footwork", "electro",
    "trap", "boom bap", "funk", "motown", "rock", "blues",
    "reggae", "reggaeton", "dembow", "salsa", "samba", "bossa", "afrobeat",
    "waltz", "bembe", "five four",
)  # fmt: skip
"""Their names; the file of "two step" is `templates/two-step.toml`. The last three are not in 4/4."""


def style(name: str) -> Style:
    """The style of that name; GrooveError lists them all if it is none."""
    if name not in STYLES:
        raise GrooveError(f"no grooves for the style {name!r}; there are {', '.join(STYLES)}")
    return _read(name)


@cache
def _read(name: str) -> Style:
    file = f"{name.replace(' ', '-')}.toml"
    return parse((resources.files("clave.rhythm.grooves") / "templates" / file).read_text("utf-8"), name, file)
