"""`clave play --samples`: Strudel's page may read the samples, and nothing else."""

import asyncio
import io
import json
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import soundfile

from clave.app.server.front import Front
from clave.app.server.shared_samples import KEPT_KITS, SharedSamples
from clave.errors import KitError
from clave.files.live_code import NAMES
from clave.music.kit import VOICES
from clave.play.formats import KitOptions, write_kit
from clave.play.kit_takes import sampled_kit
from clave.play.project import Project, ProjectKit, Scene, save
from clave.play.project.voices import KitVoice

STRUDEL = "https://strudel.cc"


def scene_of(kit: str) -> Scene:
    return Scene(kit=ProjectKit(name=kit, voices=(KitVoice(origin="factory", kit="analogue"),) * len(VOICES)))


class Served:
    """Samples in front of an instrument that answers 418, and how often a kit was written."""

    def __init__(self) -> None:
        self.scene, self.written, self.samples = scene_of("one"), 0, SharedSamples()
        self.samples.source.set_result((lambda: self.scene, self.write))
        self.front = Front(lambda: self.instrument, Path("no page"), samples=self.samples)
        self.front.loading.set_result(self.instrument)

    def write(self, scene: Scene, folder: Path) -> None:
        if scene.kit.name == "broken":
            raise KitError("its files are gone")
        self.written += 1
        write_kit(sampled_kit(scene, None, KitOptions(layers=2, takes=1))[0], folder, ("samples",))

    async def instrument(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG002
        await send({"type": "http.response.start", "status": 418, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    def ask(self, path: str, method: str = "GET", host: str = "localhost:8064", origin: str | None = STRUDEL):
        """Status, headers and body."""
        sent: list[Any] = []
        named = {"host": host} | ({} if origin is None else {"origin": origin})
        headers = [(name.encode(), value.encode()) for name, value in named.items()]

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"type": "http", "method": method, "path": path, "headers": headers}
        with ThreadPoolExecutor(1) as thread:  # that of a test of the page has a loop already
            thread.submit(lambda: asyncio.run(self.front(scope, None, send))).result()  # pyright: ignore[reportArgumentType]
        return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]


def test_strudel_finds_the_list_at_the_root_and_every_sample_in_it() -> None:
    served = Served()
    for path in ("/", "/strudel.json"):
        status, headers, body = served.ask(path)
        assert (status, headers[b"access-control-allow-origin"]) == (200, b"*")
        listed = json.loads(body)
    assert set(listed) == {f"one_{name}" for name in NAMES}
    for path in [path for paths in listed.values() for path in paths]:
        # Strudel puts a path behind the address of the list, which it takes without its last slash
        status, headers, body = served.ask(path)
        assert (status, headers[b"access-control-allow-origin"]) == (200, b"*")
        assert soundfile.read(io.BytesIO(body))[0].any()
    assert served.written == 1
    status, headers, body = served.ask(path, "HEAD")
    assert (status, body) == (200, b"")
    assert int(headers[b"content-length"]) > 44


def test_the_page_and_everything_else_stay_as_they_were() -> None:
    served = Served()
    assert served.ask("/", origin=None)[0] == 418
    assert served.ask("/", origin="http://localhost:8064")[0] == 418
    assert served.ask("/", host="evil.example:8064")[0] == 418
    assert served.ask("/strudel.json", host="evil.example")[0] == 418
    for path in ("/api/instrument", "/index.html", "/sample", "/api/../strudel.json"):
        assert served.ask(path)[0] == 418
    assert served.ask("/samples/../api/project")[0] == 404
    status, headers, _ = served.ask("/strudel.json", "OPTIONS")
    assert (status, headers[b"access-control-allow-private-network"]) == (204, b"true")
    assert served.ask("/strudel.json", "POST")[0] == 405
    assert served.written == 0


def test_a_kit_that_changes_has_samples_of_its_own_and_old_ones_stay_a_while() -> None:
    served = Served()
    firsts: list[str] = []
    for kit in range(KEPT_KITS + 1):
        served.scene = scene_of(f"kit{kit}")
        firsts.append(next(iter(json.loads(served.ask("/strudel.json")[2]).values()))[0])
    assert len(set(firsts)) == KEPT_KITS + 1
    assert [served.ask(path)[0] for path in firsts] == [404, *[200] * KEPT_KITS]
    assert "fetch /strudel.json again" in served.ask(firsts[0])[2].decode()


def test_a_kit_that_cannot_be_written_is_said() -> None:
    served = Served()
    served.scene = scene_of("broken")
    status, headers, body = served.ask("/")
    assert (status, headers[b"access-control-allow-origin"]) == (500, b"*")
    assert body == b"the kit cannot be written: its files are gone"


@pytest.fixture
def played(tmp_path: Path) -> Iterator[str]:
    """The address of `clave play --samples`."""
    save(Project(scene=scene_of("mine")), tmp_path / "mine.json")
    command = [
        sys.executable,
        "-m",
        "clave",
        "play",
        str(tmp_path / "mine.json"),
        "--no-open",
        "--samples",
        "--port",
        "0",
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.search(r"samples\('(http://localhost:\d+)'\)", line):
            yield found[1]
            break
    process.terminate()
    process.communicate(timeout=10)


def test_clave_play_gives_the_kit_of_its_project_when_asked_to(played: str) -> None:
    request = urllib.request.Request(played, headers={"origin": STRUDEL})
    with urllib.request.urlopen(request, timeout=60) as reply:
        listed = json.load(reply)
    assert set(listed) == {f"mine_{name}" for name in NAMES}
    with urllib.request.urlopen(played + listed["mine_bd"][0], timeout=60) as reply:
        assert reply.headers["content-type"] == "audio/wav"
        assert soundfile.read(io.BytesIO(reply.read()))[0].any()
