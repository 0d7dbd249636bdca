import shutil

import numpy as np
import pytest
from toy_bars import TINY, VOCABULARY, toy_bars, toy_space, untrained

from clave.errors import SpaceError
from clave.music.units import METERS, steps_per_bar
from clave.rhythm.detail_decoder import Author, Deep, feel_of
from clave.rhythm.token_sampler import Asked


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("toy")
    toy_space(path, untrained(TINY))
    return path


@pytest.fixture(scope="module")
def deep(folder) -> Deep:
    return Deep(folder, styles=2, sections=2)


def asked_for(rows: int, meter=(4, 4), told: bool = False) -> Asked:
    points = np.random.default_rng(0).normal(0, 1, (rows, 2)).astype(np.float32)
    style = np.zeros((rows, 2), np.float32)
    style[:, 0] = told
    return Asked(
        points, style, np.zeros((rows, 2), np.float32), np.eye(4, dtype=np.float32)[[METERS.index(meter)] * rows]
    )


def known_bars(count: int = 10, steps: int = 64, seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return VOCABULARY.hits(rng.integers(0, len(VOCABULARY), (count, steps // 4)))


def hits_of(count: int = 8) -> np.ndarray:
    return (toy_bars(count).velocity > 0).numpy()[:, :, :64]


@pytest.mark.parametrize("meter", METERS)
def test_the_detail_holds_the_strokes_and_the_feel(deep, meter):
    steps, asked = steps_per_bar(meter), asked_for(10, meter)
    hits = (toy_bars(10, seed=3, meters=[meter]).velocity > 0).numpy()[:, :, :steps]
    feel = np.random.default_rng(2).normal(0, 1, (10, deep.feel_size)).astype(np.float32)
    detail = deep.detail(hits, feel, asked)
    assert detail.shape == (10, deep.detail_size) == (10, 14 + 48)
    np.testing.assert_array_equal(feel_of(detail, deep.feel_size), feel)
    logit = deep.hit_logits(detail, asked)
    assert logit.shape == hits.shape
    assert 2 * ((logit > 0) & hits).sum() / ((logit > 0).sum() + hits.sum()) > 0.9
    fewer = deep.hit_logits(detail, asked, 0.5) > 0
    np.testing.assert_allclose(fewer.sum(axis=(1, 2)), 0.5 * hits.sum(axis=(1, 2)), atol=1)


def test_no_bars_have_no_detail(deep):
    nothing = asked_for(0)
    detail = deep.detail(np.zeros((0, 8, 0), bool), np.zeros((0, deep.feel_size), np.float32), nothing)
    assert detail.shape == (0, deep.detail_size)


def test_feel_and_touch_keep_their_ranges(deep):
    asked = asked_for(8)
    mean, std = deep.expected_feel(asked)
    assert mean.shape == std.shape == (8, deep.feel_size)
    assert (std > 0).all()
    velocity, offset = deep.touch(hits_of(), 10 * mean, asked)
    assert velocity.shape == offset.shape == (8, 8, 64)
    assert ((velocity >= 0) & (velocity <= 1)).all()
    assert (np.abs(offset) <= 2).all()


def test_a_bar_that_may_not_change_stays_as_it_is(deep):
    hits = known_bars()
    drawn = deep.drawn(asked_for(10), np.random.default_rng(0), like=hits, kept=1e4)
    np.testing.assert_array_equal(drawn, hits)


def test_what_a_change_costs_may_be_told_step_by_step(deep):
    hits, cost = known_bars(), np.full(64, 1e4)
    cost[32:] = 0
    drawn = deep.drawn(asked_for(10), np.random.default_rng(0), like=hits, kept=cost)
    np.testing.assert_array_equal(drawn[:, :, :32], hits[:, :, :32])
    assert (drawn[:, :, 32:] != hits[:, :, 32:]).any()


def test_all_bars_have_the_same_luck_unless_each_is_to_have_its_own(deep):
    asked = asked_for(1).rows(np.zeros(6, np.int64))
    alike = deep.drawn(asked, np.random.default_rng(0))
    assert (alike == alike[0]).all()
    assert (deep.drawn(asked, np.random.default_rng(0), each=True) != alike).any()


def test_leaning_brings_strokes_or_takes_them(deep):
    few, plain, many = (
        deep.drawn(asked_for(60), np.random.default_rng(0), leaning=leaning, each=True).sum() for leaning in (-4, 0, 4)
    )
    assert few < plain < many


@pytest.mark.parametrize("meter", METERS)
def test_what_is_drawn_is_as_long_as_its_meter(deep, meter):
    drawn = deep.drawn(asked_for(5, meter, told=True), np.random.default_rng(0), each=True)
    assert drawn.shape == (5, 8, steps_per_bar(meter))
    assert (deep.vocabulary.spell(drawn) >= 0).all()


def test_the_author_says_what_the_speller_says(deep):
    asked = asked_for(4)
    author, draft = deep.author(asked), deep.speller.begin(asked)
    assert isinstance(author, Author)
    state, before = author.begin(asked.map), np.full(4, -1)
    for sixteenth in range(5):
        expected, _, draft = deep.speller.shares(draft)
        share, state = author.step(state, sixteenth, before)
        np.testing.assert_allclose(share, expected[:, :-1], atol=1e-5)
        before = np.arange(4) % len(deep.vocabulary)
        draft = deep.speller.write(draft, before)


def test_copies_of_a_particle_remember_where_they_come_from(deep):
    asked = asked_for(4)
    author = deep.author(asked)
    _, state = author.step(author.begin(asked.map), 0, np.full(4, -1))
    rows, token = np.array([2, 2, 0, 3]), np.zeros(4, np.int64)
    share, _ = author.step(tuple(column[rows] for column in state), 1, token)
    plain, _ = author.step(state, 1, token)
    np.testing.assert_allclose(share, plain[rows], atol=1e-5)


def test_what_is_no_vocabulary_is_refused_with_the_reason(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "broken")
    path = tmp_path / "broken" / "vocabulary.npz"
    whole = path.read_bytes()

    def refused(match):
        with pytest.raises(SpaceError, match=match):
            Deep(tmp_path / "broken", styles=2, sections=2)

    for data in (b"", b"\x80\x04 a pickle, perhaps", whole[: len(whole) // 2]):
        path.write_bytes(data)
        refused("is not a vocabulary: .+")
    np.savez(path, tokens=np.array(VOCABULARY.bits))
    refused("is not a vocabulary")
    path.write_bytes(whole)
    (tmp_path / "broken" / "components.npz").unlink()
    refused("holds no components")
    path.unlink()
    refused("is not a vocabulary")
