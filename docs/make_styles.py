"""Write docs/styles.md and its pictures from the templates: `python docs/make_styles.py`.

A test holds them up to date.
"""

from pathlib import Path

import numpy as np

from clave import grooves
from clave.music import pattern_svg as picture
from clave.rhythm.grooves import Layer, Style

PAGE = Path(__file__).with_name("styles.md")
PICTURES = Path(__file__).with_name("styles")
DRAWS, SEED = 1000, 0

HEAD = """# Styles

Our own grooves: what defines a style, written down as a template, from which bars are drawn. This page is written from
the very templates by `docs/make_styles.py`; they are the files in
[clave/rhythm/grooves/templates](../clave/rhythm/grooves/templates), ours, and CC0.

```python
import numpy as np
from clave import grooves

bars = grooves.bars("samba", 8, seed=7)  # eight bars, each of a take of its own
bar = grooves.draw("trap", np.random.default_rng(7))  # one
rng = np.random.default_rng(7)
take = grooves.take("house", rng)  # one way of playing it; its bars belong together
bars = [grooves.play(take, rng) for _ in range(3)] + [grooves.play(take, rng, "fill")]
```

## How one is written

A template is layers, and a bar is all of them, one upon the other. Each is there with its `chance`; of the grids under
`one-of` one is drawn. That is a take. Each bar of a take draws its chance strokes anew: digits, and layers with `each`.

| letter | is |
|---|---|
| `X` `x` `o` `g` | accent, stroke, soft stroke, ghost note: velocities {loudness} |
| `1` ... `9` | a stroke that comes so many times in ten |
| `.` `-` | nothing; a rest, which takes away what earlier layers put there |

Rows are voices by their short names: `BD` kick, `SD` snare, `CH` and `OH` hats, `LT` tom, `CY` cymbal, `CP` clap, `RS`
other. How many cells a row has says what they are: in 4/4, 16 are 16ths, 32 are 32nds, 12 are eighth-note triplets.
Feel is swing (place of the second 16th), where each of four 16ths lies, how late a voice is, how loose; all but swing
in steps, 64ths of a whole note. `turned` is the chance that a bar begins with its second half, which makes a 3-2 clave
a 2-3 one.
Whatever is misspelt is refused, with file, layer and rule.

Pictures show four bars: three beats of different takes, and a fill. "distinct" counts the different bars (by strokes
alone) among {draws} beats and {draws} fills.
"""


def slug(style: Style) -> str:
    """The name of a style's files."""
    return style.name.replace(" ", "-")


def drawing(style: Style) -> str:
    """Three beats and a fill, as SVG."""
    rng = np.random.default_rng(SEED)
    return picture.svg([grooves.draw(style, rng, section) for section in ("beat", "beat", "beat", "fill")])


def distinct(style: Style, section: str) -> int:
    """How many different bars there are among a thousand, by strokes alone."""
    return len({bar.hits.tobytes() for bar in grooves.bars(style, DRAWS, SEED, section)})


def feel(style: Style) -> str:
    """How it feels, in words and numbers."""
    of = style.feel
    low, high = of.swing
    parts = [f"swing {low:g} to {high:g}" if high > 0.5 else ""]
    parts += [f"16ths moved by {', '.join(f'{each:+g}' for each in of.sixteenths)} steps" if any(of.sixteenths) else ""]
    parts += [f"strokes {of.loose:g} steps loose" if of.loose else "strokes on the grid"]
    return "; ".join(part for part in parts if part)


def written(layer: Layer) -> list[str]:
    """What a layer is, how likely it is, and the first of its grids."""
    ways = len(layer.texts)
    notes = [layer.what, f"{layer.chance:.0%}" if layer.chance < 1 else "", f"one of {ways}" if ways > 1 else ""]
    first, *rest = (row.strip() for row in layer.texts[0].strip().splitlines())
    return [f"{first:<38}{', '.join(note for note in notes if note)}", *rest]


def entry(style: Style) -> str:
    """What a style is, its picture, and its layers, each with the first way it is written."""
    low, high = style.tempo_bpm
    facts = [
        f"{style.meter[0]}/{style.meter[1]}",
        f"{low:g} to {high:g} bpm",
        feel(style),
        f"distinct: {distinct(style, 'beat')} beats, {distinct(style, 'fill')} fills",
    ]
    lines = [
        f"## {style.name.capitalize()}\n",
        f"{style.about}\n",
        f"*{'; '.join(style.sources)}.*\n",
        f"{'; '.join(facts)}.\n",
        f"![Four bars of {style.name}](styles/{slug(style)}.svg)\n",
        "```",
        *(row for layer in style.beat for row in written(layer)),
        "```\n",
    ]
    return "\n".join(lines)


def page() -> str:
    """The whole page."""
    loudness = ", ".join(f"{each:g}" for each in grooves.LOUDNESS.values())
    styles = [grooves.style(name) for name in grooves.STYLES]
    contents = ", ".join(f"[{style.name}](#{slug(style)})" for style in styles)
    head = HEAD.format(loudness=loudness, draws=DRAWS)
    return "\n".join([head, contents + "\n", *map(entry, styles)])


if __name__ == "__main__":
    PICTURES.mkdir(exist_ok=True)
    for name in grooves.STYLES:
        style = grooves.style(name)
        (PICTURES / f"{slug(style)}.svg").write_text(drawing(style), "utf-8")
    PAGE.write_text(page(), "utf-8")
    print(f"{PAGE.name} and {len(grooves.STYLES)} pictures written")
