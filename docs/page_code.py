"""The code on a page of docs or in a notebook: it runs, what it prints is compared, and pages play the sounds it makes.

A block of `python` or `sh` that is followed at once by a block of `text` prints that text. A page plays a sound by
`<audio controls src="sounds/NAME.mp3">`, where NAME is a variable that holds a `Clip` after the page's Python has run.
"""

import ast
import contextlib
import io
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

FENCE = re.compile(r"^```(\w+)\n(.*?)^```\n(?:\n```text\n(.*?)^```$)?", re.DOTALL | re.MULTILINE)
SOUND = re.compile(r'<audio [^>]*src="sounds/(\w+)\.mp3"')


@dataclass(frozen=True)
class Block:
    """A fenced block, and the text below it that it prints."""

    language: str
    code: str
    output: str | None  # None: the page does not say


def blocks(page: str) -> Iterator[Block]:
    """The blocks of a page that name their language, in order."""
    for language, code, output in FENCE.findall(page):
        yield Block(language, code, output or None)


def sounds(page: str) -> list[str]:
    """The names of the sounds that a page plays."""
    return SOUND.findall(page)


def run_python(page: str, name: str) -> Iterator[tuple[Block, str, dict[str, Any]]]:
    """Run the Python of a page; after each block it, what it printed, and all names so far."""
    names: dict[str, Any] = {}
    for block in blocks(page):
        if block.language == "python":
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                exec(compile(block.code, name, "exec"), names)
            yield block, printed.getvalue(), names


def run_commands(code: str) -> str:
    """Run the lines of a block of `sh` that begin with `clave`, and return what they print."""
    from typer.testing import CliRunner

    from clave.app.cli import app

    printed = ""
    for line in code.splitlines():
        if line.startswith("clave "):
            done = CliRunner().invoke(app, shlex.split(line, comments=True)[1:])
            if done.exit_code:
                raise RuntimeError(f"{line}: {done.output} {done.exception}")
            printed += done.output
    return printed


def run_cell(source: str, names: dict[str, Any]) -> Any:
    """What a notebook does with a cell: run it, and return the value of its last line if that is an expression."""
    cell = ast.parse(source)
    last = cell.body.pop() if isinstance(cell.body[-1], ast.Expr) else None
    exec(compile(cell, "notebook", "exec"), names)
    return None if last is None else eval(compile(ast.Expression(last.value), "notebook", "eval"), names)
