"""The Export menu as a player uses it: open, choose, save; and a file dragged out of the page."""

import io
import urllib.error
import urllib.request
import zipfile
from pathlib import Path
from urllib.parse import urlsplit

import mido
import pytest
from hands import from_menu
from playwright.sync_api import Locator, Page, expect

from clave.play.formats import FORMATS


def opened_menu(page: Page) -> Locator:
    page.get_by_role("button", name="Export", exact=True).click()
    menu = page.get_by_role("group", name="Export", exact=True)
    expect(menu.get_by_role("button", name="Save MIDI")).to_have_attribute("draggable", "true")
    return menu


def test_every_format_has_a_button_and_a_choice_arrives_as_a_file(opened: Page, tmp_path: Path) -> None:
    menu = opened_menu(opened)
    titles = [button.get_attribute("aria-label") or "" for button in menu.get_by_role("button").all()]
    for name, each in FORMATS.items():
        assert {"midi": "Save MIDI", "wav": "Save WAV"}.get(name, f"Save {each.title}") in titles
    opened.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    with opened.expect_download() as download:
        from_menu(opened, "Export", "Save DAWproject song")
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    assert path.suffix == ".dawproject"
    assert {"project.xml", "metadata.xml"} <= set(zipfile.ZipFile(path).namelist())
    expect(menu).to_be_hidden()
    expect(opened.get_by_text(f"{path.name}: DAWproject song.")).to_be_visible()


DRAGGED = [("MIDI", "audio/midi", ".mid"), ("SFZ kit", "application/zip", "-sfz.zip")]
HEAR_DRAG = "addEventListener('dragstart', ({dataTransfer}) => (window.carried = dataTransfer.getData('DownloadURL')))"


@pytest.mark.parametrize(("button", "media_type", "suffix"), DRAGGED)
def test_a_drag_carries_one_file_by_type_name_and_address(
    button: str, media_type: str, suffix: str, opened: Page, instrument: str
) -> None:
    item = opened_menu(opened).get_by_role("button", name=f"Save {button}", exact=True)
    opened.evaluate(HEAR_DRAG)
    item.hover()
    opened.mouse.down()
    opened.mouse.move(600, 500, steps=4)
    opened.wait_for_function("window.carried")
    opened.mouse.up()
    found, name, address = opened.evaluate("carried").split(":", 2)
    assert (found, name) == (media_type, f"groove{suffix}")
    assert address.startswith(instrument), "absolute: who it is dropped on knows no page"
    with urllib.request.urlopen(address, timeout=60) as reply:
        assert reply.headers["content-type"].split(";")[0] == media_type
        content = reply.read()
    if suffix == ".mid":
        assert mido.MidiFile(file=io.BytesIO(content)).length > 0
    else:
        assert any(each.endswith(".sfz") for each in zipfile.ZipFile(io.BytesIO(content)).namelist())
    key = urlsplit(address).path.split("/")[-2]
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(address.replace(key, "0" * 16), timeout=60)
    with refused.value:
        assert refused.value.code == 422
