"""The modules lie flat in signal order, and each imports only from those above it."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# The one list. Rooms on one line stand side by side, left before right; the README shows the same lines.
ROOMS = """
errors units clip shaping kit          what sounds and kits are (NumPy only)
picture pattern                        what bars are
attributes steering filling            what one hears in a bar; bars that are moved, or filled in around what is given
grooves                                our own grooves: templates of styles, and the bars drawn from them
midi wav                               files, both directions
transform nsgt stft phase              bands over time, and phase from magnitudes (NumPy; torch where tensors come in)
spectrum paper_spectrum                a drum as a picture of log magnitudes, and a sound for such a picture
descriptors seen                       what one hears: brightness, decay, pitch, noisiness; the same off a picture
factory                                our own drums: the synthesizer and the built-in kits
space_folder voices                    a learned model as a folder; which voice a sound is, by listening (ONNX Runtime)
map_search vocabulary components       where on a map bars lie; the tokens they are spelt in; bars as a few numbers each
spelling deep                          how likely tokens are, one after the other; what lies below the map
corpus sounds                          folders of MIDI and of one-shots -> data sets, splits, reports
vae flow bars token_prior              what models are made of (torch starts here)
rhythm_vae paper_rhythm_vae            models of bars: ours and the 2019 paper's
sound_vae paper_sound_vae              models of one-shots: ours and the 2019 paper's
train recipes checkpoint               learning
space directions sound_space           point <-> pattern or sound (ONNX Runtime; no torch)
sequencer render                       playing
evaluate learn figures                 a whole run of bars, its numbers and its pictures
evaluate_rhythm evaluate_sound         how good a space is, beside others
learn_sound sound_figures              a whole run of one-shots, and its pictures
learn_voices                           the ear that says which voice a sound is
protocol                               what page and server say to each other
shelf workshop                         the kits a player keeps, and where their sounds are made
rhythm_map                             what the page's rhythm map shows
server cli                             the doors
"""

LINES = ROOMS.strip().splitlines()
ORDER = [name for line in LINES for name in line.split("  ")[0].split()]
MODULES = sorted(
    path
    for path in (ROOT / "clave").rglob("*.py")
    if path.relative_to(ROOT / "clave").as_posix() not in ("__init__.py", "__main__.py")
)


def room(path: Path) -> str:
    """The room of a file: its module, or the folder it lies in."""
    return path.relative_to(ROOT / "clave").with_suffix("").parts[0]


def imported_rooms(path: Path) -> set[str]:
    """Every room of Clave that a file names in an import, at the top or inside a function."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: import by the full name, so that the reader sees the room"
            names = [f"{node.module}.{alias.name}" for alias in node.names] if node.module == "clave" else [node.module]
        else:
            continue
        parts = [name.split(".") for name in names if name]
        found |= {part[1] for part in parts if part[0] == "clave" and len(part) > 1}
    return found - {"__version__"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT / "clave").as_posix())
def test_each_module_imports_only_from_above(path: Path) -> None:
    here = room(path)
    assert here in ORDER, f"{here} has no place in the list of rooms"
    for other in imported_rooms(path) - {here}:
        assert other in ORDER, f"{here} imports clave.{other}, which is no room"
        assert ORDER.index(other) < ORDER.index(here), f"{here} imports {other}, which lies below it"


def imports_in_folder(path: Path) -> set[str]:
    """The files of its own folder that a file imports; `__init__` for what it takes from the folder as a whole."""
    files = {other.stem for other in path.parent.glob("*.py")}
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            parts = [[*node.module.split("."), alias.name] for alias in node.names]
            found |= {part[2] if part[2] in files else "__init__" for part in parts if part[1] == path.parent.name}
    return found


FOLDERS = sorted({path.parent for path in MODULES} - {ROOT / "clave"})


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_inside_a_folder_imports_point_one_way(folder: Path) -> None:
    imports = {path.stem: imports_in_folder(path) for path in folder.glob("*.py")}
    assert not any("__init__" in names for names in imports.values()), "only what lies outside imports the folder"
    TopologicalSorter(imports).prepare()  # its error names the files that stand in a ring


def test_the_readme_shows_this_list() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert ROOMS.strip() in readme


def test_torch_begins_where_the_list_says_it_does() -> None:
    training = {
        "vae",
        "flow",
        "bars",
        "token_prior",
        "rhythm_vae",
        "paper_rhythm_vae",
        "sound_vae",
        "paper_sound_vae",
        "train",
        "recipes",
        "checkpoint",
        "learn",
        "learn_sound",
        "learn_voices",
        "figures",
        "evaluate_rhythm",
        "evaluate_sound",
    }
    for path in MODULES:
        tree = ast.parse(path.read_text("utf-8"))
        top = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
        names = {alias.name for node in top if isinstance(node, ast.Import) for alias in node.names}
        names |= {node.module for node in top if isinstance(node, ast.ImportFrom) and node.module}
        if any(name.split(".")[0] == "torch" for name in names):
            assert room(path) in training, f"{path.name} imports torch at the top"
