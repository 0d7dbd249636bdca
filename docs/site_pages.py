"""Pages of the site that are made of other files of the repository: cards, benchmarks, the notebook, CONTRIBUTING."""

import ast
import contextlib
import io
import json
import re
import tempfile
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

import page_code
import site_schema

ROOT = Path(__file__).parents[1]

# Files of the repository that are pages of the site: place in the site, and where its text is from.
SOURCES = {
    "contributing.md": "CONTRIBUTING.md",
    "changelog.md": "CHANGELOG.md",
    "reporting.md": "SECURITY.md",
    "page.md": "web/README.md",
    "licence.md": "LICENSE",
    "notebook.md": "examples/research.ipynb",
    "benchmarks.md": "benchmarks/results.json",
    "reference/project-fields.md": "docs/project.schema.json",
    "reference/messages.md": "tests/fixtures/openapi.json",
    "models/rhythm.md": "clave/weights/rhythm/card.md",
    "models/sound.md": "clave/weights/sound/card.md",
    "models/voices.md": "clave/weights/voices/card.md",
    "models/strokes.md": "clave/weights/strokes/card.md",
    "models/data.md": "clave/files/public_data/recipes",
}
PLACES = {source: place for place, source in SOURCES.items() if not source.endswith(".schema.json")} | {
    f"clave/weights/{space}/credits.csv": f"models/{space}-credits.csv" for space in ("sound", "voices", "strokes")
}

CARDS = {
    "rhythm": (
        "The rhythm space",
        "What the rhythm space that ships has learned from, how good it is, and with which settings it was trained. "
        "It is the file `clave/weights/rhythm/card.md`, which every copy of Clave has; a space that you learn gets "
        "such a card too. [The rhythm model](/docs/rhythm-model.md) explains the terms.",
    ),
    "sound": (
        "The sound space",
        "What the sound space that ships has learned from, with the credit of every maker, how good it is, and with "
        "which settings it was trained. It is the file `clave/weights/sound/card.md`. "
        "[The sound model](/docs/sound-model.md) explains the terms.",
    ),
    "voices": (
        "The voice classifier",
        "A network that says which voice a drum sound is, for files whose names do not say it. Its card says what it "
        "has learned from and how often it is right. [Voice classifier](/docs/voice-classifier.md) says more.",
    ),
    "strokes": (
        "The stroke classifier",
        "A network that says which voices are struck at an onset of an audio loop. Its card says what it has learned "
        "from and how often it is right. [Drum loops](/docs/loops.md) says more.",
    ),
}  # fmt: skip

DATA = """# Data

Where the drums come from that the shipped models have learned from, and which public data Clave fetches by name.
For example, the grooves of every jazz drummer on the map are from Groove MIDI, which anyone may use with credit.

{table}

None of these files is in the repository. Each sound, with its licence, its maker and the SHA-256 of its file, is a line
of [credits.csv](/clave/weights/sound/credits.csv).

## Public data by name

What `clave corpus list` says; [public data by name](/docs/public-data.md) tells how to fetch it.

{public}"""

DATA_ROWS = (
    (
        "[Groove MIDI](https://magenta.tensorflow.org/datasets/groove)",
        "drummers on an electronic kit, as MIDI", "CC BY 4.0", ("rhythm",),
    ),
    ("our own grooves", "bars drawn from [templates of fifty styles](/docs/styles.md)", "CC0", ("rhythm",)),
    (
        "our own drums", "sounds of [our drum synthesizer](/docs/experiments/drum-synthesizer.md)", "CC0",
        ("sound", "voices"),
    ),
    (
        "free one-shots", "recordings of drums and machines, by the makers in the cards",
        "public domain, CC0, CC BY, MIT, Unlicense, free with credit", ("sound", "voices", "strokes"),
    ),
)  # what, explained, licence, and the models that have learned from it  # fmt: skip

BENCHMARKS = """# Benchmarks

How good and how fast Clave is, each number beside another way to do the same in the same run, and the command that
measures it. For example, `python benchmarks/rendering.py` measures how fast bars become sound, on your machine.
`--quick` runs most of them with small settings.

"""


def pages() -> dict[str, str | bytes]:
    """The text of each page by its place in the site, and the files that they link to."""
    made: dict[str, str | bytes] = {}
    for place, source in SOURCES.items():
        if source.endswith(".md") and not place.startswith("models/"):
            made[place] = (ROOT / source).read_text("utf-8")
    made["licence.md"] = f"# Licence\n\n{(ROOT / 'LICENSE').read_text('utf-8')}"
    for space in CARDS:
        made[f"models/{space}.md"] = card(space)
        credits_file = ROOT / f"clave/weights/{space}/credits.csv"
        if credits_file.exists():
            made[f"models/{space}-credits.csv"] = credits_file.read_bytes()
    return made | {
        "models/data.md": data(),
        "reference/project-fields.md": site_schema.project(),
        "reference/messages.md": site_schema.messages(),
        "benchmarks.md": benchmarks(),
        "notebook.md": notebook(),
    }


def card(space: str) -> str:
    """The card of a shipped model, below a sentence that says what it is."""
    title, what = CARDS[space]
    text = (ROOT / f"clave/weights/{space}/card.md").read_text("utf-8").partition("\n")[2]
    return f"# {title}\n\n{what}\n{text}"


def data() -> str:
    """What was learned from, and what can be fetched."""
    rows = ["| data | what it is | licence | learned from by |", "|---|---|---|---|"]
    for what, explained, licence, spaces in DATA_ROWS:
        cards = ", ".join(f"[{CARDS[space][0].lower()}](/clave/weights/{space}/card.md)" for space in spaces)
        rows.append(f"| {what} | {explained} | {licence} | {cards} |")
    return DATA.format(table="\n".join(rows), public=fenced(command_output("corpus", "list")))


def command_output(*words: str) -> str:
    """What a command prints."""
    from typer.testing import CliRunner

    from clave.app.cli import app

    done = CliRunner().invoke(app, list(words))
    if done.exit_code:
        raise RuntimeError(f"clave {' '.join(words)}: {done.output}")
    return done.output


def fenced(text: str, language: str = "text") -> str:
    """The text as a block of its own."""
    return f"```{language}\n{text.rstrip()}\n```\n"


def benchmarks() -> str:
    """The README's table, and each program of benchmarks/ with what it says of itself."""
    readme = (ROOT / "README.md").read_text("utf-8")
    table = re.search(r"<!-- measured: begin .*?-->\n(.*?)<!-- measured: end", readme, re.DOTALL)
    assert table is not None
    return (
        BENCHMARKS + table[1].replace("](docs/", "](/docs/") + "\n## The programs\n" + "".join(map(program, programs()))
    )


def programs() -> list[Path]:
    """Those of benchmarks/ that can be run."""
    found = sorted((ROOT / "benchmarks").glob("*.py"))
    return [path for path in found if "__main__" in path.read_text("utf-8")]


def program(path: Path) -> str:
    """Its section: the first sentence, the command, the rest."""
    text = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    return f"\n### {path.stem.replace('_', ' ')}\n\n`python benchmarks/{path.name}`\n\n{indented_as_code(text)}\n"


def indented_as_code(text: str) -> str:
    """Markdown of a docstring: its indented lines stay code, brackets stay as they are."""
    parts = text.split("\n\n")
    return "\n\n".join(
        part if part.startswith("    ") else escape(part, quote=False).replace("[", "&#91;") for part in parts
    )


def notebook() -> str:
    """The example notebook, with what each cell shows."""
    document = json.loads((ROOT / SOURCES["notebook.md"]).read_text("utf-8"))
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        return "\n\n".join(cells(document)) + "\n"


def cells(document: dict[str, Any]) -> Iterator[str]:
    """Each cell as Markdown; code is run, and its last value shown."""
    names: dict[str, Any] = {}
    for cell in document["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            yield source
            continue
        yield fenced(source, "python")
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            value = page_code.run_cell(source, names)
        if printed.getvalue():
            yield fenced(printed.getvalue())
        if hasattr(value, "_repr_html_"):
            shown = re.sub(r"\n\s*", " ", value._repr_html_())
            yield f'<div class="shown">{shown}</div>'
        elif value is not None:
            yield fenced(repr(value))
