"""Playing needs no torch: what plays stays light, whatever else is installed."""

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = (
    "torch",
    "scipy",
    "matplotlib",
    "pyarrow",
    "onnx",
    "onnxscript",
    "pandas",
    "fsspec",
    "dask",
    "distributed",
    "s3fs",
)

PLAYS = {
    "import": "import clave",
    "pattern": "import clave; clave.Pattern.empty()._repr_html_()",
    "space": "import clave; clave.load_rhythm().at([[0.0, 0.0]])",
    "sound": "import clave; clave.load_sound().kit()",
    "render": "import clave; from clave import factory; "
    "clave.render(clave.load_rhythm().at([[0.0, 0.0]]), factory.kit())",
    "server": "import clave; from clave.app.server import create_app; "
    "create_app(clave.load_rhythm(), clave.load_sound())",
    "kit builder": "import clave; from clave.app.kit_builder import *; from clave.app.kit_library import KitLibrary; "
    "it = KitBuilder(clave.load_sound(), BUILT_IN, KitLibrary()); it.kit(it.draw(0))",
    "command line": "import clave.app.cli",
}


@pytest.mark.parametrize("what", PLAYS)
def test_playing_imports_nothing_heavy(what: str) -> None:
    code = f"import sys\n{PLAYS[what]}\nprint(sorted(set({HEAVY}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"


def test_the_command_line_loads_its_engines_only_when_a_command_runs() -> None:
    code = "import sys, clave.app.cli; print(sorted({'onnxruntime', 'fastapi', 'scipy', 'uvicorn'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_page_is_served_before_anything_heavy_is_loaded() -> None:
    code = (
        "import sys, clave.app.server, clave.app.kit_library; clave.app.kit_library.KitLibrary().close(); "
        "print(sorted({'onnxruntime', 'fastapi', 'pydantic', 'numpy', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_rest_of_the_core_needs_no_scipy(tmp_path: Path) -> None:
    """Files for other programs, a loop, maps searched by files, and a folder of sounds: with SciPy not installed."""
    code = """
import sys
sys.modules["scipy"] = None
import numpy as np
import clave
from clave import factory
from clave.app import rhythm_map
from clave.audio.loudness import true_peak_db
from clave.sound.comparison import compare

space = clave.load_rhythm()
rhythm_map.ground(space)
space.neighbours((0, 0))
space.encode(space.at([[0.0, 0.0]]))
kit = factory.kit("analogue")
clip = clave.render(space.at([[0.0, 0.0]]), kit)
clave.wav.write("groove.wav", clip)
for voice in clave.kit.VOICES:
    clave.wav.write(f"{voice.name}.wav", kit.clips[voice.index])
true_peak_db(clip.samples)
clave.load_sound().encode([kit.clips[0]], voice="kick")
compare(kit.clips[0], kit.clips[1])
clave.loop.read("groove.wav")
clave.sounds.scan(".")
clave.NSGT().forward(np.zeros(44_100, np.float32))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
