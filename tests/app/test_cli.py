"""The command line: what it writes, what it says, and how it refuses."""

import re
import socket
import subprocess
import sys
import urllib.request
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import mido
import numpy as np
import pytest
import soundfile
from toy_rhythm import ToyRhythm
from toy_tones import ToyTones

from clave import Clip, Kit, __version__, factory, midi, wav
from clave.app import cli, server
from clave.app.cli import groove, options
from clave.app.kit_builder import BUILT_IN, KitBuilder
from clave.app.kit_library import FILE, KitLibrary
from clave.app.sound_protocol import KitToKeep
from clave.errors import KitError, KitLibraryError
from clave.music import playback_settings
from clave.music.kit import VOICES
from clave.music.units import COMMON_TIME, Meter, steps_per_bar
from clave.play import groove_project
from clave.play.project import Generated, GenerationSettings, Project, ProjectKit, Scene, bars, movement, save
from clave.play.project.voices import KitVoice
from clave.play.render import render_stems
from clave.rhythm import phrase, space
from clave.rhythm.journey import journey
from clave.rhythm.space import load_rhythm
from clave.sound import space as sound_space


@pytest.fixture(autouse=True)
def toy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(space, "load_rhythm", lambda *_: ToyRhythm())
    monkeypatch.setattr(sound_space, "load_sound", lambda *_: ToyTones())


def clave(
    *words: str | Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a command, run in this process."""
    monkeypatch.setattr(sys, "argv", ["clave", *map(str, words)])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    said = capsys.readouterr()
    return int(stopped.value.code or 0), said.out, said.err


@pytest.fixture
def run(capsys, monkeypatch):
    return lambda *words: clave(*words, capsys=capsys, monkeypatch=monkeypatch)


def test_a_groove_is_three_files_and_says_so(run, tmp_path: Path) -> None:
    code, said, error = run(
        "groove", "--at", "-1", "0.5", "--bars", "3", "--tempo", "90", "-o", tmp_path / "new" / "out"
    )
    assert (code, error) == (0, "")
    out = tmp_path / "new" / "out"
    assert sorted(path.name for path in out.iterdir()) == ["groove.mid", "groove.svg", "groove.wav"]
    for name in ("groove.mid", "groove.svg", "groove.wav"):
        assert str(out / name) in said

    expected = ToyRhythm().at(np.array([[-1, 0.5]] * 3))
    assert [bar.hits.tolist() for bar in midi.read(out / "groove.mid").patterns] == [
        bar.hits.tolist() for bar in expected
    ]
    samples, rate = soundfile.read(out / "groove.wav")
    assert len(samples) == round(3 * 4 * 60 / 90 * rate)
    assert 0.1 < np.abs(samples).max() <= 1
    numbers = [text.text for text in ElementTree.parse(out / "groove.svg").iter("{http://www.w3.org/2000/svg}text")]
    assert [number for number in numbers if number in ("1", "2", "3", "4")] == ["1", "2", "3"]


def test_a_journey_goes_in_even_steps_from_one_point_to_the_other(run, tmp_path: Path) -> None:
    run("groove", "--from", "-3", "-1", "--to", "3", "1", "--bars", "5", "--section", "fill", "-o", tmp_path)
    points = [[-3, -1], [3, 1]]
    expected = journey(ToyRhythm(), ToyRhythm().at(points, section="fill"), 5, points)
    assert len({bar.hits.tobytes() for bar in expected}) > 1
    found = midi.read(tmp_path / "groove.mid").patterns
    assert [bar.hits.tolist() for bar in found] == [bar.hits.tolist() for bar in expected]


def test_without_a_point_it_travels_between_bars_of_the_style(run, tmp_path: Path) -> None:
    said = [run("groove", "--style", "funk", "--seed", seed, "--bars", "2", "-o", tmp_path)[1] for seed in "0123456701"]
    assert said[:2] == said[-2:]
    places = {place for line in said for place in re.findall(r"\(-?[\d.]+, -?[\d.]+\)", line)}
    assert places == {"(-1.00, -1.00)", "(2.00, -0.50)"}


def test_a_blend_draws_its_points_from_its_styles_by_their_shares(run, tmp_path: Path) -> None:
    blend = {"funk": 0.25, "jazz": 0.75}  # funk has two bars, jazz has one
    pairs = [groove.two_points(ToyRhythm(), blend, (4, 4), seed) for seed in range(400)]
    places = [place for pair in pairs for place in pair]
    assert places.count((1, 1)) / 800 == pytest.approx(0.75, abs=0.05)
    assert places.count((-1, -1)) / 800 == pytest.approx(0.125, abs=0.05)
    code, said, _ = run("groove", "--bars", "2", "--style", "jazz=1, funk=0", "-o", tmp_path)
    assert (code, said.count("(1.00, 1.00)")) == (0, 2)


def test_points_are_drawn_among_bars_of_the_meter_where_the_style_has_any(run, tmp_path: Path) -> None:
    words = ("groove", "--bars", "2", "--meter", "3/4", "-o", tmp_path)
    for seed in range(5):
        assert run(*words, "--seed", seed)[1].count("(0.00, 0.25)") == 2
        said = run(*words, "--style", "jazz", "--seed", seed)[1]
        assert said.count("(1.00, 1.00)") == 2
        assert "'jazz' has no bars in 3/4" in said


def test_a_style_that_no_bar_has_needs_a_point(run, monkeypatch, tmp_path: Path) -> None:
    class Unheard(ToyRhythm):
        def __init__(self) -> None:
            super().__init__()
            self.styles = ("funk", "jazz", "polka")

    monkeypatch.setattr(space, "load_rhythm", lambda *_: Unheard())
    code, _, error = run("groove", "--style", "polka", "-o", tmp_path)
    assert code == 1
    assert "no bar of the corpus is labelled 'polka'" in error
    assert run("groove", "--style", "polka", "--at", "0", "0", "-o", tmp_path)[0] == 0


def test_the_last_of_each_so_many_bars_is_a_fill_on_a_journey_too(run, tmp_path: Path) -> None:
    for there in (("--at", "0", "0"), ("--from", "-3", "-1", "--to", "3", "1")):
        run("groove", *there, "--bars", "7", "--fill-every", "3", "-o", tmp_path)
        bars = midi.read(tmp_path / "groove.mid").patterns
        assert [bool(bar.hits[4].any()) for bar in bars] == [False, False, True, False, False, True, False]


@pytest.mark.parametrize("meter", [(3, 4), (6, 8), (5, 4)])
def test_meters_are_written_and_sound_as_long_as_they_are(run, tmp_path: Path, meter: Meter) -> None:
    beats, unit = meter
    words = ("groove", "--at", "1", "0", "--meter", f"{beats}/{unit}", "--bars", "3", "--tempo", "90", "-o", tmp_path)
    code, said, _ = run(*words)
    assert (code, f", {beats}/{unit}" in said) == (0, True)
    signatures = [
        (message.numerator, message.denominator)
        for track in mido.MidiFile(tmp_path / "groove.mid").tracks
        for message in track
        if message.type == "time_signature"
    ]
    assert signatures == [meter]
    assert [bar.hits.tolist() for bar in midi.read(tmp_path / "groove.mid").patterns] == [
        bar.hits.tolist() for bar in ToyRhythm().at([[1, 0]] * 3, meter=meter)
    ]
    samples, rate = soundfile.read(tmp_path / "groove.wav")
    assert len(samples) == round(3 * steps_per_bar(meter) / 16 * 60 / 90 * rate)


def test_a_phrase_stays_where_it_is_and_the_next_goes_on(run, monkeypatch, tmp_path: Path) -> None:
    asked: list[tuple[object, ...]] = []

    class Listening(ToyRhythm):
        def phrase(self, point, bars=4, style=None, variation=0.25, fill=True, seed=0, meter=COMMON_TIME):
            asked.append((point, bars, style, variation, fill, seed, meter))
            return super().phrase(point, bars, style, variation, fill, seed, meter)

    monkeypatch.setattr(space, "load_rhythm", lambda *_: Listening())
    words = ("groove", "--phrase", "4", "--bars", "10", "--seed", "5", "-o", tmp_path)
    run(*words, "--from", "-1", "0", "--to", "1", "0", "--style", "funk", "--fill-every", "4")
    assert asked == [((x, 0), bars, "funk", 0.25, True, 5, (4, 4)) for x, bars in ((-1, 4), (0, 4), (1, 2))]
    fills = [bool(bar.hits[4].any()) for bar in midi.read(tmp_path / "groove.mid").patterns]
    assert [bar for bar, fill in enumerate(fills) if fill] == [3, 7, 9]
    asked.clear()
    run(*words, "--at", "1", "0", "--variation", "0.5", "--meter", "3/4")
    assert asked == [((1, 0), bars, None, 0.5, False, seed, (3, 4)) for bars, seed in ((4, 5), (4, 6), (2, 7))]


def test_feel_and_shift_come_after_the_bar(run, tmp_path: Path) -> None:
    run(
        "groove",
        "--at",
        "0",
        "0",
        "--bars",
        "2",
        "--feel",
        "0.5",
        "--shift",
        "loudness=-2",
        "--seed",
        "1",
        "-o",
        tmp_path,
    )
    rhythm = ToyRhythm()
    (bar,) = rhythm.at([[0, 0]])
    expected = [rhythm.shifted(rhythm.feel(bar, amount=0.5, seed=1 + n), {"loudness": -2}) for n in range(2)]
    for found, wanted in zip(midi.read(tmp_path / "groove.mid").patterns, expected, strict=True):
        np.testing.assert_allclose(found.velocity, wanted.velocity, atol=0.5 / 127)
        np.testing.assert_allclose(found.offset, wanted.offset, atol=0.5 / 30)


def test_stems_add_up_to_the_mix(run, tmp_path: Path) -> None:
    code, _, _ = run("groove", "--at", "0", "1", "--bars", "2", "--stems", "--loop", "-o", tmp_path)
    assert code == 0
    names = [f"{voice.name.replace(' ', '-')}.wav" for voice in VOICES]
    assert sorted(path.name for path in (tmp_path / "stems").iterdir()) == sorted(names)
    total = sum(soundfile.read(tmp_path / "stems" / name)[0] for name in names)
    np.testing.assert_allclose(total, soundfile.read(tmp_path / "groove.wav")[0], atol=8 / 2**23)


def test_a_folder_of_sounds_is_a_kit(run, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    wav.write(tmp_path / "mine" / "kick.wav", Clip(np.full(4410, 0.25, np.float32)))
    code, said, _ = run(
        "groove", "--at", "0", "0", "--bars", "1", "--kit", tmp_path / "mine", "--stems", "-o", tmp_path
    )
    assert code == 0
    assert "kick: kick.wav" in said
    kick, _ = soundfile.read(tmp_path / "stems" / "kick.wav")
    assert np.abs(kick).max() > 0.05


def kick_of(out: Path) -> np.ndarray:
    """Its left side."""
    return soundfile.read(out / "stems" / "kick.wav")[0][:, 0]


def is_heard_in(clean: np.ndarray, stem: np.ndarray) -> None:
    """The stem has this sound, at the loudness of a project, through the bus and with a little of the room."""
    assert np.corrcoef(clean, stem)[0, 1] > 0.8


ONE_BAR = ("groove", "--at", "0", "0", "--bars", "1", "--stems")


def test_without_a_choice_the_drums_are_drawn_from_the_sound_space(run, tmp_path: Path) -> None:
    builder = KitBuilder(ToyTones(), BUILT_IN, KitLibrary())
    for seed in (1, 2):
        code, said, error = run(*ONE_BAR, "--seed", seed, "-o", tmp_path)
        assert (code, error) == (0, "")
        assert "kit space" in said
        kit = builder.kit(builder.draw(seed))
        expected = render_stems(ToyRhythm().at([[0, 0]]), kit)[0].samples
        is_heard_in(expected, kick_of(tmp_path))


def test_without_a_sound_space_they_are_drawn_from_the_kits(run, tmp_path: Path) -> None:
    code, _, _ = run(*ONE_BAR, "--sound", "none", "--seed", "4", "-o", tmp_path)
    assert code == 0
    kit = factory.kit(KitBuilder(None, BUILT_IN, KitLibrary()).draw(4)[0].kit)
    expected = render_stems(ToyRhythm().at([[0, 0]]), kit)[0].samples
    is_heard_in(expected, kick_of(tmp_path))


def test_a_kit_that_is_kept_plays_by_its_name_and_one_in_a_file_too(run, tmp_path: Path) -> None:
    voices = [KitVoice(origin="factory", kit="punch", gain=0.5, tune=-5)] * 8
    library = KitLibrary(tmp_path / "home" / FILE)
    library.keep("mine", voices)
    library.close()
    (tmp_path / "file.json").write_text(KitToKeep(name="written", voices=voices).model_dump_json(), "utf-8")
    clips = tuple(playback_settings.apply(clip, gain=0.5, tune_semitones=-5) for clip in factory.kit("punch").clips)
    expected = render_stems(ToyRhythm().at([[0, 0]]), Kit(clips))[0].samples
    for kit, name in (("mine", "mine"), (tmp_path / "file.json", "written")):
        code, said, _ = run(*ONE_BAR, "--kit", kit, "--home", tmp_path / "home", "-o", tmp_path / "out")
        assert code == 0
        assert f"kit {name}" in said
        is_heard_in(expected, kick_of(tmp_path / "out"))
    code, _, error = run(*ONE_BAR, "--kit", "minne", "--home", tmp_path / "home")
    assert code == 1
    assert re.search("no kit 'minne'.*there are: space, analogue, .*, mine", error)


def test_render_and_play_say_on_stderr_what_is_silent(run, monkeypatch, tmp_path: Path) -> None:
    voices = (KitVoice(origin="factory", kit="tin"), *ProjectKit().voices[1:])
    save(Project(scene=Scene(kit=ProjectKit(voices=voices))), tmp_path / "p.json")
    note = "clave: note: the scene: the kick is silent: there is no kit 'tin'\n"
    code, said, error = run("render", tmp_path / "p.json", "-o", tmp_path)
    assert (code, error) == (0, note)
    assert "note" not in said
    assert (tmp_path / "groove.wav").is_file()
    monkeypatch.setattr(server, "serve", lambda *_: None)
    monkeypatch.setattr(server, "page_is_built", lambda: True)
    code, _, error = run("play", "--no-open", "--port", "0", tmp_path / "p.json")
    assert (code, error) == (0, note)


def test_render_refuses_a_bar_that_the_space_cannot_make_with_its_place(run, tmp_path: Path) -> None:
    polka = Generated(point=(0, 0), settings=GenerationSettings(style="polka"))
    save(Project(scene=Scene(bars=(Generated(point=(0, 0)), polka))), tmp_path / "p.json")
    code, _, error = run("render", tmp_path / "p.json", "-o", tmp_path / "out")
    assert code == 1
    assert error.startswith("clave: error: the scene: bar 1 cannot be played: no style 'polka' in this space")
    assert not (tmp_path / "out").exists()


def test_a_home_that_is_broken_is_said(run, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("no database at all" * 99)
    for words in (("groove", "--kit", "mine"), ("kits",), ("play", "--no-open", "--port", "0")):
        code, _, error = run(*words, "--home", tmp_path)
        assert (code, error.count("\n")) == (1, 1)
        assert error.startswith(f"clave: error: {tmp_path / FILE} cannot be used to keep kits")


def test_play_takes_no_port_before_there_is_something_to_play(run, monkeypatch, tmp_path: Path) -> None:
    taken = list[int]()
    monkeypatch.setattr(server, "listen", lambda port: taken.append(port) or socket.create_server(("127.0.0.1", port)))
    (tmp_path / FILE).write_text("no database at all" * 99)
    assert run("play", "--no-open", "--port", "0", "--home", tmp_path)[0] == 1
    assert taken == []


def test_play_leaves_neither_port_nor_kit_library_open(run, monkeypatch, tmp_path: Path) -> None:
    opened = list[KitLibrary]()
    served = list[socket.socket]()

    def serve(_: object, on: socket.socket) -> None:
        served.append(on)
        assert on.getsockname()[1] > 0
        raise KitError("a bad end")

    keep = KitLibrary.__init__
    monkeypatch.setattr(KitLibrary, "__init__", lambda self, path: opened.append(self) or keep(self, path))
    monkeypatch.setattr(server, "serve", serve)
    code, said, error = run("play", "--no-open", "--port", "0", "--home", tmp_path)
    assert (code, error) == (1, "clave: error: a bad end\n")
    assert "http://127.0.0.1:" in said
    assert served[0].fileno() == -1
    with pytest.raises(KitLibraryError):
        opened[0].kits()


def test_asking_for_a_kit_makes_no_home(run, home: Path, tmp_path: Path) -> None:
    for words in (("kits",), (*ONE_BAR, "-o", tmp_path)):
        assert run(*words, "--home", tmp_path / "nowhere")[0] == 0
    assert not (tmp_path / "nowhere").exists()


def test_kits_are_listed(run, tmp_path: Path) -> None:
    code, said, _ = run("kits", "--home", tmp_path)
    assert code == 0
    assert said.startswith("analogue")
    library = KitLibrary(tmp_path / FILE)
    for _ in range(2):
        library.keep("mine", [KitVoice(origin="factory", kit="punch")] * 8)
    library.close()
    listed = run("kits", "--home", tmp_path)[1]
    assert listed.startswith(said)
    assert re.search(r"^mine +kept, 2 versions, the last of \d{4}-\d\d-\d\d$", listed, re.MULTILINE)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["groove", "--style", "polka"], r"no style 'polka'.*funk, jazz"),
        (["groove", "--style", "funk=0.7,polka=0.3"], r"no style 'polka'.*funk, jazz"),
        (["groove", "--style", "funk=0.7,jazz=0.2"], r"shares of a blend .* add up to 1, got .*0\.7"),
        (["groove", "--meter", "7/8"], r"has learned 4/4, .*got 7/8"),
        (["groove", "--shift", "pitch=1"], r"got pitch"),
        (["groove", "--kit", "tin"], r"no kit 'tin'.*analogue"),
        (["groove", "--kit", "."], r"no sound"),
        (["groove", "--kit-character", "older=1", "--sound", "none"], r"moved in a sound space"),
    ],
)
def test_what_is_refused_is_one_line_and_exit_code_1(run, tmp_path: Path, monkeypatch, words, sentence: str) -> None:
    monkeypatch.chdir(tmp_path)
    code, _, error = run(*words)
    assert code == 1
    assert error.startswith("clave: error: ")
    assert error.count("\n") == 1
    assert re.search(sentence, error), error
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "words",
    [
        ["groove", "--tempo", "1000"],
        ["groove", "--at", "0"],
        ["groove", "--at", "0", "0", "--to", "1", "1"],
        ["groove", "--from", "0", "0"],
        ["groove", "--bars", "0"],
        ["groove", "--kit", "analogue", "--sound", "mine"],
        ["groove", "--kit", "analogue", "--kit-character", "older=1"],
        ["groove", "--kit-character", "older"],
        ["groove", "--style", "funk=most"],
        ["groove", "--style", "funk=0.5,funk=0.5"],
        ["groove", "--style", "=1"],
        ["groove", "--shift", "swing"],
        ["groove", "--shift", "swing=nan"],
        ["groove", "--meter", "waltz"],
        ["groove", "--feel", "2"],
        ["groove", "--fill-every", "-1"],
        ["groove", "--phrase", "4", "--fill-every", "3"],
        ["groove", "--phrase", "4", "--section", "fill"],
        ["groove", "--phrase", "4", "--density", "1"],
        ["groove", "--bogus"],
        ["dance"],
    ],
    ids=" ".join,
)
def test_what_is_mistyped_is_exit_code_2(run, words: list[str]) -> None:
    code, _, error = run(*words)
    assert code == 2
    assert "Error" in error
    assert "Traceback" not in error


def test_version_and_clave_alone(run) -> None:
    assert run("--version") == (0, f"clave {__version__}\n", "")
    code, said, error = run()
    assert code == 2
    assert "Usage" in said + error
    assert "Commands" in said + error


def test_options_have_the_limits_of_the_project_without_importing_it() -> None:
    assert (options.MAX_BARS, options.MAX_PHRASE) == (movement.MAX_BARS, bars.MAX_PHRASE_BARS)
    assert phrase.MAX_BARS == bars.MAX_PHRASE_BARS
    assert options.PHRASE_VARIATION == groove_project.PHRASE_VARIATION


def test_a_file_where_the_folder_should_be_is_said(run, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    code, _, error = run("groove", "-o", tmp_path / "out")
    assert (code, error) == (1, f"clave: error: {tmp_path / 'out'}: File exists\n")


def test_a_point_that_is_none_is_said_as_it_was_given(run, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(space, "load_rhythm", load_rhythm)
    code, _, error = run("groove", "--at", "inf", "0", "-o", tmp_path / "out")
    assert (code, error) == (1, "clave: error: point.0: Input should be a finite number, got inf\n")
    assert not (tmp_path / "out").exists()


def test_an_error_that_is_ours_is_never_a_traceback(run, monkeypatch) -> None:
    def refuse(*_):
        raise KitError("two\nlines")

    monkeypatch.setattr(space, "load_rhythm", refuse)
    assert run("groove") == (1, "", "clave: error: two lines\n")


def test_play_says_the_port_it_took_and_serves_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "clave", "play", "--no-open", "--port", str(port)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as playing:
            assert playing.stdout is not None
            first, second = playing.stdout.readline(), playing.stdout.readline()
            assert f"Port {port} is taken" in first
            address = re.search(r"http://127\.0\.0\.1:(\d+)/", second)
            assert address is not None, second
            assert int(address[1]) > port
            with urllib.request.urlopen(f"{address[0]}api/instrument", timeout=20) as answer:
                assert b"kick" in answer.read()
            playing.terminate()


def test_bars_that_stay_vary_each_in_its_own_way_and_those_of_a_journey_alike(run, monkeypatch, tmp_path) -> None:
    asked: list[int] = []

    class Listening(ToyRhythm):
        def at(self, points, style=None, section="beat", variation=0.0, density=None, seed=0, meter=COMMON_TIME):
            asked.append(seed)
            return super().at(points, style, section, variation, density, seed, meter)

    monkeypatch.setattr(space, "load_rhythm", lambda *_: Listening())
    run("groove", "--at", "0", "0", "--variation", "0.5", "--bars", "3", "--seed", "7", "-o", tmp_path)
    run(
        "groove",
        "--from",
        "0",
        "0",
        "--to",
        "1",
        "1",
        "--variation",
        "0.5",
        "--bars",
        "3",
        "--seed",
        "7",
        "-o",
        tmp_path,
    )
    assert asked == [7, 8, 9, 7, 7]  # bars of a journey are decoded in one call, after the one that they hear
