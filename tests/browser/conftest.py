"""The instrument as a person has it: the real server, the shipped space, and Chromium."""

import shutil
import threading
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, Page

from clave import load_rhythm, load_sound
from clave.app import server
from clave.app.server.page_bridge import PageBridge

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"))), None
)  # the first draws no window of its own around the page


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    if CHROMIUM is None:
        pytest.skip("no Chromium; scripts/install installs it")
    sounds = ["--autoplay-policy=user-gesture-required", "--use-fake-device-for-media-stream"]
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": ["--no-sandbox", *sounds]}


@pytest.fixture(scope="session")
def browser(browser: Browser) -> Browser:
    """Whose contexts ignore the page's policy: it forbids the `eval` by which `wait_for_function` takes text.

    `test_other_origins.py` and `test_static_page.py` try the policy, with `bypass_csp=False`.
    """
    browser.new_context = partial(browser.new_context, bypass_csp=True)
    browser.new_page = partial(browser.new_page, bypass_csp=True)
    return browser


@pytest.fixture(scope="session")
def bridge() -> PageBridge:
    """What leads controls from outside to the page."""
    return PageBridge()


@pytest.fixture(scope="session")
def instrument(bridge: PageBridge) -> Iterator[str]:
    """Its address."""
    if not server.page_is_built():
        pytest.fail("the page is not built; run scripts/page")
    on = server.listen(0)
    config = uvicorn.Config(
        server.create_app(load_rhythm(), load_sound(), bridge=bridge),
        log_level="warning",
        lifespan="off",
        ws="websockets-sansio",
    )
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [on]})
    thread.start()
    yield f"http://127.0.0.1:{on.getsockname()[1]}/"
    running.should_exit = True
    thread.join()


@pytest.fixture
def opened(page: Page, instrument: str) -> Iterator[Page]:
    """The page, open and ready; whatever it logs as an error, or asks of another host, fails the test."""
    troubles: list[str] = []
    page.add_init_script("localStorage['clave.theme'] ??= 'auto'")  # dark or light as the test's context has it
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
    page.on(
        "request",
        lambda sent: troubles.append(sent.url) if not sent.url.startswith((instrument, "blob:", "data:")) else None,
    )
    page.goto(instrument)
    page.wait_for_function("clave.store.corpus.value && clave.store.kitBuffers.value.length === 8")
    yield page
    assert troubles == []
