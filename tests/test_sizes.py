"""Functions, classes and files are small enough to be read in one sitting."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

CLAVE = Path(__file__).parents[1] / "clave"
MODULES = sorted(CLAVE.rglob("*.py"))
MAX_FUNCTION_LINES, MAX_PARAMETERS, MAX_CLASS_LINES, MAX_FILE_LINES = 60, 7, 250, 400

LONG_FILES: dict[str, str] = {}
"""Files that may be longer than MAX_FILE_LINES, each with the reason. At most two."""

Function = ast.FunctionDef | ast.AsyncFunctionDef

REGISTERED = set(re.findall(r"\.command\(\)\(\w+\.(\w+)\)", (CLAVE / "app" / "cli" / "__init__.py").read_text("utf-8")))
"""Commands that the command line takes from a module of their own: `app.command()(render.render)`."""


def shown(path: Path) -> str:
    return path.relative_to(CLAVE).as_posix()


def nodes(path: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(path.read_text("utf-8")))


def lines(node: Function | ast.ClassDef) -> int:
    """From the line of its name to its last, without decorators."""
    assert node.end_lineno is not None
    return node.end_lineno - node.lineno + 1


def body_lines(node: Function) -> int:
    """The same without the parameters of a command, which are its declared options."""
    first = node.body[0].lineno if is_command(node) else node.lineno
    assert node.end_lineno is not None
    return node.end_lineno - first + 1


def is_command(node: Function) -> bool:
    """Whether it is a command, by `@something.command(...)` or by REGISTERED: its parameters are declared options."""
    if node.name in REGISTERED and ast.get_docstring(node) and any(each.annotation for each in node.args.args):
        return True
    calls = [each.func for each in node.decorator_list if isinstance(each, ast.Call)]
    return any(isinstance(call, ast.Attribute) and call.attr == "command" for call in calls)


def parameters(node: Function) -> list[str]:
    """Their names, but for `self` and `cls`."""
    given = node.args
    every = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
    return [each.arg for each in every if each is not None and each.arg not in ("self", "cls")]


@pytest.mark.parametrize("path", MODULES, ids=shown)
def test_functions_classes_and_files_are_small(path: Path) -> None:
    for node in nodes(path):
        if isinstance(node, Function):
            assert body_lines(node) <= MAX_FUNCTION_LINES, f"{node.name} has {body_lines(node)} lines"
            if not is_command(node):
                assert len(parameters(node)) <= MAX_PARAMETERS, f"{node.name} has {len(parameters(node))} parameters"
        elif isinstance(node, ast.ClassDef):
            assert lines(node) <= MAX_CLASS_LINES, f"{node.name} has {lines(node)} lines"
    count = len(path.read_text("utf-8").splitlines())
    assert count <= MAX_FILE_LINES or shown(path) in LONG_FILES, f"{shown(path)} has {count} lines"


def test_the_lists_of_exceptions_hold_nothing_else() -> None:
    assert len(LONG_FILES) <= 2
    for name in LONG_FILES:
        assert len((CLAVE / name).read_text("utf-8").splitlines()) > MAX_FILE_LINES, f"{name} is short by now"


def test_what_is_counted() -> None:
    tree = ast.parse(
        "@app.command('x')\n"
        "def long(\n    a, b, c, d, e, f, g, h\n):\n    '''Says what it does.'''\n    return a\n\n\n"
        "class Thing:\n"
        "    def method(self, one, /, *rest, two, **more):\n        return one\n"
    )
    command, thing = tree.body
    assert isinstance(command, ast.FunctionDef)
    assert isinstance(thing, ast.ClassDef)
    method = thing.body[0]
    assert isinstance(method, ast.FunctionDef)
    assert is_command(command)
    assert not is_command(method)
    assert body_lines(command) == 2
    assert (lines(thing), body_lines(method)) == (3, 2)
    assert parameters(method) == ["one", "two", "rest", "more"]
