"""Rooms stand in the order in which sound travels, and each imports only from those above it."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CLAVE = ROOT / "clave"

# The one list. The README shows the same lines.
ROOMS = """
errors         every error that Clave raises on purpose
music          what sounds, kits and bars are (NumPy only)
files          MIDI and audio files, both directions; kits, songs and text for other programs
audio          bands over time and back, phase, log spectrograms, what one hears
latent         a learned model as a folder, run by ONNX Runtime
rhythm         attributes of bars, our own grooves, infilling, data sets, the rhythm space
sound          our drum synthesizer, which voice a sound is, data sets, the sound space
play           the project, what it requests of the spaces, its performance; rendering, live outputs
training       models, recipes, the loop, whole runs (torch starts here)
evaluation     how good a space is, beside others: tables and figures
app            kits that are kept, the server with its page, the command line
weights        the spaces that ship
"""

LINES = ROOMS.strip().splitlines()
ORDER = [line.split()[0] for line in LINES]
TORCH = {"training", "evaluation"}
MODULES = sorted(path for path in CLAVE.rglob("*.py") if path.parent != CLAVE or path.stem == "errors")


def place(path: Path) -> tuple[str, ...]:
    """Where a module stands: its room, the folders below it, its own name; a folder's `__init__` is the folder."""
    parts = path.relative_to(CLAVE).with_suffix("").parts
    return parts[:-1] if parts[-1] == "__init__" else parts


PLACES = {place(path) for path in MODULES}


def imported(path: Path) -> set[tuple[str, ...]]:
    """Every module of Clave that a file names in an import, at the top or inside a function."""
    found: set[tuple[str, ...]] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names = [tuple(alias.name.split(".")) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: import by the full name, so that the reader sees the room"
            module = tuple((node.module or "").split("."))
            names = [(*module, alias.name) if (*module[1:], alias.name) in PLACES else module for alias in node.names]
        else:
            continue
        found |= {name[1:] for name in names if name[0] == "clave" and len(name) > 1}
    return found


def shown(path: Path) -> str:
    return path.relative_to(CLAVE).as_posix()


@pytest.mark.parametrize("path", MODULES, ids=shown)
def test_each_module_imports_only_from_its_own_room_and_those_above(path: Path) -> None:
    here = place(path)[0]
    assert here in ORDER, f"{here} has no place in the list of rooms"
    for other in sorted(each[0] for each in imported(path)):
        assert other in ORDER, f"{shown(path)} imports clave.{other}, which is no room"
        assert ORDER.index(other) <= ORDER.index(here), f"{shown(path)} imports {other}, which lies below it"


FOLDERS = sorted({path.parent for path in MODULES} - {CLAVE})


@pytest.mark.parametrize("folder", FOLDERS, ids=shown)
def test_inside_a_folder_imports_point_one_way(folder: Path) -> None:
    """Files and folders of one folder form no ring, and none of them imports the folder as a whole."""
    here = place(folder / "__init__.py")
    depth = len(here)
    imports: dict[str, set[str]] = {}
    for path in folder.rglob("*.py"):
        if place(path) == here:
            continue
        mine = place(path)[depth]
        for other in imported(path):
            assert other != here, f"{shown(path)} imports the whole folder it lies in"
            if other[:depth] == here and other[depth] != mine:
                imports.setdefault(mine, set()).add(other[depth])
    TopologicalSorter(imports).prepare()  # its error names the files that stand in a ring


def test_the_readme_shows_this_list() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert ROOMS.strip() in readme


def test_the_top_of_the_package_fits_on_one_screen() -> None:
    top = {
        path.name
        for path in CLAVE.iterdir()
        if path.name not in ("__init__.py", "__main__.py", "__pycache__", "py.typed")
    }
    assert {Path(name).stem for name in top} == set(ORDER)
    assert len(top) <= 12


@pytest.mark.parametrize("path", [path for path in MODULES if place(path)[0] not in TORCH], ids=shown)
def test_only_what_trains_and_evaluates_names_torch_at_the_top(path: Path) -> None:
    top = [node for node in ast.parse(path.read_text("utf-8")).body if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {alias.name for node in top if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in top if isinstance(node, ast.ImportFrom) and node.module}
    assert not any(name.split(".")[0] == "torch" for name in names)
