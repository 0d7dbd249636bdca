"""The kits a player keeps, with every version of each, and the sound files in them: one SQLite file.

Kits are numbered, and named: no two that are not deleted share a name. What is deleted stays, to be taken back. Files
are known by the SHA-256 of their bytes, so that the same file is kept once.

The messages are imported where they are made: `clave play` opens the library before it waits for them.
"""

import hashlib
import os
import sqlite3
import sys
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clave.app.kit_files import MAX_FILES_BYTES, TABLE, make_room, note_use, was_used_today
from clave.errors import KitError, KitLibraryBusyError, KitLibraryError

if TYPE_CHECKING:
    from pydantic import TypeAdapter

    from clave.app.sound_protocol import KeptInfo, KeptKit, KeptVersion
    from clave.play.project.voices import KitVoice

FILE = "kept.sqlite"
HOME_VARIABLE = "CLAVE_HOME"
VERSION = 1  # of the tables
APPLICATION = 0x436C6176  # "Clav": how a database says that it is ours
BUSY_SECONDS = 3.0  # to wait for another Clave that is writing

TABLES = f"""
CREATE TABLE kit (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, deleted TEXT);
CREATE UNIQUE INDEX one_kit_a_name ON kit (name) WHERE deleted IS NULL;
CREATE TABLE version (
    kit INTEGER NOT NULL REFERENCES kit, version INTEGER NOT NULL, changed TEXT NOT NULL, voices TEXT NOT NULL,
    PRIMARY KEY (kit, version)
);
CREATE TABLE file (digest TEXT PRIMARY KEY, content BLOB NOT NULL);
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {VERSION};
"""
_LISTED = "SELECT id, name, changed, COUNT(*), MAX(version.rowid) AS latest FROM kit JOIN version ON kit = id"
"""With the time of the latest version, by the order in which versions were kept: a clock may be set back."""


def home() -> Path:
    """The folder of what a player keeps: CLAVE_HOME, or the place that the system has for such."""
    if own := os.environ.get(HOME_VARIABLE):
        return Path(own)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "Clave"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "Clave"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "clave"


def file_in(folder: Path | None = None) -> Path:
    """The database in this folder, else in `home`; it need not be there yet."""
    return (folder or home()) / FILE


class KitLibrary:
    """The kits and files in one database, or, without a path, in memory for as long as this lives.

    Any thread may use it; another Clave may have the same file open. KitLibraryError, with the file, where it is no
    such database, is of a newer Clave, or cannot be read or written; KitError for a kit or a file that is not there.
    """

    def __init__(self, path: Path | None = None, max_files_bytes: int = MAX_FILES_BYTES) -> None:
        self.path = path
        self._most = max_files_bytes
        self._lock, self._reading_lock = threading.RLock(), threading.RLock()
        with self._in_words():
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
            self._database = self._connected()
            try:
                self._database.execute("PRAGMA foreign_keys = ON")
                self._open()
                self._reader = self._database if path is None else self._connected()
            except BaseException:
                self._database.close()
                raise
            if path is None:
                self._reading_lock = self._lock

    def close(self) -> None:
        """Let go of the file."""
        with self._lock, self._reading_lock:
            self._reader.close()
            self._database.close()

    def keep(self, name: str, voices: "Sequence[KitVoice]") -> int:
        """Keep a kit under this name, as the next version of the one that has it; the number of the kit.

        The files of its voices are kept before (`keep_file`).
        """
        with self._change() as change:
            for digest in {voice.file for voice in voices if voice.file is not None}:
                if not self.has_file(digest):
                    raise KitError(f"no file is kept under {digest}")
            change.execute(
                "INSERT INTO kit (name) VALUES (?) ON CONFLICT (name) WHERE deleted IS NULL DO NOTHING", [name]
            )
            (kit,) = change.execute("SELECT id FROM kit WHERE name = ? AND deleted IS NULL", [name]).fetchone()
            change.execute(
                "INSERT INTO version SELECT ?, 1 + COUNT(*), ?, ? FROM version WHERE kit = ?",
                [kit, _now(), _voices().dump_json(tuple(voices), by_alias=True).decode(), kit],
            )
            return int(kit)

    def kits(self, *, deleted: bool = False) -> "list[KeptInfo]":
        """The kits that are there, or those that were deleted; the one that changed last comes first."""
        from clave.app.sound_protocol import KeptInfo

        which = "NOT NULL" if deleted else "NULL"
        rows = self._rows(f"{_LISTED} WHERE deleted IS {which} GROUP BY id ORDER BY latest DESC")
        return [KeptInfo(id=id_, name=name, changed=changed, versions=count) for id_, name, changed, count, _ in rows]

    def kit(self, kit: int, version: int | None = None) -> "KeptKit":
        """A kit that is kept, also a deleted one, as it is or as it was in this version."""
        from pydantic import ValidationError

        from clave.app.sound_protocol import KeptKit

        row = self._rows(f"{_LISTED} WHERE id = ? GROUP BY id", [kit])
        if not row:
            raise KitError(f"no kit is kept under the number {kit}")
        name, versions = row[0][1], row[0][3]
        which = versions if version is None else version
        found = self._rows("SELECT changed, voices FROM version WHERE kit = ? AND version = ?", [kit, which])
        if not found:
            raise KitError(f"the kit {name!r} has versions 1 to {versions}, got {which}")
        changed, text = found[0]
        try:
            voices = _voices().validate_json(text)
        except ValidationError as error:
            raise KitLibraryError(
                f"{self._place}: version {which} of the kit {name!r} cannot be read: {error}"
            ) from error
        return KeptKit(id=kit, name=name, changed=changed, version=which, versions=versions, voices=voices)

    def named(self, name: str) -> "KeptKit | None":
        """The kit that is kept under this name."""
        found = self._rows("SELECT id FROM kit WHERE name = ? AND deleted IS NULL", [name])
        return self.kit(found[0][0]) if found else None

    def history(self, kit: int) -> "list[KeptVersion]":
        """The versions of a kit, the latest first."""
        from clave.app.sound_protocol import KeptVersion

        self.kit(kit)
        rows = self._rows("SELECT version, changed FROM version WHERE kit = ? ORDER BY version DESC", [kit])
        return [KeptVersion(version=version, changed=changed) for version, changed in rows]

    def rename(self, kit: int, name: str) -> None:
        """Give a kit another name; KitError if another kit has it."""
        self._set(kit, "name = ?", name)

    def delete(self, kit: int) -> None:
        """Take a kit out of the list; `restore` brings it back."""
        self._set(kit, "deleted = ?", _now())

    def restore(self, kit: int) -> None:
        """Undo `delete`; KitError if another kit has its name by now."""
        self._set(kit, "deleted = ?", None)

    def keep_file(self, content: bytes) -> str:
        """Keep a file; the SHA-256 of its bytes, by which `file` finds it.

        Files that no kept kit plays make room for it if they must; KitLibraryFullError where that is not enough.
        """
        digest = hashlib.sha256(content).hexdigest()
        with self._change() as change:
            if change.execute("SELECT 1 FROM file WHERE digest = ?", [digest]).fetchone() is None:
                make_room(change, len(content), self._most)
                change.execute("INSERT INTO file VALUES (?, ?)", [digest, content])
            note_use(change, digest)
        return digest

    def file(self, digest: str) -> bytes:
        """The pair of `keep_file`."""
        found = self._rows("SELECT content FROM file WHERE digest = ?", [digest])
        if not found:
            raise KitError(f"no file is kept under {digest}")
        self._note_use(digest)
        return bytes(found[0][0])

    def has_file(self, digest: str) -> bool:
        """Whether a file is kept under this digest."""
        return bool(self._rows("SELECT 1 FROM file WHERE digest = ?", [digest]))

    def _note_use(self, digest: str) -> None:
        """Remember that a file is used today, unless the database is locked: nobody waits for that."""
        with self._reading_lock, self._in_words():
            if was_used_today(self._reader, digest):
                return
        with self._lock, suppress(KitLibraryBusyError):
            self._database.execute("PRAGMA busy_timeout = 0")
            try:
                with self._change() as change:
                    note_use(change, digest)
            finally:
                self._database.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000:.0f}")

    def _set(self, kit: int, what: str, value: str | None) -> None:
        name = self.kit(kit).name
        with self._change() as change:
            try:
                change.execute(f"UPDATE kit SET {what} WHERE id = ?", [value, kit])
            except sqlite3.IntegrityError as error:
                taken = value if what.startswith("name") else name
                raise KitError(f"another kit is called {taken!r}") from error

    def _connected(self) -> sqlite3.Connection:
        return sqlite3.connect(
            self.path or ":memory:", timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )

    def _open(self) -> None:
        """Make the tables of a new database; refuse one that is not ours to read.

        A database that has its tables is opened also while another program writes it.
        """
        if not self._has("version"):
            with self._change() as change:
                if change.execute("SELECT 1 FROM sqlite_master").fetchone() is None:
                    for statement in TABLES.split(";")[:-1]:
                        change.execute(statement)
        self._check_ours()
        with suppress(sqlite3.OperationalError):  # locked: it is as it was, which works, and the next one tries again
            self._database.execute("PRAGMA journal_mode = WAL")  # who reads does not wait for who writes
        if not self._has("file_use"):
            with self._change() as change:
                change.execute(TABLE)

    def _has(self, table: str) -> bool:
        found = self._database.execute("SELECT 1 FROM sqlite_master WHERE name = ?", [table])
        return found.fetchone() is not None

    def _check_ours(self) -> None:
        (application,) = self._database.execute("PRAGMA application_id").fetchone()
        (version,) = self._database.execute("PRAGMA user_version").fetchone()
        if application != APPLICATION:
            raise KitLibraryError(f"{self._place} is a database of something else")
        if version != VERSION:
            raise KitLibraryError(f"{self._place} is of version {version}; this Clave reads {VERSION}")

    @property
    def _place(self) -> str:
        return "the memory" if self.path is None else str(self.path)

    def _rows(self, query: str, values: Sequence[str | int] = ()) -> list[tuple[Any, ...]]:
        with self._reading_lock, self._in_words():
            return self._reader.execute(query, values).fetchall()

    @contextmanager
    def _change(self) -> Generator[sqlite3.Connection]:
        """All of it or nothing, with no other change in between."""
        with self._lock, self._in_words():
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._database
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")

    @contextmanager
    def _in_words(self) -> Generator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            code = getattr(error, "sqlite_errorcode", 0)  # Python's own, such as of text that is no UTF-8, have none
            if code & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise KitLibraryError(f"{self._place} cannot be used to keep kits: {error}") from error
            raise KitLibraryBusyError(
                f"{self._place} has been locked by another program for {BUSY_SECONDS:g} seconds: try again"
            ) from error
        except (sqlite3.Error, OSError, UnicodeDecodeError) as error:  # the last of a damaged schema
            raise KitLibraryError(f"{self._place} cannot be used to keep kits: {error}") from error


@cache
def _voices() -> "TypeAdapter[tuple[KitVoice, ...]]":
    """Reads and writes the voices of a kit."""
    from pydantic import TypeAdapter

    from clave.play.project.voices import EightVoices

    return TypeAdapter(EightVoices)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
