"""Pages elsewhere: allowed by their exact origin, and no other."""

import pytest
from starlette.testclient import TestClient
from toy_rhythm import ToyRhythm

from clave.app.server import create_app
from clave.app.server.front import Front
from clave.app.server.origins import check_origin
from clave.errors import ServerError

STRUDEL = "https://strudel.cc"


@pytest.fixture(scope="module")
def client():
    front = Front(lambda: create_app(ToyRhythm()), origins=[STRUDEL, "http://localhost:4321"])
    front.start()
    front.loading.result()
    return TestClient(front, base_url="http://127.0.0.1:8064")


def test_a_page_of_an_allowed_origin_is_answered_and_may_read_the_answer(client):
    answer = client.get("/api/corpus", headers={"origin": STRUDEL})
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == STRUDEL
    assert answer.headers["vary"] == "Origin"


def test_its_browser_may_ask_first(client):
    asks = {"origin": STRUDEL, "access-control-request-method": "POST"}
    answer = client.options("/api/bars", headers=asks)
    assert answer.status_code == 204
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert answer.headers["access-control-allow-private-network"] == "true"


@pytest.mark.parametrize(
    "origin",
    ["https://strudel.cc.evil.org", "http://strudel.cc", "https://strudel.cc:8443", "https://STRUDEL.cc", "null"],
)
def test_any_other_origin_is_refused_as_before(client, origin):
    answer = client.get("/api/corpus", headers={"origin": origin})
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers


def test_a_name_that_was_pointed_here_is_refused_whatever_the_origin(client):
    assert client.get("/api/corpus", headers={"origin": STRUDEL, "host": "evil.org"}).status_code == 403


def test_the_own_page_needs_no_origin_and_gets_no_header(client):
    answer = client.get("/api/corpus")
    assert answer.status_code == 200
    assert "access-control-allow-origin" not in answer.headers


def test_without_the_option_no_page_elsewhere_is_answered():
    front = Front(lambda: create_app(ToyRhythm()))
    front.start()
    front.loading.result()
    own = TestClient(front, base_url="http://127.0.0.1:8064")
    assert own.get("/api/corpus", headers={"origin": STRUDEL}).status_code == 403


@pytest.mark.parametrize(
    "wrong", ["*", "strudel.cc", "https://strudel.cc/", "https://strudel.cc:443", "file://x", "", "http://a:b"]
)
def test_what_no_browser_sends_as_an_origin_is_refused_with_the_rule(wrong):
    with pytest.raises(ServerError, match="an origin is http:// or https:// with a host"):
        check_origin(wrong)
    assert check_origin("http://[::1]:4321") == "http://[::1]:4321"
