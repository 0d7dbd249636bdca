"""What a notebook shows of each value, and what research takes out of a space."""

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

import clave
from clave.errors import SpaceError
from clave.latent.map_svg import MOST_POINTS, colours, map_svg
from clave.music.kit import Origin
from clave.rhythm.corpus_map import CorpusMap
from clave.training.rhythm_run import corpus_map

RHYTHM, SOUND = clave.load_rhythm(), clave.load_sound()
EVIL = "<script>alert(1)</script>"


def test_a_rhythm_space_shows_its_map_with_a_legend_of_its_styles() -> None:
    shown = RHYTHM._repr_html_()
    assert len(shown) < 60_000
    root = ElementTree.fromstring(shown)
    texts = {text.text for text in root.iter("{http://www.w3.org/2000/svg}text")}
    assert set(RHYTHM.styles) <= texts
    drawn = shown.count("h0")
    assert 0.6 * MOST_POINTS < drawn <= MOST_POINTS + len(RHYTHM.styles)


def test_a_point_of_the_map_is_drawn_where_it_lies_and_names_are_escaped() -> None:
    points = np.array([[-3, 3], [0, 0], [9, 9]], np.float32)
    shown = map_svg(EVIL, {EVIL: points})
    assert "M8 22h0M188 202h0" in shown
    assert "1 outside" in shown
    assert "<script>" not in shown


def test_as_many_groups_as_there_may_be_have_colours_that_differ() -> None:
    assert len(set(colours(60))) == 60


def test_a_sound_space_shows_a_map_of_each_voice() -> None:
    assert SOUND._repr_html_().count("<svg") == len(SOUND.voices)


def test_a_kit_shows_eight_players_and_says_what_they_are() -> None:
    kit = clave.factory.kit("punch")
    kit = replace(kit, origins=(Origin("kick", EVIL), *kit.origins[1:]), name=EVIL)
    shown = kit._repr_html_()
    assert shown.count("<audio") == 8
    assert len(shown) < 250_000
    assert "<script>" not in shown
    assert len(repr(kit)) < 150


def test_a_reading_shows_its_report_and_its_bars(tmp_path: Path) -> None:
    path = tmp_path / f"{EVIL.replace('/', '')}.mid"
    clave.midi.write(path, clave.grooves.bars("house", 2, 0))
    shown = clave.midi.read(path)._repr_html_()
    assert "<th>ticks per quarter</th><td>480</td>" in shown
    assert shown.count("<svg") == 1
    assert "<script>" not in shown


def test_a_list_of_bars_is_a_strip_and_its_slices_too() -> None:
    bars = RHYTHM.sample(3)
    assert isinstance(bars, clave.Bars)
    assert isinstance(bars[:2], clave.Bars)
    assert bars == list(bars)
    assert "2 bars of drums" in bars[:2]._repr_html_()
    assert "the first 16 of 21 bars" in clave.Bars(list(bars) * 7)._repr_html_()


def test_a_corpus_is_one_line() -> None:
    assert repr(RHYTHM.corpus) == "CorpusMap(27,480 bars of 2,017 files in 50 styles)"
    assert repr(SOUND.corpus("snare")).startswith("SoundMap(")


def test_a_corpus_gives_its_bars_one_by_one_with_where_they_come_from() -> None:
    corpus = clave.corpus.from_factory(["house", "techno"], takes=1, fills=0)
    bars = list(corpus)
    assert [bar.pattern for bar in bars] == corpus.patterns
    assert {(bar.style, bar.source, bar.section, bar.licence) for bar in bars} == {
        (style, f"factory {style} 0", "beat", clave.corpus.LICENCE) for style in ("house", "techno")
    }  # fmt: skip
    assert "bars of 2 files in 2 styles" in repr(corpus)


@pytest.fixture
def learned(tmp_path: Path) -> tuple[Path, CorpusMap]:
    """A folder of two files and the map of a space that has learned from them, each bar at (its strokes, 0)."""
    for style, count in (("funk", 2), ("rock", 3)):
        clave.midi.write(tmp_path / f"1_{style}_100_beat_4-4.mid", clave.grooves.bars(style, count, 0))
    corpus = clave.corpus.scan(tmp_path)
    known = corpus_map(corpus, strokes_of(corpus.patterns), "CC0")
    return tmp_path, replace(known, locate=strokes_of)


def strokes_of(patterns: list[clave.Pattern]) -> np.ndarray:
    return np.array([[each.hits.sum() / 10, 0] for each in patterns], np.float32)


def test_the_bars_of_a_space_are_read_again_from_its_data(learned: tuple[Path, CorpusMap]) -> None:
    folder, known = learned
    bars = known.bars(folder)
    assert {bar.licence for bar in bars} == {"CC0"}
    assert [(bar.source, bar.style) for bar in bars] == list(zip(known.sources, known.styles, strict=True))
    np.testing.assert_array_equal(strokes_of([bar.pattern for bar in bars]), known.map)


def test_other_data_than_a_space_has_learned_from_are_refused_by_name(learned: tuple[Path, CorpusMap]) -> None:
    folder, known = learned
    path = folder / "1_rock_100_beat_4-4.mid"
    clave.midi.write(path, clave.grooves.bars("house", 3, 0))
    with pytest.raises(SpaceError, match=r"1_rock_100_beat_4-4.mid lies .* the file has changed"):
        known.bars(folder)
    clave.midi.write(path, clave.grooves.bars("rock", 2, 0))
    with pytest.raises(SpaceError, match=r"gives 2 bars; this space has learned 3 from it"):
        known.bars(folder)
    path.unlink()
    with pytest.raises(SpaceError, match=r"lacks 1_rock_100_beat_4-4.mid"):
        known.bars(folder)
    with pytest.raises(SpaceError, match="for the corpus of a space"):
        replace(known, locate=None).bars(folder)


def test_a_space_gives_its_trained_torch_model() -> None:
    model = RHYTHM.load_torch()
    assert not model.training
    assert model.map_size == 2
    assert type(SOUND.load_torch()).__module__.startswith("clave.training.models.")
