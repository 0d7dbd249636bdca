"""A drum loop that is dropped on the page: heard, corrected by hand, played."""

import base64
import io

import numpy as np
import pytest
import soundfile
from hands import drop, opened_drawer, violations
from playwright.sync_api import Page, expect

import clave


def beat() -> bytes:
    """Two bars: kick, snare and hats on a kit of the synthesizer."""
    hits = np.zeros((8, 64), bool)
    for voice, steps in {0: (0, 24, 32), 1: (16, 48), 2: range(0, 64, 8)}.items():
        hits[voice, list(steps)] = True
    clip = clave.render([clave.Pattern.from_hits(hits)] * 2, clave.factory.kit("analogue"), 104)
    file = io.BytesIO()
    soundfile.write(file, clip.samples, clip.sample_rate, format="FLAC")
    return file.getvalue()


def test_a_dropped_loop_is_heard_corrected_and_played(opened: Page) -> None:
    drop(opened, [("take 7.flac", beat())])
    panel = opened.get_by_role("dialog", name="Your material")
    expect(panel.get_by_label("Voice of take 7.flac")).to_have_value("loop")  # by its length
    panel.get_by_role("button", name="Read it").click()
    loop = panel.get_by_role("region", name="The loop take 7.flac")
    expect(loop.get_by_role("group", name="Tempo and bar line")).to_contain_text("104.0 bpm", timeout=20_000)
    assert violations(opened) == []

    stroke = loop.get_by_role("button", name="Snare at").first
    stroke.click()
    loop.get_by_label("All strokes of snare").select_option("6")
    expect(loop.get_by_role("button", name="Clap at").first).to_be_visible(timeout=20_000)
    expect(loop.get_by_role("button", name="Snare at")).to_have_count(0)

    loop.get_by_role("button", name="Play it").click()
    opened.wait_for_function("clave.store.playing.value")
    scene = opened.evaluate("clave.store.scene.value")
    assert [bar["kind"] for bar in scene["bars"]] == ["given"] * 2
    assert scene["tempo"][0]["tempo_bpm"] == pytest.approx(104, rel=0.005)
    assert scene["kit"]["voices"][0]["file_name"] == "kick.wav"
    assert opened.evaluate("clave.store.project.value.material[0].name") == "take 7.flac"


def test_a_take_is_recorded_and_read_as_a_loop(opened: Page) -> None:
    """The shell has no microphone: the beat plays into the recording in its place."""
    drawer = opened_drawer(opened, "Your material")
    drawer.get_by_role("button", name="Record a take").click()
    expect(drawer.get_by_role("alert")).to_contain_text("The microphone cannot be recorded")
    opened.evaluate(
        """content => {
            navigator.mediaDevices.getUserMedia = async () => {
                const context = new AudioContext();
                const source = context.createBufferSource();
                const bytes = Uint8Array.from(atob(content), letter => letter.charCodeAt(0));
                source.buffer = await context.decodeAudioData(bytes.buffer);
                const heard = context.createMediaStreamDestination();
                source.connect(heard);
                source.start(context.currentTime + 0.2);
                return heard.stream;
            };
        }""",
        base64.b64encode(beat()).decode(),
    )
    drawer.get_by_role("button", name="Record a take").click()
    drawer.get_by_role("button", name="Stop at 4 s and read it").click(timeout=20_000)
    loop = drawer.get_by_role("region", name="The loop take")
    expect(loop.get_by_role("group", name="Tempo and bar line")).to_contain_text("bpm", timeout=20_000)
    expect(loop.get_by_role("button", name="Kick at").first).to_be_visible()
    expect(drawer.get_by_role("button", name="Record a take")).to_be_enabled()
