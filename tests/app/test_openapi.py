"""The page's types are generated from `tests/fixtures/openapi.json`: it says what the server says."""

import json

import make_openapi

DOCUMENT = json.loads(make_openapi.PATH.read_text("utf-8"))


def test_the_file_is_what_the_server_says() -> None:
    assert make_openapi.PATH.read_text("utf-8") == make_openapi.text(), "run: python tests/make_openapi.py"


def test_a_refusal_is_described_as_it_is_sent() -> None:
    refused = DOCUMENT["paths"]["/api/patterns"]["post"]["responses"]["4XX"]["content"]["application/json"]
    assert refused["schema"] == {"$ref": "#/components/schemas/Refusal"}
    assert "HTTPValidationError" not in DOCUMENT["components"]["schemas"]  # FastAPI's own, which is never sent
