"""An instrument that is open to the local network: who is let in, how, and who is not."""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import segno
from fastapi.testclient import TestClient
from httpx2 import Response
from starlette.routing import BaseRoute, Mount
from starlette.testclient import WebSocketDenialResponse
from starlette.websockets import WebSocketDisconnect
from toy_rhythm import ToyRhythm
from typer.testing import CliRunner

from clave.app import server
from clave.app.cli import app as commands
from clave.app.cli import opening
from clave.app.cli.opening import print_osc, print_page, with_address
from clave.app.server import create_app, invitation, listen
from clave.app.server.clients import device_of
from clave.app.server.device_routes import qr_svg, qr_text
from clave.app.server.front import Front
from clave.app.server.invitation import Invitation, addresses_of, checked_address, new_token
from clave.app.server.page_bridge import PageBridge
from clave.errors import ServerError

HERE = "http://192.168.1.5:8064"
LIVE = "ws://192.168.1.5:8064/api/live"


@pytest.fixture
def invited() -> Invitation:
    return Invitation(port=8064)


@pytest.fixture
def client(invited: Invitation, tmp_path: Path) -> Iterator[TestClient]:
    """A device that has no token, at an instrument whose page is built."""
    (tmp_path / "index.html").write_text("the page")
    app = create_app(ToyRhythm(), static=tmp_path, bridge=PageBridge(invited))
    with TestClient(app, base_url=HERE) as client:
        yield client


def doors(client: TestClient) -> list[tuple[str, str]]:
    """Every method and path of the application, and its files."""
    routes: list[BaseRoute] = client.app.routes  # pyright: ignore
    paths = [(method, each.path) for each in routes for method in getattr(each, "methods", None) or ()]  # pyright: ignore
    assert len(paths) > 25
    assert any(isinstance(each, Mount) for each in routes)
    return [*paths, ("GET", "/index.html"), ("GET", "/nowhere"), ("OPTIONS", "/api/bars")]


def refused(response: Response) -> bool:
    return response.status_code == 401 and "open with its link alone" in response.text


def test_without_the_token_every_door_answers_401_with_a_sentence(client: TestClient, invited: Invitation) -> None:
    for method, path in doors(client):
        response = client.request(method, path)
        assert refused(response) or (method, response.status_code) == ("HEAD", 401), (method, path)
    for headers in (
        {"cookie": f"{invited.cookie}=wrong"},
        {"cookie": f"clave-8065={invited.token}"},
        {"authorization": f"Bearer {invited.token[:-1]}"},
        {"authorization": f"Basic {invited.token}"},
        {"authorization": "Bearer"},
        {"cookie": "[=]; ="},
    ):
        assert refused(client.get("/api/instrument", headers=headers)), headers
    assert refused(client.get(f"/?token={new_token()}"))
    assert refused(client.get(f"/api/instrument?token={invited.token}")), "the token is exchanged at the door alone"
    page = client.get("/", headers={"accept": "text/html"})
    assert refused(page)
    assert page.headers["content-type"].startswith("text/html")
    with pytest.raises(WebSocketDenialResponse) as denied, client.websocket_connect(LIVE):
        pass
    assert denied.value.status_code == 401


def test_the_link_is_exchanged_for_a_cookie_that_opens_every_door(client: TestClient, invited: Invitation) -> None:
    entered = client.get(f"/?token={invited.token}")
    assert entered.status_code == 200
    assert invited.token not in entered.text
    assert 'location.replace("./" + location.hash)' in entered.text
    assert entered.headers["referrer-policy"] == "no-referrer"
    kept = entered.headers["set-cookie"]
    assert kept == f"clave-8064={invited.token}; HttpOnly; SameSite=Strict; Path=/"
    assert client.get("/").text == "the page"
    assert client.get("/api/instrument").status_code == 200
    with client.websocket_connect(LIVE) as socket:
        socket.send_json({"kind": "subscribe"})
        assert socket.receive_json()["kind"] == "values"


def test_a_program_brings_the_token_itself(client: TestClient, invited: Invitation) -> None:
    bearer = {"authorization": f"Bearer {invited.token}"}
    assert client.get("/api/instrument", headers=bearer).status_code == 200
    with client.websocket_connect(f"{LIVE}?token={invited.token}") as socket:
        socket.send_json({"kind": "subscribe"})
        assert socket.receive_json()["kind"] == "values"


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},  # a name that was pointed here
        {"host": "192.168.1.5.evil.example"},
        {"origin": "http://evil.example"},
        {"origin": "http://192.168.1.6:8064"},
        {"origin": "http://192.168.1.5:9000"},  # another program of this machine, where cookies are shared
        {"origin": "null"},
        {"host": "localhost:8064", "origin": "http://localhost:5173"},  # here too
        {"host": ""},
    ],
    ids=str,
)
def test_foreign_names_and_pages_are_refused_with_the_token_too(
    client: TestClient, invited: Invitation, headers: dict[str, str]
) -> None:
    client.cookies.set(invited.cookie, invited.token)
    assert client.get("/api/instrument", headers=headers).status_code == 403
    with pytest.raises(WebSocketDisconnect), client.websocket_connect(LIVE, headers=headers):
        pass


def test_own_names_and_pages_are_not(client: TestClient, invited: Invitation) -> None:
    client.cookies.set(invited.cookie, invited.token)
    for headers in (
        {"origin": HERE},
        {"host": "localhost:8064", "origin": "http://localhost:8064"},
        {"host": "[fe80::1]:8064", "origin": "http://[fe80::1]:8064"},
    ):
        assert client.get("/api/instrument", headers=headers).status_code == 200, headers


def test_tokens_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[Any] = []
    monkeypatch.setattr(invitation.hmac, "compare_digest", lambda *both: compared.append(both) or True)
    one = Invitation(token="secret")
    assert one.admits("ä")
    assert compared == [("ä".encode(), b"secret")]


def test_a_token_has_128_bits_and_is_another_each_time() -> None:
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert all(re.fullmatch(r"[\w-]{22}", each) for each in tokens)
    assert "token" not in repr(Invitation())


def test_the_page_is_shut_while_the_instrument_loads_too(invited: Invitation, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("the page")
    early = TestClient(Front(lambda: pytest.fail("it loads"), tmp_path, invited), base_url=HERE)
    assert refused(early.get("/"))
    assert refused(early.get("/index.html"))
    early.cookies.set(invited.cookie, invited.token)
    assert early.get("/").text == "the page"


def test_the_page_shows_the_links_and_their_code(client: TestClient, invited: Invitation) -> None:
    client.cookies.set(invited.cookie, invited.token)
    links = client.get("/api/devices").json()["links"]
    assert links == invited.links()
    drawn = client.get("/api/devices/code.svg")
    assert drawn.headers["content-type"].startswith("image/svg+xml")
    assert drawn.text == qr_svg(links[0])
    assert client.get(f"/api/devices/code.svg?link={len(links)}").status_code == 404


def test_an_instrument_of_this_machine_alone_has_no_links(tmp_path: Path) -> None:
    with TestClient(create_app(ToyRhythm(), static=tmp_path), base_url="http://localhost") as client:
        assert client.get("/api/devices").json() == {"links": []}
        assert client.get("/api/devices/code.svg").status_code == 404
        assert client.get("/api/instrument", headers={"host": "192.168.1.5"}).status_code == 403


def test_the_code_in_the_terminal_is_that_of_the_link() -> None:
    """Read back from its half blocks, module by module."""
    link = f"http://192.168.1.5:8064/?token={new_token()}"
    shown = qr_text(link).splitlines()
    lit = [[char in pair for char in row] for row in shown for pair in ("▀█", "▄█")]
    wanted = io.StringIO()
    segno.make(link, micro=False).save(wanted, kind="txt", border=4)
    rows = [[module == "0" for module in row] for row in wanted.getvalue().split()]
    assert [row[: len(rows[0])] for row in lit[: len(rows)]] == rows


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (["play", "--host"], ["play", "--host", "0.0.0.0"]),
        (["play", "--host", "--no-open"], ["play", "--host", "0.0.0.0", "--no-open"]),
        (["play", "--host", "song.json"], ["play", "--host", "0.0.0.0", "song.json"]),
        (["play", "--host", "10.0.0.2", "song.json"], ["play", "--host", "10.0.0.2", "song.json"]),
        (["play", "--host", "::1"], ["play", "--host", "::1"]),
        (["live", "--audio"], ["live", "--audio", "default"]),
        (["live", "--audio", "song.json"], ["live", "--audio", "default", "song.json"]),
        (
            ["live", "song.json", "--audio", "--seconds", "1"],
            ["live", "song.json", "--audio", "default", "--seconds", "1"],
        ),
        (["live", "song.json", "--audio", "Scarlett"], ["live", "song.json", "--audio", "Scarlett"]),
        (["play", "--host=10.0.0.2"], ["play", "--host=10.0.0.2"]),
        ([], []),  # `clave` alone, which prints its help
    ],
)
def test_host_may_stand_alone(given: list[str], wanted: list[str]) -> None:
    assert with_address(given) == wanted


@pytest.mark.parametrize("text", ["::1", "10.0.0", "nose", "10.0.0.256", ""])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ServerError, match=r"IPv4 address of this machine, such as 192\.168\.1\.5"):
        checked_address(text)


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(ServerError, match=r"192\.0\.2\.1 is no address of this machine"):
        listen(0, "192.0.2.1")
    assert addresses_of("10.0.0.2") == ["10.0.0.2"]
    assert all(re.fullmatch(r"\d+(\.\d+){3}", each) for each in addresses_of("0.0.0.0"))


def test_a_device_is_called_what_a_player_calls_it() -> None:
    ipad = "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1"
    phone = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36"
    assert device_of("192.168.1.7", ipad) == "iPad at 192.168.1.7"
    assert device_of("192.168.1.8", phone) == "Android device at 192.168.1.8"
    assert device_of("192.168.1.9", "curl/8") == "device at 192.168.1.9"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--osc-host", "0.0.0.0"], "needs --host"),
        (["--host", "192.0.2.1"], "is no address of this machine"),
        (["--host", "::1"], "IPv4 address"),
        (["--host", "--osc-host", "nose"], "IPv4 address"),
    ],
    ids=str,
)
def test_play_says_what_it_cannot_open(given: list[str], said: str, tmp_path: Path) -> None:
    done = CliRunner().invoke(commands, ["play", "--no-open", "--port", "0", "--home", str(tmp_path), *given])
    assert done.exit_code != 0
    assert said in done.output + str(done.exception)


def test_play_shows_its_link_and_the_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[Any] = []
    monkeypatch.setattr(server, "serve", lambda app, on: served.append((app, on.getsockname())))
    command = ["play", "--host", "127.0.0.1", "--no-open", "--port", "0", "--home", str(tmp_path), "--osc-in", "0"]
    done = CliRunner().invoke(commands, command)
    assert done.exit_code == 0, done.output
    ((front, address),) = served
    found = re.search(r"http://127\.0\.0\.1:(\d+)/\?token=([\w-]{22})  \(Ctrl-C stops it\)\n", done.output)
    assert found is not None
    assert address == ("127.0.0.1", int(found[1]))
    assert "No other device reaches this address" in done.output
    assert done.output.count("http://") == 1
    assert "OSC comes in at 127.0.0.1:" in done.output
    assert "/clave/token" not in done.output, "OSC comes from this machine alone"
    assert TestClient(front, base_url="http://127.0.0.1").get("/").status_code == 401


def test_this_machine_is_told_first_and_then_other_devices_each_by_what_works(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(invitation, "addresses_of", lambda _: ["192.168.1.5", "10.0.0.2"])
    invited = Invitation(token="secret")
    assert print_page("0.0.0.0", 8064, invited) == "http://127.0.0.1:8064/?token=secret"
    first, says, *rest = capsys.readouterr().out.split("\n", 4)
    assert first == "Clave plays at http://127.0.0.1:8064/?token=secret  (Ctrl-C stops it)"
    assert says == "Whoever has the link plays too. On another device, open it or scan the code:"
    assert rest[:2] == [f"  {link}" for link in invited.links()]
    assert rest[2].rstrip() == qr_text("http://192.168.1.5:8064/?token=secret").rstrip()


def test_one_address_for_this_machine_and_others_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    print_page("192.168.1.5", 8064, Invitation("192.168.1.5", token="secret"))
    said = capsys.readouterr().out
    assert said.count("http://") == said.count("http://192.168.1.5:8064/?token=secret  (Ctrl-C") == 1
    assert qr_text("http://192.168.1.5:8064/?token=secret") in said


def test_without_host_the_address_has_no_token(capsys: pytest.CaptureFixture[str]) -> None:
    assert print_page("127.0.0.1", 8064, None) == "http://127.0.0.1:8064/"
    assert capsys.readouterr().out == "Clave plays at http://127.0.0.1:8064/  (Ctrl-C stops it)\n"


def test_osc_is_told_by_the_addresses_that_reach_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(opening, "addresses_of", lambda _: ["192.168.1.5", "10.0.0.2"])
    print_osc("0.0.0.0", 9064, Invitation(token="secret"))
    assert capsys.readouterr().out.splitlines() == [
        "OSC comes in at 127.0.0.1:9064",
        "From other machines it comes in at 192.168.1.5:9064 or 10.0.0.2:9064, once they have sent /clave/token secret",
    ]
    print_osc("127.0.0.1", 9064, Invitation(token="secret"))
    print_osc("127.0.0.1", 9064, None)
    assert capsys.readouterr().out == "OSC comes in at 127.0.0.1:9064\n" * 2
