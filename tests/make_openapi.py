"""Write tests/fixtures/openapi.json, the server's description of its messages, from which the page's types are made.

Run it after a change of a message or an address: python tests/make_openapi.py; then, in web/, npm run types.
"""

import json
from pathlib import Path

from toy_rhythm import ToyRhythm

from clave.app.server import create_app

PATH = Path(__file__).parent / "fixtures" / "openapi.json"


def text() -> str:
    """The document without the version, which changes with every release."""
    document = create_app(ToyRhythm()).openapi()
    return json.dumps(document | {"info": {"title": document["info"]["title"], "version": ""}}, indent=1) + "\n"


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
