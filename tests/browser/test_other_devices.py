"""Two browsers play one project: one page leads and sounds, the other follows, and takes the sound."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, expect

from clave import load_rhythm, load_sound
from clave.app import server
from clave.app.server.invitation import Invitation
from clave.app.server.page_bridge import PageBridge

READY = (
    "clave.store.corpus.value && clave.store.kitBuffers.value.length === 8 && clave.live.value?.state.value.connected"
)
ELSEWHERE = "192.0.2.7"  # an address that the browser takes for another machine's: no secure context
FAR = f"--host-resolver-rules=MAP {ELSEWHERE} 127.0.0.1"


@pytest.fixture(scope="module")
def invitation() -> Iterator[Invitation]:
    """Of an instrument that is open to the network."""
    if not server.page_is_built():
        pytest.fail("the page is not built; run scripts/page")
    on = server.listen(0)
    opened = Invitation("127.0.0.1", on.getsockname()[1])
    app = server.create_app(load_rhythm(), load_sound(), bridge=PageBridge(opened))
    running = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off", ws="websockets-sansio"))
    thread = threading.Thread(target=running.run, kwargs={"sockets": [on]})
    thread.start()
    yield opened
    running.should_exit = True
    thread.join()


def opened(context: BrowserContext, link: str) -> Page:
    """The page of a device that came by the link."""
    page = context.new_page()
    page.goto(link)
    page.wait_for_url(lambda url: "token" not in url)
    page.wait_for_function(READY)
    return page


@pytest.fixture
def two(browser: Browser, invitation: Invitation) -> Iterator[tuple[Page, Page]]:
    """The computer's page, which leads, and a tablet's."""
    link = invitation.link("127.0.0.1")
    with browser.new_context() as computer, browser.new_context(user_agent="Mozilla/5.0 (iPad)") as tablet:
        one = opened(computer, link)
        one.wait_for_function("clave.live.value.state.value.leads")
        other = opened(tablet, link)
        other.wait_for_function("clave.store.elsewhere.value && clave.live.value.joined")
        yield one, other


def test_what_one_changes_arrives_at_the_other_and_the_sound_comes_from_where_the_player_wants(
    two: tuple[Page, Page],
) -> None:
    computer, tablet = two
    expect(tablet.get_by_text("This page plays on the Linux computer at 127.0.0.1.")).to_be_visible()

    tablet.get_by_role("button", name="Play", exact=True).first.click()
    computer.wait_for_function("clave.store.playing.value")
    expect(tablet.get_by_text("The sound comes from the Linux computer at 127.0.0.1")).to_be_visible()
    assert not tablet.evaluate("clave.store.playing.value")

    box = tablet.locator("#map").bounding_box()
    assert box is not None
    tablet.mouse.click(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.45)
    computer.wait_for_function("point => `${clave.point()}` === `${point}`", arg=tablet.evaluate("clave.point()"))
    computer.evaluate("clave.actions.set('tempo', { tempoBpm: 97 })")
    tablet.wait_for_function("clave.store.scene.value.tempo[0].tempo_bpm === 97")
    assert tablet.evaluate("JSON.stringify(clave.store.project.value)") == computer.evaluate(
        "JSON.stringify(clave.store.project.value)"
    )

    tablet.get_by_role("button", name="Play the sound here").first.click()
    tablet.wait_for_function("clave.live.value.state.value.leads && clave.store.playing.value")
    computer.wait_for_function("!clave.store.playing.value && clave.store.elsewhere.value?.playing")
    expect(computer.get_by_text("The sound comes from the iPad at 127.0.0.1")).to_be_visible()
    computer.evaluate("clave.actions.set('swing', { swing: 0.6 })")
    tablet.wait_for_function("clave.store.scene.value.swing === 0.6")


def test_the_panel_shows_the_link_its_code_and_who_sounds(two: tuple[Page, Page], invitation: Invitation) -> None:
    computer, _ = two
    computer.get_by_role("button", name="More", exact=True).click()
    computer.get_by_role("button", name="Other devices").click()
    panel = computer.get_by_role("dialog", name="Other devices")
    expect(panel).to_contain_text("The sound comes from here. 2 pages are open.")
    expect(panel).to_contain_text(invitation.links()[0])
    code = panel.get_by_role("img")
    expect(code).to_be_visible()
    assert code.evaluate("image => image.complete && image.naturalWidth > 100")


def test_a_device_without_a_secure_context_plays_and_is_told_what_it_cannot(
    browser: Browser, browser_type_launch_args: dict[str, Any], two: tuple[Page, Page], invitation: Invitation
) -> None:
    """Its browser reaches the instrument at an address of the network, by plain http."""
    computer, _ = two
    far = browser.browser_type.launch(**{**browser_type_launch_args, "args": [*browser_type_launch_args["args"], FAR]})
    page = far.new_page(bypass_csp=True)
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.goto(invitation.link(ELSEWHERE))
    page.wait_for_function(READY)
    page.wait_for_function("clave.store.elsewhere.value")
    assert not page.evaluate("isSecureContext")
    page.evaluate("clave.actions.set('tempo', { tempoBpm: 88 })")
    computer.wait_for_function("clave.store.scene.value.tempo[0].tempo_bpm === 88")
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("button", name="Other devices").click()
    panel = page.get_by_role("dialog", name="Other devices")
    expect(panel).to_contain_text("MIDI ports and copying a link do not")
    panel.get_by_role("button", name="Play the sound here").click()
    page.wait_for_function("clave.live.value.state.value.leads")
    page.get_by_role("banner").get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function("clave.store.playing.value && clave.store.sound.value === 'on'")
    assert troubles == []
    far.close()
