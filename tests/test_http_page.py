import json
import runpy
from pathlib import Path

from fastapi.testclient import TestClient
from toy_rhythm import ToyRhythm

from clave.app.server import create_app

ROOT = Path(__file__).parents[1]
MADE = runpy.run_path(str(ROOT / "docs" / "make_http.py"))


def test_the_page_of_requests_is_what_the_server_says():
    document = json.loads((ROOT / "tests" / "fixtures" / "openapi.json").read_text("utf-8"))
    text = (ROOT / "docs" / "http.md").read_text("utf-8")
    assert text == MADE["page"](document), "run `python docs/make_http.py`"
    for path, methods in document["paths"].items():
        assert all(f"`{method.upper()} {path}`" in text for method in methods)


def test_the_request_of_its_example_is_answered():
    body = MADE["HEAD"].split("-d '")[1].split("'")[0]
    answer = TestClient(create_app(ToyRhythm()), base_url="http://127.0.0.1:8064").post(
        "/api/patterns", content=body, headers={"content-type": "application/json"}
    )
    assert answer.status_code == 200, answer.text
