"""Signatures are heard in the style itself and not in others: in bars written by hand and in those of templates."""

from functools import cache

import numpy as np
import pytest

from clave import Pattern
from clave.errors import PatternError
from clave.rhythm import grooves
from clave.rhythm.grooves.notation import read_grid
from clave.rhythm.signatures import SIGNATURES
from clave.rhythm.space import load_rhythm

FOUR = "BD X... X... X... X...\n"
BACK = "SD .... X... .... X...\n"
OFFBEATS = "OH ..x. ..x. ..x. ..x.\n"
EIGHTHS = "CH x.x. x.x. x.x. x.x.\n"


def bar(rows: str, meter: tuple[int, int] = (4, 4)) -> Pattern:
    """A bar from rows of letters, as templates have them."""
    steps = meter[0] * 64 // meter[1]
    velocity = np.zeros((8, steps), np.float32)
    for mark in read_grid(rows, "a test", 0, steps, 1.0):
        velocity[mark.voice, mark.step] = mark.loudness
    return Pattern(velocity, np.zeros_like(velocity), meter)


WRITTEN = {
    "house": FOUR + BACK + OFFBEATS,
    "techno": FOUR + OFFBEATS,
    "disco": FOUR + BACK + OFFBEATS,
    "rock": "BD X... .... X... ....\n" + BACK + EIGHTHS,
    "boom bap": "BD X... .... ..X. ....\n" + BACK + EIGHTHS,
    "trap": "BD X... .... .... ..x.\nSD .... .... X... ....\nCH x.x.x.x.x.x.x.x.xxxxx.x.x.x.x.x.",
    "reggae": "BD .... .... X... ....\nRS .... .... X... ....\n" + EIGHTHS,
    "reggaeton": FOUR + "SD ...X ..X. ...X ..X.",
    "salsa": "RS X..X ..X. ..X. X...\n" + EIGHTHS,
    "bossa": "RS x..x ..x. ..x. .x..\n" + EIGHTHS,
    "punk": "BD X... X... X... X...\nSD ..X. ..X. ..X. ..X.",
    "blues": "BD X.. ... X.. ...\nSD ... X.. ... X..\nCH x.o x.o x.o x.o",
    "middleeastern": "BD X... .... X... ....\nSD ..x. .... .... x...",
    "breakbeat": "BD X.x. .... ..X. ....\nSD .... X..g .... X...\n" + EIGHTHS,
    "jersey club": "BD X... X... X..X ..X.",
    "dubstep": "BD X... .... .... ....\nSD .... .... X... ....\n" + EIGHTHS,
    "drill": "BD X... ...x .... ....\nSD .... .... .... X...\nCH x..x ..x. x..x ..x.",
    "metal": "BD xxxx xxxx xxxx xxxx\nSD .... X... .... X...\nCY x... x... x... x...",
    "ska": "BD .... X... .... X...\nRS .... X... .... X...\nCH ..x. ..x. ..x. ..x.",
    "soca": FOUR + "SD ...X ..X. ...X ..X.\n" + OFFBEATS,
    "cumbia": "BD X... .... X... ....\nRS x.xx x.xx x.xx x.xx\nLT ..x. ..x. ..x. ..x.",
    "amapiano": "BD X... .... .... ....\nRS oxXo oxXo oxXo oxXo\nLT ...x ..X. .x.. ..X.",
    "funk carioca": "BD X... .... ..X. ....\nSD ...X ..X. .... X...",
}
NOT_HEARD = {
    "house": FOUR + BACK,
    "techno": FOUR + BACK + OFFBEATS,
    "disco": "BD X... .... X... X...\n" + BACK + OFFBEATS,
    "rock": "BD X... .... X... ....\nSD .... .... X... ....\n" + EIGHTHS,
    "boom bap": FOUR + BACK + EIGHTHS,
    "trap": "BD X... .... .... ..x.\nSD .... .... X... ....\n" + EIGHTHS,  # half time without a roll
    "reggae": "BD X... .... X... ....\n" + BACK + EIGHTHS,
    "reggaeton": FOUR + BACK,
    "salsa": "RS X..X ..X. ..X. X..x",
    "bossa": "RS x.x. x.x. x.x. x.x.",
    "punk": "BD X... .... X... ....\n" + BACK,
    "blues": "BD X... .... X... ....\n" + BACK + EIGHTHS,
    "middleeastern": "BD X... .... X... ....\n" + BACK,
    "breakbeat": "BD X... .... X... ....\n" + BACK + EIGHTHS,
    "jersey club": FOUR + BACK,
    "dubstep": "BD X... .... .... ....\nSD .... .... X... ....\nCH x.x.x.x.x.x.x.x.xxxxx.x.x.x.x.x.",  # a roll: trap
    "drill": "BD X... ...x .... ....\nSD .... .... .... X...\n" + EIGHTHS,
    "metal": "BD X... .... X... ....\n" + BACK + EIGHTHS,
    "ska": FOUR + BACK + OFFBEATS,
    "soca": FOUR + BACK + OFFBEATS,
    "cumbia": "BD X... .... X... ....\nRS xxxx xxxx xxxx xxxx\nLT ..x. ..x. ..x. ..x.",
    "amapiano": FOUR + "RS oxXo oxXo oxXo oxXo",  # without the log drum
    "funk carioca": FOUR + "SD ...X ..X. ...X ..X.",
}


@pytest.mark.parametrize("style", WRITTEN)
def test_a_signature_is_heard_in_the_textbook_bar_and_not_without_what_defines_it(style):
    signature = SIGNATURES[style]
    assert signature.heard_in(bar(WRITTEN[style]))
    assert not signature.heard_in(bar(NOT_HEARD[style]))


def test_a_clave_counts_from_either_half():
    assert SIGNATURES["salsa"].heard_in(bar("RS ..X. X... X..X ..X."))


def test_ghost_notes_are_no_backbeat():
    assert not SIGNATURES["hiphop"].heard_in(bar("BD X... ..x. .... ....\nSD .... g... .... g..."))
    assert SIGNATURES["hiphop"].heard_in(bar("BD X... ..x. .... ....\nSD .... x... .... x..."))


IN_EIGHTHS = {  # the textbook bar, and one without what defines it
    "twelve eight": ((12, 8), "BD X.. ... X.. ...\nSD ... X.. ... X..", "BD X.. ... X.. ...\nSD ... ... X.. ..."),
    "nine eight": ((9, 8), "BD x.x.x.x..", "BD x.x......"),
    "seven eight": ((7, 8), "BD x..x.x.", "BD x.x..x."),
    "five eight": ((5, 8), "BD x..x.", "BD x...x"),
}


@pytest.mark.parametrize("style", IN_EIGHTHS)
def test_bars_of_eighths_are_known_by_their_groups(style):
    meter, textbook, other = IN_EIGHTHS[style]
    eighths = "\nCH " + "x" * meter[0]
    assert SIGNATURES[style].heard_in(bar(textbook + eighths, meter))
    assert not SIGNATURES[style].heard_in(bar(other + eighths, meter))
    assert not SIGNATURES[style].heard_in(bar(textbook, meter))


def test_every_style_of_the_shipped_space_and_of_the_templates_has_a_signature():
    assert set(SIGNATURES) == {*load_rhythm().styles, *grooves.STYLES}


def test_a_bar_in_another_meter_keeps_no_rule():
    waltz = bar("BD X... .... ....\nSD .... x... x...", (3, 4))
    assert [style for style in SIGNATURES if SIGNATURES[style].heard_in(waltz)] == ["waltz"]


@cache
def drawn(style: str) -> list[Pattern]:
    """Bars of a template."""
    return grooves.bars(style, 60, seed=1)  # test_style_facts draws many more


@pytest.mark.parametrize("style", grooves.STYLES)
def test_each_bar_of_a_template_keeps_the_rule_of_its_style(style):
    signature = SIGNATURES[style]
    assert signature.meter == grooves.style(style).meter
    broken = [number for number, each in enumerate(drawn(style)) if not signature.heard_in(each)]
    assert not broken, signature.rule


@pytest.mark.parametrize("style", grooves.STYLES)
def test_the_bars_of_other_templates_keep_it_far_less(style):
    others = [SIGNATURES[style].share(drawn(other)[:40]) for other in grooves.STYLES if other != style]
    assert np.mean(others) < 1 / 4


def test_a_phrase_is_known_when_three_bars_in_four_keep_the_rule():
    house, other = bar(WRITTEN["house"]), bar(NOT_HEARD["house"])
    signature = SIGNATURES["house"]
    assert signature.share([house, house, house, other]) == 0.75
    assert signature.is_heard([house, house, house, other])
    assert not signature.is_heard([house, house, other])
    with pytest.raises(PatternError, match="in 1 bar or more, got none"):
        signature.share([])
