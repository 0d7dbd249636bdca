"""Each style has what defines it, whatever chance adds; and what is misspelt in a template is told."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from clave import Pattern, corpus, grooves, midi
from clave.errors import GrooveError
from clave.music.kit import voice
from clave.music.units import METERS, STEPS_PER_SIXTEENTH, steps_per_bar, swing_steps
from clave.rhythm.grooves import LOUDNESS, STYLES, parse
from clave.rhythm.grooves.notation import MAX_SWING

DRAWS = 200
FOLDER = Path(grooves.__file__).parent / "templates"
SON, RUMBA, BOSSA = (0, 3, 6, 10, 12), (0, 3, 7, 10, 12), (0, 3, 6, 10, 13)  # 16ths
QUARTERS, BACKBEAT = (0, 4, 8, 12), (4, 12)


def sixteenths(bar: Pattern, name: str) -> set[int]:
    """On which 16ths a voice is struck."""
    return set((np.flatnonzero(bar.hits[voice(name).index, ::STEPS_PER_SIXTEENTH])).tolist())


def has(bar: Pattern, name: str, cells: tuple[int, ...], turn: int = 0) -> bool:
    return {(cell + turn) % 16 for cell in cells} <= sixteenths(bar, name)


def share(style: str, true: Callable[[Pattern], bool]) -> float:
    """Of how many bars it is true."""
    return float(np.mean([true(bar) for bar in grooves.bars(style, DRAWS, 0)]))


def test_the_list_is_what_the_folder_holds() -> None:
    assert {name.replace(" ", "-") for name in STYLES} == {path.stem for path in FOLDER.glob("*.toml")}


def test_there_are_fifty_styles_that_a_space_can_learn_in_eight_meters() -> None:
    assert len(STYLES) == len(set(STYLES)) == 50
    assert corpus.learnable_styles() == STYLES
    assert {grooves.style(name).meter for name in STYLES} == set(METERS)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("section", ["beat", "fill"])
def test_a_style_gives_many_distinct_bars_in_range(style: str, section: str) -> None:
    """How many there are among more of them: test_style_facts."""
    bars = grooves.bars(style, 100, 1, section)
    assert len({bar.hits.tobytes() for bar in bars}) >= 50
    assert {bar.meter for bar in bars} == {grooves.style(style).meter}
    assert min(int(bar.hits.sum()) for bar in bars) >= 4
    struck = [(bar.velocity[bar.hits], bar.offset[bar.hits]) for bar in bars]
    velocity, offset = (np.concatenate(each) for each in zip(*struck, strict=True))
    assert 0 < velocity.min() < velocity.max() <= 1
    assert -2 <= offset.min() <= offset.max() < 2
    ticks, numbers = offset * 30, velocity * 127
    np.testing.assert_allclose(ticks, np.rint(ticks), atol=1e-4)  # as MIDI has them
    np.testing.assert_allclose(numbers, np.rint(numbers), atol=1e-4)


@pytest.mark.parametrize("style", STYLES)
def test_same_seed_same_bars(style: str) -> None:
    assert grooves.bars(style, 5, 7) == grooves.bars(style, 5, 7)
    assert grooves.bars(style, 5, 7) != grooves.bars(style, 5, 8)
    assert grooves.bars(style, 9, 7)[:5] == grooves.bars(style, 5, 7)


@pytest.mark.parametrize("style", STYLES)
def test_a_fill_leaves_the_beat(style: str) -> None:
    """Somewhere in the last quarter, on average, snare, tom, clap or another drum does more than in a beat."""
    rng = np.random.default_rng(2)
    changed = []
    for _ in range(30):
        take = grooves.take(style, rng)
        beat, fill = (grooves.play(take, rng, section) for section in ("beat", "fill"))
        changed.append(int((beat.hits != fill.hits)[:, beat.steps - 16 :].sum()))
    assert np.mean(changed) >= 2


@pytest.mark.parametrize("style", ["house", "techno", "disco"])
def test_four_on_the_floor(style: str) -> None:
    assert share(style, lambda bar: has(bar, "kick", QUARTERS)) == 1


@pytest.mark.parametrize("style", ["disco", "rock", "boom bap", "drum and bass", "electro", "two step"])
def test_backbeat(style: str) -> None:
    """On snare, clap or rim; a break may move its second."""
    struck = share(style, lambda bar: any(has(bar, name, BACKBEAT) for name in ("snare", "clap", "other")))
    assert struck == 1 if style != "drum and bass" else struck > 0.7


def test_house_claps_on_two_and_four_and_opens_its_hat_between() -> None:
    assert share("house", lambda bar: has(bar, "clap", BACKBEAT) or has(bar, "snare", BACKBEAT)) == 1
    assert 0.7 < share("house", lambda bar: has(bar, "open hi-hat", (2, 6, 10, 14))) < 0.95


def test_two_step_has_no_kick_on_two_three_or_four() -> None:
    assert share("two step", lambda bar: sixteenths(bar, "kick").isdisjoint({4, 8, 12})) == 1
    offbeats = [bar.offset[2, 4::8][bar.hits[2, 4::8]] for bar in grooves.bars("two step", 50, 0)]
    assert np.concatenate(offbeats).min() >= 8 * 0.58 - 4 - 0.1  # steps: its hats swing hard


def test_trap_is_in_half_time_and_rolls_its_hats() -> None:
    assert share("trap", lambda bar: has(bar, "snare", (8,)) or has(bar, "clap", (8,))) == 1
    off_the_16ths = np.arange(64) % 4 != 0
    assert share("trap", lambda bar: bool(bar.hits[2, off_the_16ths].any())) > 0.7


@pytest.mark.parametrize("style", ["reggaeton", "dembow"])
def test_dembow_is_three_three_two(style: str) -> None:
    """Snares on the second and third stroke of 3-3-2 in each half bar, over a kick on one and three."""
    assert share(style, lambda bar: has(bar, "snare", (3, 6, 11, 14)) and has(bar, "kick", (0, 8))) == 1


def test_salsa_plays_the_son_clave_more_often_than_the_rumba_and_both_ways_round() -> None:
    ways = {
        (name, turn): share("salsa", lambda bar, cell=cell, turn=turn: sixteenths(bar, "other")
                            == {(each + turn) % 16 for each in cell})
        for name, cell in (("son", SON), ("rumba", RUMBA)) for turn in (0, 8)
    }  # fmt: skip
    assert sum(ways.values()) == pytest.approx(1)
    assert ways["son", 8] > ways["son", 0] > ways["rumba", 0] > 0
    open_tones = (6, 7, 14, 15)
    assert share("salsa", lambda bar: has(bar, "tom", (6, 14)) and has(bar, "tom", open_tones)) > 0.75


def test_all_of_a_salsa_bar_agrees_on_the_side_of_the_clave() -> None:
    cascara = (0, 2, 4, 5, 7, 8, 10, 11, 13, 15)
    for bar in grooves.bars("salsa", DRAWS, 0):
        closed = sixteenths(bar, "closed hi-hat")
        for turn in (0, 8):
            if closed == {(each + turn) % 16 for each in cascara}:
                assert has(bar, "other", (0, 3, 10, 12), turn)


def test_samba_is_heaviest_on_its_second_beat_and_early_at_the_end_of_each_quarter() -> None:
    bars = grooves.bars("samba", DRAWS, 0)
    kicks = np.stack([bar.velocity[0] for bar in bars])
    assert min(kicks[:, 16].mean(), kicks[:, 48].mean()) > 1.5 * max(kicks[:, 0].mean(), kicks[:, 32].mean())
    hats = [np.array([bar.offset[2, step::16][bar.hits[2, step::16]].sum() for bar in bars]) for step in (0, 8, 12)]
    assert hats[0].mean() > hats[1].mean()
    assert hats[0].mean() > hats[2].mean()


def test_bossa_has_a_clave_whose_last_stroke_is_late() -> None:
    assert share("bossa", lambda bar: any(has(bar, "other", BOSSA, turn) for turn in (0, 8))) > 0.4


def test_one_drop_leaves_one_empty() -> None:
    assert share("reggae", lambda bar: has(bar, "kick", (8,))) == 1
    assert 0.3 < share("reggae", lambda bar: 0 not in sixteenths(bar, "kick")) < 0.7


def test_motown_may_play_the_snare_on_all_four() -> None:
    assert 0.25 < share("motown", lambda bar: has(bar, "snare", QUARTERS)) < 0.55


def test_blues_shuffles() -> None:
    """The last of three on each quarter, never the 16ths of straight time."""
    last_of_three = slice(11, None, 16)
    for bar in grooves.bars("blues", DRAWS, 0):
        assert bar.hits[:, 4::16].sum() == bar.hits[:, 12::16].sum() == 0
        assert bar.hits[:, last_of_three].any()


def test_funk_has_the_one_and_ghosts() -> None:
    assert share("funk", lambda bar: has(bar, "kick", (0,))) == 1
    quiet = share("funk", lambda bar: bool(((bar.velocity[1] > 0) & (bar.velocity[1] < 0.45)).any()))
    assert quiet > 0.8


def test_other_meters_are_themselves() -> None:
    bell = (0, 2, 4, 5, 7, 9, 11)
    assert share("bembe", lambda bar: bar.steps == 48 and has(bar, "cymbal", bell)) == 1
    assert share("waltz", lambda bar: bar.meter == (3, 4) and has(bar, "kick", (0,))) == 1
    assert share("five four", lambda bar: bar.steps == 80 and has(bar, "kick", (0, 12))) == 1


def test_an_open_hat_is_heard_where_a_closed_one_meets_it() -> None:
    for style in STYLES:
        for bar in grooves.bars(style, 20, 0):
            assert not (bar.hits[2] & bar.hits[3]).any()


def test_bars_of_a_take_belong_together() -> None:
    rng = np.random.default_rng(0)
    within, across = list[int](), list[int]()
    for _ in range(20):
        take = grooves.take("funk", rng)
        one, two = grooves.play(take, rng), grooves.play(take, rng)
        within.append(int((one.hits != two.hits).sum()))
        across.append(int((one.hits != grooves.draw("funk", rng).hits).sum()))
    assert np.mean(within) < np.mean(across) / 2


# Notation

HEAD = 'about = "a test"\ntempo_bpm = [100, 120]\n'
BEAT = "[[beat]]\nwhat = 'kick'\ngrid = '''\nBD  X... x.o. g... ..9.\n'''\n"
FILL = "[[fill]]\nwhat = 'snare'\nbeats = 1\nkeeps = ['CH']\ngrid = '''\nSD  xxxX\n'''\n"


def written(*parts: str) -> Pattern:
    return grooves.draw(parse("".join(parts), "test", "test.toml"), np.random.default_rng(0))


def test_letters_are_velocities() -> None:
    bar = written(HEAD, BEAT.replace("9", "."), FILL)
    steps = {0: "X", 16: "x", 24: "o", 32: "g"}
    assert np.flatnonzero(bar.hits[0]).tolist() == list(steps)
    np.testing.assert_allclose(bar.velocity[0, list(steps)], [LOUDNESS[each] for each in steps.values()], atol=0.004)


def test_digits_are_chances() -> None:
    style = parse(HEAD + BEAT.replace("9", "3") + FILL, "test", "test.toml")
    struck = [bar.hits[0, 56] for bar in grooves.bars(style, 2000, 0)]
    assert np.mean(struck) == pytest.approx(0.3, abs=0.03)


def test_the_number_of_cells_says_what_they_are() -> None:
    triplets = written(HEAD, BEAT.replace("X... x.o. g... ..9.", "xxx xxx ... ..."), FILL)
    assert np.flatnonzero(triplets.hits[0]).tolist() == [0, 5, 11, 16, 21, 27]
    moments = [stroke.position for stroke in triplets.strokes()]
    np.testing.assert_allclose(moments, np.arange(6) * 16 / 3, atol=1 / 60)
    halved = written(HEAD, BEAT.replace("X... x.o. g... ..9.", "." * 31 + "x"), FILL)
    assert np.flatnonzero(halved.hits[0]).tolist() == [62]


def test_a_triplet_drawn_comes_back_from_midi_on_the_same_steps(tmp_path: Path) -> None:
    bars = grooves.bars("blues", 4, 0)
    midi.write(tmp_path / "blues.mid", bars)
    again = midi.read(tmp_path / "blues.mid").patterns
    assert [bar.hits.tolist() for bar in again] == [bar.hits.tolist() for bar in bars]


def test_swing_moves_the_second_16th() -> None:
    swung = written(HEAD, "[feel]\nswing = [0.6, 0.6]\n", BEAT.replace("X...", "Xx.x"), FILL)
    np.testing.assert_allclose(
        swung.offset[0, [0, 4, 12]], swing_steps(np.array([0, 4, 12]), 0.6) - [0, 4, 12], atol=0.02
    )


def test_a_rest_takes_away_and_a_turned_bar_begins_with_its_second_half() -> None:
    rest = BEAT.replace("X... x.o. g... ..9.", "-... .... .... ....")
    assert not written(HEAD, BEAT, rest, FILL).hits[0, 0]
    turned = written(HEAD, "turned = 1\n", BEAT.replace("9", "."), FILL)
    assert np.flatnonzero(turned.hits[0]).tolist() == [0, 32, 48, 56]


def test_a_fill_follows_the_beat_and_keeps_what_it_keeps() -> None:
    hats = "[[beat]]\nwhat = 'hats'\ngrid = '''\nCH  x.x. x.x. x.x. x.x.\n'''\n"
    style = parse(HEAD + BEAT.replace("9", "x") + hats + FILL, "test", "test.toml")
    beat, fill = (grooves.bars(style, 1, 0, section)[0] for section in ("beat", "fill"))
    assert (beat.hits[:, :48] == fill.hits[:, :48]).all()
    assert np.flatnonzero(fill.hits[1]).tolist() == [48, 52, 56, 60]
    assert not fill.hits[0, 48:].any()
    assert (fill.hits[2] == beat.hits[2]).all()


@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        ("X... x.o.", "X... x.q.", "test.toml, beat 1: the letters of a grid are .* got 'q' in BD"),
        ("..9.", "..9", "test.toml, beat 1: a row here has 4, 6, .* 48 cells, got 15: BD"),
        ("SD  xxxX", "SD  xxxXx", "test.toml, fill 1: a row here has 1, 2, .* cells, got 5"),
        ("BD  X", "XY  X", "test.toml: no voice 'XY'"),
        ("BD  X...", "BD  x... .... .... ....\nBD  X...", "beat 1: one row a voice, got a second for BD"),
        ("beats = 1", "beats = 5", r"fill 1: `beats` lies in \[1, 4\], got 5"),
        ("beats = 1", "beats = 1.5", "fill 1: `beats` is a whole number, got 1.5"),
        ("beats = 1", "bets = 1", "fill 1: nothing is called 'bets' here"),
        ("what = 'kick'", "", "beat 1: `what` says in words what this is, got None"),
        ("what = 'kick'", "what = 'kick'\nchance = 2", r"beat 1: `chance` lies in \[0, 1\], got 2"),
        ("what = 'kick'", "what = 'kick'\none-of = []", "beat 1: there is a `grid`, or a list `one-of`"),
        ("[100, 120]", "[120, 100]", r"test.toml: `tempo_bpm` goes from the lower to the higher, got \[120, 100\]"),
        ("[100, 120]", "100", "test.toml: `tempo_bpm` is two numbers, from and to, got 100"),
        ("[100, 120]", "[100, 120]\nmeter = '4-4'", "test.toml: a meter is written like 4/4, got '4-4'"),
        ("[100, 120]", "[100, 120]\nmeter = '4/²'", "test.toml: a meter is written like 4/4, got '4/²'"),
        ("[100, 120]", f"[100, 120]\nmeter = '4/{'4' * 5000}'", "test.toml: a meter is written like 4/4, got '4/444"),
        ("[100, 120]", "[100, 120]\nmeter = '4/5'", "test.toml: a bar is 1 to 512 steps"),
        ("[100, 120]", "[100, 120]\nfeel = {swing = [0.5, 0.9]}", rf"`swing` lies in \[0.5, {MAX_SWING}\], got 0.9"),
        ("[100, 120]", "[100, 120]\nfeel = {late = {QQ = 0.1}}", "test.toml: no voice 'QQ'"),
        ("[100, 120]", "[100, 120]\nfeel = {sixteenths = [0, 1]}", "feel: `sixteenths` is four numbers"),
        ("[100, 120]", "[100, 120", "test.toml: "),
        ("[[fill]]", "[[phil]]", "test.toml: nothing is called 'phil' here"),
    ],
)  # fmt: skip
def test_what_is_misspelt_is_told_with_file_and_place(was: str, becomes: str, told: str) -> None:
    text = HEAD + BEAT + FILL
    assert was in text
    with pytest.raises(GrooveError, match=told):
        parse(text.replace(was, becomes, 1), "test", "test.toml")


def test_a_style_has_a_beat_and_a_fill() -> None:
    with pytest.raises(GrooveError, match=r"test.toml: a style has layers \[\[beat\]\] and at least one \[\[fill\]\]"):
        parse(HEAD + BEAT, "test", "test.toml")


def test_unknown_styles_and_sections_are_told() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(GrooveError, match="no grooves for the style 'polka'; there are house, "):
        grooves.draw("polka", rng)
    with pytest.raises(GrooveError, match="a groove plays beat or fill, got the section 'chorus'"):
        grooves.draw("house", rng, "chorus")


def test_grids_span_their_meter() -> None:
    for name in STYLES:
        style = grooves.style(name)
        marks = [mark for layer in style.beat for grid in layer.grids for mark in grid]
        assert max(mark.position for mark in marks) < steps_per_bar(style.meter)
        assert all(abs(mark.position - mark.step) < 0.5 for mark in marks)
        assert style.sources
