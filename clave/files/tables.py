"""Tables in CSV files as programs and people write them, in any of the usual encodings and with any separator."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from clave.errors import CorpusError

_SIGNS = ",;\t|"  # between columns; which of them the first line has most of


def read_table(path: str | Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """The rows of a CSV that has at least these columns, each with all columns it has; "" where a row is short.

    UTF-8 and UTF-16, with a byte order mark or without, else Latin-1; commas, semicolons, tabs or bars between columns.
    Capitals and spaces in the names of columns do not matter. Empty lines are none. Raises CorpusError for what cannot
    be read or lacks a column.
    """
    path = Path(path)
    try:
        text = _decoded(path.read_bytes())
        lines = text.splitlines()
        first = next((line for line in lines if line.strip()), "")
        if first.lower().startswith("sep=") and len(first) == 5:  # what Excel is told the sign by
            text = text.split("\n", 1)[1]
            sign = first[4]
        else:
            sign = max(_SIGNS, key=first.count)
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=sign) if any(map(str.strip, row))]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CorpusError(f"{path} cannot be read as a table: {error}") from error
    names = [name.strip().lower() for name in rows[0]] if rows else []
    missing = [column for column in columns if column not in names]
    if missing:
        found = rows[0] if rows else []
        raise CorpusError(
            f"{path} lacks the column {', '.join(missing)}; it has {found}, and needs {' and '.join(columns)}"
        )
    return [dict(zip(names, [*row, *[""] * (len(names) - len(row))], strict=False)) for row in rows[1:]]


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")
