"""Write docs/project.schema.json, the JSON Schema of project files. Run it after a change of the project."""

import json
from pathlib import Path

from clave.play.project import schema

PAGE = Path(__file__).with_name("project.schema.json")

if __name__ == "__main__":
    PAGE.write_text(json.dumps(schema(), indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(f"{PAGE.name} written")
