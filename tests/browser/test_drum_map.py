"""A dropped MIDI file with notes that no drum map lists: shown with a guess, given to voices, and read again."""

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import mido
import pytest
from hands import violations
from playwright.sync_api import Page, expect

PER_BEAT = 480


def own_file(path: Path) -> Path:
    """Four bars: a kick on 1 and 3, an unknown note on 2 and 4."""
    track = mido.MidiTrack()
    for beat in range(16):
        note = 36 if beat % 2 == 0 else 18
        track.append(mido.Message("note_on", channel=9, note=note, velocity=100, time=0))
        track.append(mido.Message("note_off", channel=9, note=note, time=PER_BEAT))
    file = mido.MidiFile(ticks_per_beat=PER_BEAT)
    file.tracks.append(track)
    file.save(path)
    return path


@pytest.fixture
def afterwards_by_fit(instrument: str) -> Iterator[None]:
    """The instrument of all tests reads with the map that fits again."""
    yield
    body = json.dumps({"reads_with": "fit"}).encode()
    urllib.request.urlopen(
        urllib.request.Request(f"{instrument}api/drum-map", body, {"content-type": "application/json"})
    ).close()


@pytest.mark.usefixtures("afterwards_by_fit")
def test_unknown_notes_are_guessed_given_to_voices_and_read(opened: Page, tmp_path: Path) -> None:
    opened.get_by_role("button", name="Your material", exact=True).click()
    panel = opened.get_by_role("dialog", name="Your material")
    panel.get_by_test_id("material-files").set_input_files(own_file(tmp_path / "own.mid"))
    file = panel.get_by_role("region", name="own.mid")
    expect(file).to_contain_text("Notes that mean no drum (general-midi) left out: 18 (8).")
    strokes = "clave.store.project.value.material[0].bars[0].pattern.strokes.map(([voice]) => voice)"
    assert opened.evaluate(strokes) == [0, 0]

    file.get_by_text("Drum map", exact=True).click()
    expect(file).to_contain_text("General midi lists 50 % of the strokes")
    expect(file).to_contain_text("8 strokes in 4 bars, from bar 1 on; a guess, by where its strokes lie")
    voice = file.get_by_role("combobox", name="Voice of note 18")
    expect(voice).to_have_value("snare")
    voice.select_option("clap")
    assert violations(opened) == []
    file.get_by_role("button", name="Read it with these voices").click()
    expect(file).to_contain_text("My drum map lists 100 % of the strokes")
    opened.wait_for_function(f"String({strokes}) === '0,6,0,6'")  # it has been read again
    expect(panel.get_by_role("combobox", name="Read MIDI files with")).to_have_value("own")
    with opened.expect_download() as download:
        panel.get_by_text("Export my drum map").click()
    assert "18" in download.value.path().read_text().partition('"clap"')[2].partition("\n")[0]
    panel.get_by_role("combobox", name="Read MIDI files with").select_option("bfd")
    expect(file.get_by_role("combobox", name="Map", exact=True)).to_have_value("bfd")
    panel.get_by_test_id("drum-map-file").set_input_files(download.value.path())
    expect(file.get_by_role("combobox", name="Map", exact=True)).to_have_value("own")
