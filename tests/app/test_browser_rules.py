"""What browsers are told, and which of their requests are answered: those of our own page, and links to it."""

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from starlette.testclient import WebSocketDenialResponse
from starlette.websockets import WebSocketDisconnect
from toy_rhythm import ToyRhythm

from clave.app.protocol import Refusal
from clave.app.server import create_app
from clave.app.server.browser_rules import HEADERS, PAGE_POLICY
from clave.app.server.front import Front
from clave.app.server.invitation import Invitation
from clave.app.server.page_bridge import PageBridge

HERE = "http://127.0.0.1:8064"
LINK = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}


@pytest.fixture(scope="module")
def static(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    (folder / "index.html").write_text("the page")
    (folder / "page.js").write_text("1")
    return folder


@pytest.fixture(scope="module")
def client(static: Path) -> TestClient:
    front = Front(lambda: create_app(ToyRhythm(), static=static), static, origins=["https://strudel.cc"])
    front.start()
    front.loading.result()
    return TestClient(front, HERE, raise_server_exceptions=False)


@pytest.mark.parametrize(
    ("path", "status"),
    [("/", 200), ("/page.js", 200), ("/api/corpus", 200), ("/api/nothing", 404), ("/api/kept/0", 422), ("/?x=1", 200)],
)
def test_every_answer_says_who_may_load_it(client: TestClient, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    for name, value in HEADERS:
        assert answer.headers.get_list(name.decode()) == [value.decode()], name
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert client.get(path, headers={"host": "evil.example"}).headers["x-content-type-options"] == "nosniff"


def test_the_policy_names_no_host_and_no_inline_script() -> None:
    assert "script-src 'self';" in PAGE_POLICY
    assert PAGE_POLICY.startswith("default-src 'none';")
    assert not re.search(r"https?:|\*|unsafe-eval", PAGE_POLICY)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_what_another_page_asks_is_refused_whatever_the_method(client: TestClient, method: str, site: str) -> None:
    for path in ("/api/instrument", "/page.js", "/"):
        answer = client.request(method, path, headers={"sec-fetch-site": site})
        assert answer.status_code == 403
        assert method == "HEAD" or "--allow-origin" in Refusal.model_validate(answer.json()).error


def test_own_requests_and_links_to_the_page_are_answered(client: TestClient) -> None:
    for site in ("same-origin", "none"):
        assert client.get("/api/instrument", headers={"sec-fetch-site": site}).status_code == 200
    assert client.get("/", headers=LINK).text == "the page"
    for path, headers in (
        ("/api/instrument", LINK),
        ("/", LINK | {"sec-fetch-dest": "iframe"}),
        ("/", LINK | {"sec-fetch-mode": "no-cors"}),
        ("/", LINK | {"origin": "https://evil.example"}),
    ):
        assert client.get(path, headers=headers).status_code == 403, (path, headers)
    assert client.post("/", headers=LINK).status_code == 403


def test_an_allowed_origin_may_ask_from_its_site(client: TestClient) -> None:
    allowed = {"origin": "https://strudel.cc", "sec-fetch-site": "cross-site"}
    assert client.get("/api/instrument", headers=allowed).status_code == 200
    assert client.get("/api/instrument", headers={"sec-fetch-site": "cross-site"}).status_code == 403


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "same-site"}, {"origin": "http://127.0.0.1:9"}], ids=str)
def test_a_websocket_of_another_page_is_closed(client: TestClient, headers: dict[str, str]) -> None:
    live = "ws://127.0.0.1:8064/api/live"
    with pytest.raises(WebSocketDisconnect), client.websocket_connect(live, headers=headers):
        pass
    with client.websocket_connect(live, headers={"origin": HERE, "sec-fetch-site": "same-origin"}):
        pass


def test_with_a_token_the_same_pages_are_refused(static: Path) -> None:
    invited = Invitation(port=8064)
    app = create_app(ToyRhythm(), static=static, bridge=PageBridge(invited))
    client = TestClient(app, HERE, cookies={invited.cookie: invited.token})
    assert client.get("/api/instrument", headers={"sec-fetch-site": "same-site"}).status_code == 403
    entered = client.get(f"/?token={invited.token}", headers=LINK)
    assert "cross-origin-opener-policy" not in entered.headers, "plain http elsewhere: browsers complain of it"
    script = re.findall(r"<script>(.*?)</script>", entered.text)[0]
    known = b64encode(sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{known}'" in entered.headers["content-security-policy"]
    client.cookies.clear()
    with pytest.raises(WebSocketDenialResponse) as denied, client.websocket_connect("ws://127.0.0.1:8064/api/live"):
        pass
    assert denied.value.headers["x-content-type-options"] == "nosniff"
