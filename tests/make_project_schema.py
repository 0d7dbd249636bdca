"""Write tests/fixtures/project.schema.json, the JSON Schema of a project file, from which the page's types are made.

Run it after a change of the project: python tests/make_project_schema.py; then, in web/, npm run types.
"""

import json
from pathlib import Path

from clave.play.project import schema

PATH = Path(__file__).parent / "fixtures" / "project.schema.json"


def text() -> str:
    """The schema as it stands in the file."""
    return json.dumps(schema(), indent=1) + "\n"


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
