"""Write docs/styles.md and its pictures from the templates: `python docs/make_styles.py [FOLDER]`.

A test holds them up to date.
"""

import sys
from pathlib import Path

import numpy as np

from clave import grooves, styles
from clave.music import pattern_svg
from clave.music.units import meter_name
from clave.rhythm.grooves import Layer, Style
from clave.rhythm.style_facts import DRAWS

PAGE, PICTURES = "styles.md", "styles"
SEED = 0

HEAD = """# Styles

Open data has few house, drill or cumbia drums. So Clave brings grooves of its own: each style is a template, written as
rows of letters, from which bars are drawn at random. They need no data, can be learned from (`clave learn rhythm
--factory`), and are yours to read and change. This page is generated from the templates by `docs/make_styles.py`; they
are the files in [clave/rhythm/grooves/templates](../clave/rhythm/grooves/templates), ours, and CC0.

```python
import numpy as np
from clave import grooves

bars = grooves.bars("samba", 8, seed=7)  # eight bars, each of a take of its own
bar = grooves.draw("trap", np.random.default_rng(7))  # one
rng = np.random.default_rng(7)
take = grooves.take("house", rng)  # one way of playing it; its bars belong together
bars = [grooves.play(take, rng) for _ in range(3)] + [grooves.play(take, rng, "fill")]
```

`clave.styles` has the same as data: for each of the {count} styles its tempo, its meter, what it is known by (a rule in
words, and the test of bars against it), its fills, and how many different bars its template gives.

```python
from clave import styles

print(list(styles))  # the names
drill = styles["drill"]
print(drill.usual_tempo_bpm, drill.tempo_bpm, drill.meter, drill.rule, drill.fills, drill.bar_count())
bars = grooves.bars("drill", 50, seed=1)
assert drill.signature.share(bars) == 1  # each bar of a template keeps the rule of its style
```

These are the styles that bars can be drawn from. A learned space has a list of its own, `space.styles`: the styles that
it has learned from, of these and of recordings.

## How a style is written

A template consists of layers, and a bar is all of them together. Each layer is present with its `chance`; of the grids
under `one-of` one is drawn. The result is called a take: one way of playing the style. Within a take each bar draws its
optional strokes anew: digits, and layers marked `each`.

| letter | meaning |
|---|---|
| `X` `x` `o` `g` | accent, stroke, soft stroke, ghost note: velocities {loudness} |
| `1` ... `9` | a stroke that occurs in so many of ten bars |
| `.` `-` | nothing; a rest, which removes what earlier layers put there |

Rows are voices by their short names: `BD` kick, `SD` snare, `CH` and `OH` hi-hats, `LT` tom, `CY` cymbal, `CP` clap,
`RS` other. The number of cells in a row says what they are: in 4/4, 16 are 16ths, 32 are 32nds, 12 are eighth-note
triplets.

Timing is swing (the position of the second 16th), a shift for each of four 16ths, a delay for each voice, and how
loosely strokes lie; all but swing in steps, 64ths of a whole note. `turned` is the probability that a bar begins with
its second half, which makes a 2-3 clave of a 3-2 one. A mistake in a template is refused with file, layer and rule.

The pictures show four bars: three beats of different takes, and a fill. "distinct" counts the different bars (by hits
alone) among {draws} beats and {draws} fills. How many of them keep
the signature of their style: [experiments](experiments/style-templates.md).
"""


def slug(style: Style) -> str:
    """The name of a style's files."""
    return style.name.replace(" ", "-")


def drawing(style: Style) -> str:
    """Three beats and a fill, as SVG."""
    rng = np.random.default_rng(SEED)
    return pattern_svg.svg([grooves.draw(style, rng, section) for section in ("beat", "beat", "beat", "fill")])


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
    known = styles[style.name]
    low, high = known.tempo_bpm
    facts = [
        meter_name(known.meter),
        f"{low:g} to {high:g} bpm",
        feel(style),
        f"distinct: {known.bar_count()} beats, {known.bar_count('fill')} fills",
    ]
    lines = [
        f"## {style.name.capitalize()}\n",
        f"{style.about}\n",
        f"*{'; '.join(style.sources)}.*\n",
        f"Known by: {known.rule} ({known.signature.source}).\n",
        f"{'; '.join(facts)}. Fills: {'; '.join(known.fills)}.\n",
        f"![Four bars of {style.name}](styles/{slug(style)}.svg)\n",
        "```",
        *(row for layer in style.beat for row in written(layer)),
        "```\n",
    ]
    return "\n".join(lines)


def page() -> str:
    """The whole page."""
    loudness = ", ".join(f"{each:g}" for each in grooves.LOUDNESS.values())
    templates = [grooves.style(name) for name in styles]
    contents = ", ".join(f"[{style.name}](#{slug(style)})" for style in templates)
    head = HEAD.format(loudness=loudness, draws=DRAWS, count=len(templates))
    return "\n".join([head, contents + "\n", *map(entry, templates)])


def write(folder: Path) -> None:
    """The page and its pictures, into this folder."""
    (folder / PICTURES).mkdir(exist_ok=True)
    for name in styles:
        style = grooves.style(name)
        (folder / PICTURES / f"{slug(style)}.svg").write_text(drawing(style), "utf-8")
    (folder / PAGE).write_text(page(), "utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
    print(f"{PAGE} and {len(styles)} pictures written")
