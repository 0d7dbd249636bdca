"""Playing needs no torch: what plays stays light, whatever else is installed."""

import subprocess
import sys

import pytest

HEAVY = ("torch", "matplotlib", "pyarrow", "onnx", "onnxscript", "pandas", "fsspec", "dask", "distributed", "s3fs")

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


def test_the_map_and_its_ground_need_no_scipy() -> None:
    code = (
        "import sys, clave; from clave.app import rhythm_map; space = clave.load_rhythm(); rhythm_map.ground(space); "
        "space.neighbours((0, 0)); print('scipy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
