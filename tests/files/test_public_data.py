"""Public data by name, from a server of our own that breaks connections and serves what it should not."""

import hashlib
import io
import json
import re
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from clave.errors import DownloadError
from clave.files.public_data import download as downloading
from clave.files.public_data.fetching import SOURCE_FILE, fetch
from clave.files.public_data.recipe import Recipe, RemoteFile, names, recipe
from clave.files.public_data.unpacking import unpack

MIDI = b"MThd" + bytes(range(256)) * 40


def zipped(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


ARCHIVE = zipped(**{"set/one.mid": MIDI, "set/info.csv": b"a,b\n", "set/cover.png": b"no", "__MACOSX/._one.mid": b"x"})


class Site(ThreadingHTTPServer):
    """A server whose behaviour a test sets; it remembers what was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        self.content = ARCHIVE
        self.etag: str | None = '"1"'
        self.ranges = True
        self.breaks_after: list[int] = []  # bytes of each of the next answers, after which the connection ends
        self.status: list[int] = []  # of the next answers
        self.stated_length: int | None = None
        self.asked: list[str | None] = []  # the Range of each request
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Any

    def do_GET(self) -> None:
        site: Site = self.server
        if self.path == "/moved.zip":
            self.send_response(302)
            self.send_header("Location", "/set.zip")
            self.end_headers()
            return
        wanted = self.headers.get("Range")
        site.asked.append(wanted)
        if site.status:
            self.send_error(site.status.pop(0))
            return
        same = self.headers.get("If-Range") in (None, site.etag)
        first = int(re.fullmatch(r"bytes=(\d+)-", wanted)[1]) if wanted and site.ranges and same else 0  # type: ignore[index]
        if first >= len(site.content):
            self.send_error(416)
            return
        body = site.content[first:]
        self.send_response(206 if first else 200)
        if first:
            self.send_header("Content-Range", f"bytes {first}-{len(site.content) - 1}/{len(site.content)}")
        if site.etag:
            self.send_header("ETag", site.etag)
        self.send_header("Content-Length", str(site.stated_length or len(body)))
        self.end_headers()
        self.wfile.write(body[: site.breaks_after.pop(0)] if site.breaks_after else body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setattr(downloading, "CHUNK_BYTES", 256)
    with Site() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def sha(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()


def made(*files: RemoteFile, keep: tuple[str, ...] = ("*.mid", "*.csv"), limit: int = 1_000_000) -> Recipe:
    return Recipe("toy", "Toys", "bars", "CC0", "https://a", "yes", "yes", "yes", "Us", "https://b", files, keep, limit)


def of(site: Site, pinned: str | None = sha(ARCHIVE), size: int | None = None, path: str = "/set.zip") -> Recipe:
    return made(RemoteFile(site.url + path, "set.zip", size, pinned))


def files_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def nothing_beside(target: Path) -> bool:
    return [path.name for path in target.parent.iterdir()] == [target.name]


def test_a_data_set_is_fetched_unpacked_and_says_where_it_is_from(site: Site, tmp_path: Path) -> None:
    target = tmp_path / "toy"
    heard: list[tuple[str, int, int | None]] = []
    found = fetch(of(site), target, progress=lambda *each: heard.append(each))
    assert files_in(target) == {"set/one.mid", "set/info.csv", SOURCE_FILE}
    assert (target / "set/one.mid").read_bytes() == MIDI
    source = json.loads((target / SOURCE_FILE).read_text())
    assert (source["licence"], source["hashes"]) == ("CC0", {"set.zip": sha(ARCHIVE)})
    assert found.unpacked == len(MIDI) + 4
    assert heard[-1] == ("set.zip", len(ARCHIVE), len(ARCHIVE))
    assert nothing_beside(target)
    fetch(of(site), target)
    assert len(site.asked) == 1, "what is there is not fetched again"


def test_a_broken_connection_goes_on_where_it_stopped(site: Site, tmp_path: Path) -> None:
    site.breaks_after = [1024, 512, 0]
    fetch(of(site), tmp_path / "toy", wait_s=0)
    assert site.asked == [None, "bytes=1024-", "bytes=1536-", "bytes=1536-"]
    assert (tmp_path / "toy/set/one.mid").read_bytes() == MIDI


def test_a_run_that_gave_up_is_gone_on_with_by_the_next(site: Site, tmp_path: Path) -> None:
    site.breaks_after = [1024] + [0] * 5
    with pytest.raises(DownloadError, match=r"6 times in a row; 1,024 bytes have arrived and are kept: run the same"):
        fetch(of(site), tmp_path / "toy", wait_s=0)
    assert not (tmp_path / "toy").exists()
    site.asked.clear()
    fetch(of(site), tmp_path / "toy", wait_s=0)
    assert site.asked == ["bytes=1024-"]


@pytest.mark.parametrize("changed", ["no ranges", "another file", "no tag and no hash"])
def test_it_begins_anew_where_it_cannot_go_on(site: Site, tmp_path: Path, changed: str) -> None:
    site.breaks_after = [1024] + [0] * 5
    site.ranges = changed != "no ranges"
    site.etag = None if changed == "no tag and no hash" else '"1"'
    pinned = None if changed != "no ranges" else sha(ARCHIVE)
    with pytest.raises(DownloadError):
        fetch(of(site, pinned), tmp_path / "toy", wait_s=0)
    if changed == "another file":
        site.etag, site.content = '"2"', zipped(**{"other.mid": MIDI * 2})
    found = fetch(of(site, pinned), tmp_path / "toy", wait_s=0)
    assert found.hashes == {"set.zip": sha(site.content)}
    assert site.asked[1] == (None if changed == "no tag and no hash" else "bytes=1024-")


def test_wrong_bytes_are_refused_and_deleted(site: Site, tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match="wrong bytes, deleted: their hash is not the one the recipe says"):
        fetch(of(site, sha(b"something else")), tmp_path / "toy", wait_s=0)
    assert files_in(tmp_path) == set()


def test_a_hash_that_is_not_pinned_is_trusted_once_and_holds_from_then_on(site: Site, tmp_path: Path) -> None:
    found = fetch(of(site, None), tmp_path / "toy")
    assert (found.unpinned, found.hashes) == (("set.zip",), {"set.zip": sha(ARCHIVE)})
    site.content = zipped(**{"other.mid": MIDI})
    with pytest.raises(DownloadError, match="not the one the first download had"):
        fetch(of(site, None), tmp_path / "toy", again=True)
    assert (tmp_path / "toy/set/one.mid").read_bytes() == MIDI, "the old one is still there"


def test_a_size_that_is_not_that_of_the_recipe_is_refused(site: Site, tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match=r"has [\d,]+ bytes now; the recipe says 17"):
        fetch(of(site, size=17), tmp_path / "toy")
    assert files_in(tmp_path) == set()


def test_a_server_that_says_too_long_a_length_is_a_broken_connection(site: Site, tmp_path: Path) -> None:
    site.stated_length = len(ARCHIVE) + 10
    with pytest.raises(DownloadError, match="times in a row"):
        fetch(of(site), tmp_path / "toy", wait_s=0)


def test_redirects_are_followed_and_errors_of_the_server_are_waited_out(site: Site, tmp_path: Path) -> None:
    site.status = [503, 429]
    fetch(of(site, path="/moved.zip"), tmp_path / "toy", wait_s=0)
    assert len(site.asked) == 3
    site.status = [404]
    with pytest.raises(DownloadError, match="answers 404"):
        fetch(of(site), tmp_path / "other", wait_s=0)
    with pytest.raises(DownloadError, match="times in a row"):
        fetch(made(RemoteFile("http://127.0.0.1:9/x.zip", "x.zip")), tmp_path / "third", wait_s=0)


def test_a_folder_with_something_else_in_it_is_left_alone(site: Site, tmp_path: Path) -> None:
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy/mine.mid").write_bytes(MIDI)
    with pytest.raises(DownloadError, match="was not fetched by Clave: choose another with -o"):
        fetch(of(site), tmp_path / "toy")
    assert files_in(tmp_path) == {"toy/mine.mid"}
    assert site.asked == []


def tarred(member: tarfile.TarInfo, content: bytes = MIDI) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        member.size = len(content) if member.isreg() else 0
        archive.addfile(member, io.BytesIO(content))
    return stream.getvalue()


def link() -> tarfile.TarInfo:
    member = tarfile.TarInfo("link.mid")
    member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
    return member


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.zip", zipped(**{"../up.mid": MIDI}), "names a place outside its folder, '../up.mid'"),
        ("a.zip", zipped(**{"/root.mid": MIDI}), "outside its folder"),
        ("a.zip", zipped(**{"C:\\x.mid": MIDI}), "outside its folder"),
        ("a.zip", zipped(**{"big.mid": MIDI * 200}), "more than the 1,000,000 bytes of its recipe"),
        ("a.zip", ARCHIVE[:-30], "is not a zip file"),
        ("a.zip", ARCHIVE.replace(MIDI[5:200], MIDI[6:201]), "cannot be unpacked: Bad CRC"),
        ("a.tar.gz", tarred(tarfile.TarInfo("../up.mid")), "outside its folder"),
        ("a.tar.gz", tarred(tarfile.TarInfo("a.mid"))[:200], "cannot be unpacked"),
        ("a.tar.gz", b"no tar", "cannot be unpacked"),
    ],
)
def test_archives_that_are_unsafe_or_broken_are_refused(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DownloadError, match=re.escape(reason)):
        unpack(tmp_path / name, tmp_path / "out", ("*.mid",), 1_000_000)
    assert not (tmp_path / "up.mid").exists()


def test_links_are_not_unpacked_and_plain_files_are_copied(tmp_path: Path) -> None:
    (tmp_path / "a.tar.gz").write_bytes(tarred(link()))
    assert unpack(tmp_path / "a.tar.gz", tmp_path / "out", ("*",), 10) == 0
    (tmp_path / "table.csv").write_bytes(b"a,b\n")
    assert unpack(tmp_path / "table.csv", tmp_path / "out", ("*.csv",), 10) == 4
    assert files_in(tmp_path / "out") == {"table.csv"}


def test_an_archive_without_what_is_wanted_makes_no_folder(site: Site, tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match="no file in it fits"):
        fetch(made(RemoteFile(site.url + "/set.zip", "set.zip"), keep=("*.flac",)), tmp_path / "toy")
    assert not (tmp_path / "toy").exists()


@pytest.mark.parametrize("name", names())
def test_each_recipe_is_whole(name: str) -> None:
    found = recipe(name)
    assert found.name == name
    assert found.licence
    assert all(file.url.startswith(("https://", "http://hog.ee.columbia.edu/")) for file in found.files)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("kind = ", "kind = 'songs' #"), "kind is one of bars, sounds, got 'songs'"),
        (("licence = ", "x = "), "licence is a text"),
        (("https://storage", "file:///etc"), "begins with https://"),
        (("651cbc", "651"), "a sha256 has 64 digits"),
        (("unpacked_limit = 100_000_000", "unpacked_limit = 0"), "bytes above 0, got 0"),
        (("[[files]]", "nonsense = 1\n[[files]]"), "has no nonsense"),
        (("[[files]]", "["), "is no recipe"),
    ],
)
def test_a_recipe_that_breaks_a_rule_is_refused(tmp_path: Path, change: tuple[str, str], reason: str) -> None:
    text = (Path(downloading.__file__).parent / "recipes/groove-midi.toml").read_text()
    (tmp_path / "mine.toml").write_text(text.replace(*change))
    with pytest.raises(DownloadError, match=re.escape(reason)):
        recipe(tmp_path / "mine.toml")


def test_an_unknown_name_is_told_the_names() -> None:
    with pytest.raises(DownloadError, match="no public data is called 'grove'; there are: e-gmd, groove-midi"):
        recipe("grove")
