"""An extension of griffe, which reads the code for the reference.

The comment beside a field or a constant describes it, and examples in docstrings (`>>>`) become blocks of code.
"""

import re
import tokenize
from functools import cache
from pathlib import Path
from typing import Any

import griffe

EXAMPLE = re.compile(r"^>>> .*(?:\n(?!\n).+)*", re.MULTILINE)  # to the next empty line
FOR_TOOLS = ("noqa", "type:", "pyright:", "fmt:")


@cache
def comments(path: Path) -> dict[int, str]:
    """The comments of a file by line, those for tools left out."""
    with path.open("rb") as file:
        found = [each for each in tokenize.tokenize(file.readline) if each.type == tokenize.COMMENT]
    texts = {each.start[0]: each.string.lstrip("# ") for each in found}
    return {line: text for line, text in texts.items() if not text.startswith(FOR_TOOLS)}


class CommentsAsDocs(griffe.Extension):
    """What mkdocs.yml names."""

    def on_attribute_instance(self, *, attr: griffe.Attribute, **_: Any) -> None:
        """Give a field or constant without a docstring the comment on its own line."""
        if attr.docstring is None and attr.endlineno and isinstance(attr.filepath, Path):
            text = comments(attr.filepath).get(attr.endlineno)
            if text:
                attr.docstring = griffe.Docstring(text[0].upper() + text[1:] + ".", parent=attr)

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Set examples in a fence."""
        if obj.docstring is not None and ">>>" in obj.docstring.value:
            obj.docstring.value = EXAMPLE.sub(lambda found: f"```python\n{found[0]}\n```", obj.docstring.value)
