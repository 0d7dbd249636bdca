"""The sound files in a kit library: how many bytes they may take, and which go when there are more.

A file that a kept kit plays, in any of its versions, stays. Of the others, those that were used longest ago go first.
"""

import sqlite3
from datetime import date

from clave.errors import KitLibraryFullError

MAX_FILES_BYTES = 2_000_000_000  # in one library: an hour and a half of 24 bits in stereo at 48 kHz
TABLE = "CREATE TABLE IF NOT EXISTS file_use (digest TEXT PRIMARY KEY, used TEXT NOT NULL)"
"""On which day a file was last used; one that is not there was used by an older Clave, longest ago."""
_OF_KITS = "SELECT json_extract(value, '$.file') AS digest FROM version, json_each(version.voices)"
_UNUSED = (
    f"WITH of_kit AS ({_OF_KITS}) SELECT digest, LENGTH(content) FROM file LEFT JOIN file_use USING (digest) "
    "WHERE digest NOT IN (SELECT digest FROM of_kit WHERE digest IS NOT NULL) ORDER BY used, file.rowid"
)


def make_room(change: sqlite3.Connection, wanted: int, max_bytes: int) -> None:
    """Remove files that no kept kit plays until so many bytes more have room; KitLibraryFullError where they have none.

    `change` is in a transaction: what was removed is back if it fails.
    """
    (held,) = change.execute("SELECT COALESCE(SUM(LENGTH(content)), 0) FROM file").fetchone()
    unused = [] if held + wanted <= max_bytes else change.execute(_UNUSED).fetchall()
    for digest, size in unused:
        if held + wanted <= max_bytes:
            return
        change.execute("DELETE FROM file WHERE digest = ?", [digest])
        change.execute("DELETE FROM file_use WHERE digest = ?", [digest])
        held -= size
    if held + wanted > max_bytes:
        raise KitLibraryFullError(
            f"sound files of kept kits take {held / 1e6:.0f} MB, and a library holds {max_bytes / 1e6:.0f} MB: "
            "there is no room for one more; start with another --home, or play factory sounds and points of the map"
        )


def note_use(change: sqlite3.Connection, digest: str) -> None:
    """Remember that a file is used today."""
    change.execute(
        "INSERT INTO file_use VALUES (?, ?) ON CONFLICT (digest) DO UPDATE SET used = excluded.used", [digest, _today()]
    )


def was_used_today(reading: sqlite3.Connection, digest: str) -> bool:
    """Whether that is remembered already."""
    found = reading.execute("SELECT 1 FROM file_use WHERE digest = ? AND used = ?", [digest, _today()])
    return found.fetchone() is not None


def _today() -> str:
    return date.today().isoformat()
