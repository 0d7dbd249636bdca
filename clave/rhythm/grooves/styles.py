"""The styles that Clave brings along, each a file in `templates/`."""

from functools import cache
from importlib import resources

from clave.errors import GrooveError
from clave.rhythm.grooves.notation import Style, parse

STYLES: tuple[str, ...] = (
    "house", "techno", "disco", "dance", "two step", "drum and bass", "breakbeat", "jersey club", "footwork",
    "dubstep", "electro", "trap", "drill", "boom bap", "hiphop",
    "funk", "motown", "soul", "gospel", "rock", "pop", "punk", "metal", "country", "blues", "jazz", "neworleans",
    "reggae", "ska", "reggaeton", "dembow", "soca", "cumbia", "salsa", "afrocuban", "latin",
    "samba", "bossa", "funk carioca", "afrobeat", "highlife", "amapiano", "middleeastern",
    "waltz", "bembe", "five four", "twelve eight", "nine eight", "seven eight", "five eight",
)  # fmt: skip
"""Their names; the file of "two step" is `templates/two-step.toml`. From "waltz" on they are not in 4/4.

A learned space has styles of its own, `space.styles`: those that it has learned from, of these and of others.
"""


def style(name: str) -> Style:
    """The style of that name; GrooveError lists them all if it is none."""
    if name not in STYLES:
        raise GrooveError(f"no grooves for the style {name!r}; there are {', '.join(STYLES)}")
    return _read(name)


@cache
def _read(name: str) -> Style:
    file = f"{name.replace(' ', '-')}.toml"
    return parse((resources.files("clave.rhythm.grooves") / "templates" / file).read_text("utf-8"), name, file)
