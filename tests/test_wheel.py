"""The wheel carries the page: installed in a fresh environment, without Node, without torch, it serves it."""

import re
import subprocess
import sys
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from clave.app import server

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.wheel


def run(*command: str | Path, cwd: Path = ROOT) -> str:
    done = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    assert server.page_is_built(), "the page is not built; run scripts/page"
    dist = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", dist)  # the sdist, then the wheel from it
    return next(dist.glob("*.whl"))


@pytest.fixture(scope="module")
def fresh(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` of an environment that holds the wheel and what it depends on, and nothing else."""
    place = tmp_path_factory.mktemp("fresh") / "venv"
    run(sys.executable, "-m", "venv", place)
    run(place / "bin" / "pip", "install", "--quiet", "--no-compile", "--disable-pip-version-check", wheel)
    return place / "bin"


@pytest.fixture(scope="module")
def address(fresh: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    elsewhere = tmp_path_factory.mktemp("elsewhere")  # away from the checkout, so that only the wheel can answer
    command = [fresh / "clave", "play", "--no-open", "--port", "0"]
    with subprocess.Popen(command, cwd=elsewhere, stdout=subprocess.PIPE, text=True) as playing:
        assert playing.stdout is not None
        said = ""
        while not (found := re.search(r"http://127\.0\.0\.1:\d+/", said)):
            line = playing.stdout.readline()
            assert line, f"it stopped: {said}"
            said += line
        yield found.group()
        playing.terminate()


def fetch(url: str) -> bytes:
    for _ in range(50):
        try:
            with urllib.request.urlopen(url, timeout=60) as answer:
                return answer.read()
        except ConnectionError:
            time.sleep(0.1)
    raise AssertionError(f"no answer from {url}")


def test_the_wheel_holds_page_model_and_types_and_no_sources_of_the_page(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {"clave/app/static/index.html", "clave/py.typed", "clave/weights/rhythm/map_decoder.onnx"} <= set(names)
    assert not [name for name in names if name.startswith(("web/", "tests/")) or "node_modules" in name]
    assert "clave/files/midi/drum_maps/general-midi.toml" in names


def test_the_installed_page_loads_its_script_and_styles(address: str) -> None:
    page = fetch(address).decode()
    assert "Clave" in page
    parts = re.findall(r'(?:src|href)="\./([^"]+\.(?:js|css))"', page)
    assert any(part.endswith(".js") for part in parts)
    for part in parts:
        assert len(fetch(address + part)) > 100


def test_the_installed_instrument_has_a_map_and_sounds(address: str) -> None:
    assert b'"styles"' in fetch(address + "api/instrument")
    assert fetch(address + "api/kits/analogue/0.wav")[:4] == b"RIFF"


def test_the_installed_command_says_its_version(fresh: Path, wheel: Path, tmp_path: Path) -> None:
    version = wheel.name.split("-")[1]
    assert run(fresh / "clave", "--version", cwd=tmp_path) == f"clave {version}\n"
    assert list(wheel.parent.glob(f"clave-{version}.tar.gz"))


def test_the_installed_command_writes_a_groove(fresh: Path, tmp_path: Path) -> None:
    run(fresh / "clave", "groove", "--bars", "2", "-o", "out", cwd=tmp_path)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["groove.mid", "groove.svg", "groove.wav"]


def test_the_installed_command_writes_a_page_without_node(fresh: Path, tmp_path: Path) -> None:
    run(fresh / "clave", "export", "page", "--sound", "none", "-o", "page", cwd=tmp_path)
    assert 'data-server="none"' in (tmp_path / "page" / "index.html").read_text()
    assert (tmp_path / "page" / "sw.js").is_file()


def test_nothing_heavy_was_installed(fresh: Path) -> None:
    held = run(fresh / "pip", "list", "--format", "freeze").lower()
    assert not re.search(r"^(torch|scipy|sympy|matplotlib|pyarrow|onnx|onnxscript)==", held, re.MULTILINE)


def test_what_is_installed_takes_less_than_300_mb(fresh: Path) -> None:
    held = sum(path.stat().st_size for path in fresh.parent.rglob("*") if path.is_file() and not path.is_symlink())
    assert held < 300e6
