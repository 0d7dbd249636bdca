"""Nobody writes a file past `clave.files.whole_file`: what a run that is killed leaves behind is whole."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "clave"

WRITE_TO_A_PATH = {
    "write_text", "write_bytes", "tofile", "memmap", "open_memmap", "touch", "copyfile", "copy2", "copytree",
    "NamedTemporaryFile", "mkstemp", "shutil.copy", "shutil.move", "faiss.write_index", "json.dump",
}  # fmt: skip
WRITE_TO_A_PATH_OR_A_FILE = {
    "np.save", "np.savez", "np.savez_compressed", "figure.savefig", "parquet.write_table", "soundfile.write",
    "torch.save", "torch.jit.save",
}  # fmt: skip

PAST_IT = {
    "files/whole_file.py": "it is the writer",
    "files/whole_folder.py": "syncs the files of a folder that is not in its place yet",
    "files/public_data/download.py": "what has arrived of a file that is not whole yet",
    "files/public_data/unpacking.py": "into a new folder of `whole_folder`",
    "app/static_page/writing.py": "into a new folder of `whole_folder`",
    "latent/nearest.py": "into a new folder of `whole_folder`; FAISS opens the file itself",
    "files/sharded/arrays.py": "a temporary file without a name",
    "app/cli/learn_report.py": "nowhere: os.devnull",
}


def writes_in_place(source: str) -> Iterator[tuple[int, str]]:
    """The line and the name of each call that opens a file to write into, or lets a library open one."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            whole = ast.unparse(node.func)
            name = whole.rsplit(".", 1)[-1]
            opens = name == "open" and _opens_for_writing(node)
            to_path = bool({name, whole} & WRITE_TO_A_PATH)
            if opens or to_path or (whole in WRITE_TO_A_PATH_OR_A_FILE and not _is_buffer(node.args)):
                yield node.lineno, name


def _is_buffer(arguments: list[ast.expr]) -> bool:
    return any(isinstance(each, ast.Name) and each.id in ("file", "buffer") for each in arguments)


def _opens_for_writing(call: ast.Call) -> bool:
    said = [*call.args, *(each.value for each in call.keywords if each.arg == "mode")]
    modes = [each.value for each in said if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    return any(len(mode) <= 3 and set(mode) & set("wax+") and set(mode) <= set("rwaxbt+") for mode in modes)


def test_every_writer_goes_through_the_whole_file():
    found: dict[str, list[tuple[int, str]]] = {}
    for path in sorted(ROOT.rglob("*.py")):
        if writes := list(writes_in_place(path.read_text("utf-8"))):
            found[path.relative_to(ROOT).as_posix()] = writes
    past_it = {name: writes for name, writes in found.items() if name not in PAST_IT}
    assert not past_it, "write with clave.files.whole_file, or say in PAST_IT why it need not be"
    assert found.keys() == PAST_IT.keys(), "what no longer writes past it leaves the list"


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ('open(path, "w")', "open"),
        ('path.open("ab")', "open"),
        ('path.open(mode="r+b")', "open"),
        ("path.write_text(text)", "write_text"),
        ("np.savez(folder / name, **columns)", "savez"),
        ('figure.savefig(folder / "a.png")', "savefig"),
        ("parquet.write_table(table, path)", "write_table"),
        ("soundfile.write(path, samples, rate)", "write"),
        ("shutil.copyfile(one, other)", "copyfile"),
    ],
)
def test_a_write_in_place_is_seen(source: str, name: str):
    assert list(writes_in_place(source)) == [(1, name)]


@pytest.mark.parametrize(
    "source",
    ["path.open()", 'path.open("rb")', "np.savez(file, **columns)", 'figure.savefig(file, format="png")',
     "soundfile.write(buffer, samples, rate)", "whole_file.write(path, content)", "json.dumps(value)"],
)  # fmt: skip
def test_what_reads_or_fills_a_buffer_is_no_write(source: str):
    assert not list(writes_in_place(source))
