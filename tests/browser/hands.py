"""How a person drives the page: what one sees in it, clicks, and reaches by keyboard."""

import base64
import json
import re
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page

from clave.music.kit import VOICES

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
NARROW = {"width": 360, "height": 740}
LOOKS = [
    pytest.param("dark", marks=pytest.mark.browser_context_args(color_scheme="dark")),
    pytest.param("light", marks=pytest.mark.browser_context_args(color_scheme="light")),
    pytest.param("360 px, dark", marks=pytest.mark.browser_context_args(color_scheme="dark", viewport=NARROW)),
    pytest.param("360 px, light", marks=pytest.mark.browser_context_args(color_scheme="light", viewport=NARROW)),
]

Cells = set[tuple[int, int]]


def shown(page: Page) -> dict[str, Any]:
    """The bar in the grid, as the page holds it."""
    return page.evaluate("clave.store.shown.value")


def pressed(page: Page) -> Cells:
    """Voice and 16th of every cell that is struck, as the buttons of the grid say, which follow a little late."""
    page.wait_for_timeout(200)
    places = page.locator('[data-cell][aria-pressed="true"]').evaluate_all(
        "cells => cells.map(({ dataset }) => [Number(dataset.voice), Number(dataset.cell)])"
    )
    return {(voice, cell) for voice, cell in places}


def lies_here(page: Page) -> Cells:
    """What the server says lies where the page is, once the page shows it."""
    for _ in range(100):
        point, settings = page.evaluate("[clave.point(), clave.store.scene.value.settings]")
        body = json.dumps({"points": [point], **settings}).encode()
        address = page.url.partition("#")[0]
        request = urllib.request.Request(f"{address}api/patterns", body, {"content-type": "application/json"})
        with urllib.request.urlopen(request) as answer:
            bar = json.load(answer)["patterns"][0]
        if shown(page)["strokes"] == bar["strokes"] and page.evaluate("clave.point()") == point:
            return {(voice, step // 4) for voice, step, _, _ in bar["strokes"]}
        page.wait_for_timeout(50)
    raise AssertionError(f"at {point} lies {bar}, the page shows {shown(page)}")


def click_map(page: Page, x: float, y: float) -> None:
    """Click at a point of the map; the window is moved there first if it does not show the point."""
    left, top = place_on_map(page, x, y)
    page.mouse.click(left, top)
    lies_here(page)


def place_on_map(page: Page, x: float, y: float) -> tuple[float, float]:
    """Where a point of the map lies on the screen, in pixels of the page."""
    page.evaluate("point => { clave.store.view.value = clave.store.projection.value.showing(point) }", [x, y])
    box = page.get_by_role("application", name="Rhythm map").bounding_box()
    assert box is not None
    left, top = page.evaluate("point => clave.store.projection.value.toPixel(point)", [x, y])
    return box["x"] + left, box["y"] + top


def opened_drawer(page: Page, name: str) -> Locator:
    """What is one step away from the stage, open: "Shape", "About this bar", "Style"."""
    drawer = page.get_by_role("dialog", name=name)
    if not drawer.is_visible():
        page.evaluate("clave.store.drawer.value = null")  # on a phone it lies over the buttons
        page.get_by_role("button", name=BUTTONS.get(name, name), exact=True).click()
    return drawer


def from_menu(page: Page, menu: str, name: str) -> None:
    """Press a button of the menu "Export" or "More"."""
    page.get_by_role("button", name=menu, exact=True).click()
    page.get_by_role("group", name=menu, exact=True).get_by_role("button", name=name, exact=True).click()


def open_voice(page: Page, name: str) -> None:
    """Open the panel of a voice below its row."""
    row = [voice.name for voice in VOICES].index(name.lower())
    head = page.locator(f'[data-voice-row="{row}"] .voice-open')
    if head.get_attribute("aria-expanded") == "false":
        head.click()


def open_sound(page: Page, name: str) -> Locator:
    """Open all of a voice's sound."""
    open_voice(page, name)
    page.get_by_role("button", name=f"{name} sound:").click()
    return page.get_by_role("dialog", name=name)


def hold_row(page: Page, name: str) -> Locator:
    """The button that holds the row of a voice, or lets it go."""
    return page.get_by_role("button", name=re.compile(f"^(hold|held|sound held|all held): {name}$"))


def hold_sound(page: Page, name: str) -> None:
    open_voice(page, name)
    page.get_by_role("button", name=f"hold the sound of {name.lower()}").click()


BUTTONS = {"Style": "In this style, stay here"}


def focus_by_tab(page: Page, wanted: Callable[[str], bool], limit: int = 120) -> str:
    """Press Tab until the focus is where it is wanted; the name of what has it."""
    for _ in range(limit):
        page.keyboard.press("Tab")
        name = page.evaluate("document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent")
        if wanted(name):
            return name
    raise AssertionError("Tab never came there")


def violations(page: Page) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.add_script_tag(path=AXE)
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
    return [f"{each['id']}: {node['target']} {node['failureSummary']}" for each in found for node in each["nodes"]]


def drop(page: Page, files: list[tuple[str, bytes]], on: Locator | None = None) -> None:
    """Drop files of these names and contents on a part of the page, else on the map."""
    transfer = page.evaluate_handle(
        """files => {
            const transfer = new DataTransfer();
            for (const [name, content] of files)
                transfer.items.add(new File([Uint8Array.from(atob(content), letter => letter.charCodeAt(0))], name));
            return transfer;
        }""",
        [(name, base64.b64encode(content).decode()) for name, content in files],
    )
    (on or page.locator("#map")).dispatch_event("drop", {"dataTransfer": transfer})


WATCH_POLICY = (
    "globalThis.broken = [];"
    "addEventListener('securitypolicyviolation', each => broken.push(each.violatedDirective + each.blockedURI))"
)


def until(page: Page, what: str) -> None:
    """Wait for this; unlike `wait_for_function`, without evaluating text in the page, which its policy forbids."""
    for _ in range(200):
        if page.evaluate(f"Boolean({what})"):
            return
        page.wait_for_timeout(50)
    raise AssertionError(what)
