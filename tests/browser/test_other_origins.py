"""A page elsewhere gets nothing of an instrument that plays: of another site, and of another port of this machine."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from hands import WATCH_POLICY, until
from playwright.sync_api import Browser, Page

PROBES = """async base => {
  const done = {};
  const ended = (name, element, good, bad) => new Promise(resolve => {
    element[good] = () => resolve(done[name] = "loaded");
    element[bad] = () => resolve(done[name] = "refused");
    setTimeout(() => resolve(done[name] ??= "nothing"), 4000);
  });
  const add = (tag, fields) => Object.assign(document.createElement(tag), fields);
  const shown = (name, tag, fields) => {
    const element = add(tag, fields);
    const answer = ended(name, element, tag === "audio" ? "oncanplay" : "onload", "onerror");
    document.body.append(element);
    return answer;
  };
  const fetched = async (name, path, given) => {
    try {
      const answer = await fetch(base + path, given);
      done[name] = answer.type === "opaque" ? "opaque" : `read ${answer.status}`;
    } catch { done[name] = "refused"; }
  };
  const form = add("form", { action: base + "api/kept", method: "post", target: "aside", enctype: "text/plain" });
  document.body.append(add("iframe", { name: "aside" }), form);
  form.submit();
  const socket = new WebSocket(base.replace("http", "ws") + "api/live");
  await Promise.all([
    shown("image", "img", { src: base + "icon-192.png" }),
    shown("drawing", "img", { src: base + "api/devices/code.svg" }),
    shown("audio", "audio", { src: base + "api/kits/analogue/0.wav", preload: "auto" }),
    shown("script", "script", { src: base + "api/instrument" }),
    shown("style", "link", { rel: "stylesheet", href: base + "icon.svg" }),
    shown("frame", "iframe", { src: base }),
    fetched("read", "api/instrument", {}),
    fetched("sent", "api/kept", { method: "POST", headers: { "content-type": "application/json" }, body: "{}" }),
    fetched("deleted", "api/kept/1", { method: "DELETE" }),
    fetched("sent unseen", "api/drum-map/own.toml", { method: "POST", mode: "no-cors", body: "x" }),
    fetched("read unseen", "api/kept", { mode: "no-cors" }),
    ended("socket", socket, "onopen", "onclose"),
  ]);
  return done;
}"""


class Elsewhere(BaseHTTPRequestHandler):
    """Another program of this machine, with a page."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>elsewhere</title><body>")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Quietly."""


@pytest.fixture(scope="module")
def other_port() -> Iterator[int]:
    serving = HTTPServer(("127.0.0.1", 0), Elsewhere)
    thread = threading.Thread(target=serving.serve_forever)
    thread.start()
    yield serving.server_port
    serving.shutdown()
    serving.server_close()
    thread.join()


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"], ids=["another port", "another site"])
def test_a_page_elsewhere_gets_nothing(page: Page, instrument: str, other_port: int, name: str) -> None:
    became: dict[str, str] = {}
    page.on("response", lambda answer: became.update({f"{answer.request.method} {answer.url}": str(answer.status)}))
    page.on("requestfailed", lambda asked: became.update({f"{asked.method} {asked.url}": asked.failure or ""}))
    page.goto(f"http://{name}:{other_port}/")
    done = page.evaluate(PROBES, instrument)
    ours = {asked: what for asked, what in became.items() if instrument in asked}
    assert len(ours) >= 10, "the probes arrive"
    assert all(what.startswith(("403", "net::ERR_FAILED", "net::ERR_BLOCKED_BY_RESPONSE")) for what in ours.values())
    assert {name: what for name, what in done.items() if what != "refused"} == {"frame": "loaded"}  # it shows a refusal
    assert "clave" not in [frame.title().lower() for frame in page.frames]


def test_a_link_elsewhere_opens_the_page_which_is_no_window_of_the_other(
    page: Page, instrument: str, other_port: int
) -> None:
    page.goto(f"http://localhost:{other_port}/")
    page.evaluate(
        "to => { document.body.innerHTML = `<a href='${to}' target=_blank rel=opener>Clave</a>` }", instrument
    )
    with page.expect_popup() as opened:
        page.get_by_text("Clave").click()
    until(opened.value, "globalThis.clave?.store.corpus.value")
    assert opened.value.evaluate("opener") is None


def test_the_page_plays_under_its_policy(browser: Browser, instrument: str) -> None:
    """Sounds, the worker that keeps time, drawings, and a file that is taken and dragged out break no rule of it."""
    with browser.new_context(bypass_csp=False) as context:
        page, troubles = context.new_page(), list[str]()
        page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.add_init_script(WATCH_POLICY)
        page.goto(instrument)
        until(page, "globalThis.clave?.store.corpus.value && clave.store.kitBuffers.value.length === 8")
        page.get_by_role("button", name="Play", exact=True).first.click()
        until(page, "clave.store.playing.value && clave.store.sound.value === 'on'")
        page.get_by_role("button", name="More", exact=True).click()
        page.get_by_role("button", name="Other devices").click()
        assert page.evaluate("broken") == []
        assert troubles == []
        page.evaluate("document.body.append(Object.assign(new Image(), { src: 'http://192.0.2.1/x.png' }))")
        until(page, "broken.length === 1")  # it is in force
