"""What plays is a project: saved as a file, opened again, and remembered with how each of its bars was made."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hands import click_map, from_menu, lies_here, shown
from playwright.sync_api import BrowserContext, FilePayload, Page, expect

from clave.play.arrange import requests
from clave.play.project import Edited, Humanise, Project, SetCells, load

READY = "clave.store.corpus.value && clave.store.kitBuffers.value.length === 8"


def strokes(page: Page) -> list[Any]:
    """Of the bar in the grid, by place; as exact as the wire."""
    return sorted([voice, step, round(v, 5), round(o, 5)] for voice, step, v, o in shown(page)["strokes"])


def edit_and_humanise(page: Page) -> list[Any]:
    """A bar with a stroke written by hand, humanised; its strokes."""
    click_map(page, 0.6, -0.4)
    lies_here(page)
    page.locator('[data-voice="7"][data-cell="3"]').click()
    page.wait_for_function("clave.store.shown.value.strokes.some(stroke => stroke[0] === 7 && stroke[1] === 12)")
    before = strokes(page)
    page.get_by_role("slider", name="humanise").fill("0.7")
    page.wait_for_function("clave.store.history.value.present.label === 'humanise'")
    assert strokes(page) != before
    return strokes(page)


def leave(page: Page) -> None:
    """For another place, without what was written by hand."""
    page.get_by_role("button", name="release", exact=True).click()
    click_map(page, -1, 1)
    lies_here(page)


def saved(page: Page, folder: Path) -> Path:
    with page.expect_download() as download:
        page.get_by_role("button", name="Save project", exact=True).click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def open_file(page: Page, name: str, content: str) -> None:
    with page.expect_file_chooser() as chooser:
        from_menu(page, "More", "Open project")
    chooser.value.set_files(FilePayload(name=name, mimeType="application/json", buffer=content.encode()))


def test_a_saved_project_opens_with_the_same_strokes_and_loads_in_python(opened: Page, tmp_path: Path) -> None:
    made = edit_and_humanise(opened)
    path = saved(opened, tmp_path)
    project = load(path)
    (bar,) = project.scene.bars
    assert isinstance(bar, Edited)
    assert [type(operation) for operation in bar.operations] == [SetCells, Humanise]
    assert len(requests(project).bars) == 1
    leave(opened)
    open_file(opened, "project.json", path.read_text("utf-8"))
    expect(opened.get_by_role("status").filter(has_text="Opened project.json")).to_be_visible()
    assert strokes(opened) == made
    expect(opened.get_by_role("slider", name="humanise")).to_have_attribute("aria-valuetext", "70 %")
    opened.keyboard.press("Control+z")
    lies_here(opened)


def test_how_a_bar_was_humanised_survives_a_reload(opened: Page) -> None:
    made = edit_and_humanise(opened)
    opened.wait_for_function("(localStorage.getItem('clave.project.1') ?? '').includes('humanise')")
    opened.reload()
    opened.wait_for_function(READY)
    assert strokes(opened) == made
    slider = opened.get_by_role("slider", name="humanise")
    expect(slider).to_have_attribute("aria-valuetext", "70 %")
    slider.fill("0")  # the bar as it was before
    opened.wait_for_function("clave.store.shown.value.strokes.some(stroke => stroke[0] === 7 && stroke[1] === 12)")
    expect(slider).to_have_attribute("aria-valuetext", "as it is")


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ("{", "not JSON"),
        ('{"format": "a song"}', "format"),
        (json.dumps({"format": "clave project", "version": 99}), "update Clave"),
        (json.dumps({"format": "clave project", "version": 1, "volume": 2}), "volume"),
    ],
)
def test_a_file_that_is_no_project_is_refused_in_words(page: Page, instrument: str, document: str, reason: str) -> None:
    page.goto(instrument)
    page.wait_for_function(READY)
    lies_here(page)
    before, label = strokes(page), page.evaluate("clave.store.history.value.present.label")
    open_file(page, "broken.json", document)
    refusal = page.get_by_role("alert").filter(has_text="broken.json is not opened")
    expect(refusal).to_contain_text(reason)
    assert (strokes(page), page.evaluate("clave.store.history.value.present.label")) == (before, label)


def test_what_the_page_does_not_show_stays_in_the_project(opened: Page, tmp_path: Path) -> None:
    lanes = [{"probability": 0.5}, *[{}] * 7]
    document = {"format": "clave project", "version": 1, "seed": 11, "scene": {"lanes": lanes}, "of_later": [1, 2]}
    open_file(opened, "lanes.json", json.dumps(document))
    expect(opened.get_by_role("status").filter(has_text="Opened lanes.json")).to_be_visible()
    again: Project = load(saved(opened, tmp_path))
    assert (again.seed, again.scene.lanes[0].probability) == (11, 0.5)
    assert json.loads((tmp_path / "project.json").read_text("utf-8"))["of_later"] == [1, 2]


def test_a_project_that_is_dropped_on_the_page_opens(opened: Page) -> None:
    document = json.dumps({"format": "clave project", "version": 1, "scene": {"tempo": [{"bar": 0, "tempo_bpm": 77}]}})
    opened.evaluate(
        """text => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([text], "dropped.json", { type: "application/json" }));
            dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, cancelable: true }));
        }""",
        document,
    )
    expect(opened.get_by_role("spinbutton", name="Tempo in beats per minute")).to_have_value("77")


def test_the_project_of_the_server_plays_on_start_and_one_undo_brings_back_what_was_there(
    page: Page, instrument: str
) -> None:
    served = Project.model_validate({"scene": {"tempo": [{"bar": 0, "tempo_bpm": 66}]}}).model_dump_json()
    page.route("**/api/project", lambda route: route.fulfill(body=served, content_type="application/json"))
    tempo = page.get_by_role("spinbutton", name="Tempo in beats per minute")
    page.goto(instrument)
    expect(tempo).to_have_value("66")
    page.keyboard.press("Control+z")
    expect(tempo).to_have_value("112")
    stored = "JSON.parse(localStorage.getItem('clave.project.1'))"
    page.wait_for_function(f"{stored}?.project.scene.tempo[0].tempo_bpm === 112")
    page.reload()
    page.wait_for_function(READY)
    expect(tempo).to_have_value("112")  # what was made of it goes on


def test_a_link_carries_a_small_project(opened: Page, context: BrowserContext) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    made = edit_and_humanise(opened)
    opened.evaluate("history.replaceState(null, '', location.pathname)")  # as before the address bar was written
    from_menu(opened, "Export", "Share")
    expect(opened.get_by_role("status").filter(has_text="Link copied.")).to_be_visible()
    link = opened.evaluate("navigator.clipboard.readText()")
    assert re.search(r"/#p=.*&z=", link)
    assert len(link) < 2500
    opened.evaluate("localStorage.clear(); sessionStorage.clear()")
    leave(opened)
    other = context.new_page()
    other.goto(link)
    expect(other.get_by_role("status").filter(has_text="Opened the project in the link")).to_be_visible()
    other.wait_for_function("!clave.store.waiting.value")
    assert strokes(other) == made
    expect(other.get_by_role("slider", name="humanise")).to_have_attribute("aria-valuetext", "70 %")


def test_what_version_0_1_stored_opens(page: Page, instrument: str) -> None:
    bar = {"meter": [4, 4], "strokes": [[1, 9, 0.5, 0.25]]}
    kept = json.dumps({"link": "#p=1,1&t=99", "groove": {"place": {"point": [1, 1], "pattern": bar, "edited": True}}})
    page.add_init_script(f"localStorage.setItem('clave.groove.1', {json.dumps(kept)})")
    page.goto(instrument)
    page.wait_for_function(READY)
    assert shown(page) == bar
    assert page.evaluate("clave.store.project.value.scene.tempo[0].tempo_bpm") == 99
