import json
import shutil

import numpy as np
import pytest

from clave import Code, Pattern, load_rhythm
from clave.errors import SpaceError
from clave.space import SHIPPED_RHYTHM

POINTS = np.array([[0.0, 0.0], [1.2, -0.4], [-2.0, 1.5], [40.0, -70.0]])


@pytest.fixture(scope="module")
def space():
    return load_rhythm()


def hits(patterns):
    return np.stack([pattern.hits for pattern in patterns])


def test_every_finite_point_is_a_bar(space):
    patterns = space.at(POINTS)
    assert [pattern.meter for pattern in patterns] == [(4, 4)] * 4
    assert all(pattern.hits.any() for pattern in patterns[:3])


def test_points_decode_alike_alone_and_together(space):
    together = space.at(POINTS, variation=0.7, seed=3)
    alone = [space.at(POINTS[i : i + 1], variation=0.7, seed=3)[0] for i in range(4)]
    np.testing.assert_array_equal(hits(together), hits(alone))


def test_no_points_are_no_bars(space):
    assert space.at(np.zeros((0, 2))) == []
    assert space.decode(space.encode([])) == []
    assert space.sample(0) == []


def test_variation_strays_by_seed_and_comes_back_by_seed(space):
    near = np.random.default_rng(0).normal(0, 1, (24, 2))
    still, one, same, other = (
        hits(space.at(near, variation=variation, seed=seed)) for variation, seed in ((0, 1), (1, 1), (1, 1), (1, 2))
    )
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()
    assert (one != still).any()
    np.testing.assert_array_equal(still, hits(space.at(near, seed=2)))  # without variation, the seed says nothing
    little = hits(space.at(near, variation=0.2, seed=1))
    assert (little != still).sum() < (one != still).sum()


def test_density_adds_strokes_and_takes_none(space):
    sparse, plain, busy = (hits(space.at(POINTS, density=density)) for density in (0.3, None, 0.7))
    assert (sparse <= plain).all()
    assert (plain <= busy).all()
    assert sparse.sum() < plain.sum() < busy.sum()
    np.testing.assert_array_equal(plain, hits(space.at(POINTS, density=0.5)))


def test_a_bar_of_the_space_comes_back_through_its_own_code(space):
    patterns = space.sample(40, seed=5)
    again = space.decode(space.encode(patterns))
    both = (hits(patterns) & hits(again)).sum()
    assert 2 * both / (hits(patterns).sum() + hits(again).sum()) > 0.8


def test_encode_finds_a_point_no_worse_than_any_other(space):
    patterns = space.at(POINTS[:3])
    code = space.encode(patterns)
    assert code.map.shape == (3, 2)
    assert code.detail.shape == (3, space.detail_size)
    struck = hits(patterns)

    def log_posterior(points):
        logit = space.hit_logits(space.expected(points))
        return (logit * struck - np.logaddexp(0, logit)).sum(axis=(1, 2)) - 0.5 * np.square(points).sum(1)

    best = log_posterior(code.map)
    rng = np.random.default_rng(0)
    for _ in range(50):
        assert (log_posterior(rng.uniform(-3, 3, (3, 2)).astype(np.float32)) <= best + 0.5).all()
    assert (log_posterior(POINTS[:3].astype(np.float32)) <= best + 0.5).all()


def test_samples_follow_their_seed_and_their_style(space):
    assert space.sample(6, seed=1) == space.sample(6, seed=1)
    assert space.sample(6, seed=1) != space.sample(6, seed=2)
    style = space.styles[0]
    assert space.sample(4, style=style, seed=1) == space.sample(4, style={style: 1.0}, seed=1)


def test_style_and_section_keep_the_point_and_change_the_detail(space):
    near = np.random.default_rng(1).normal(0, 1, (24, 2))
    plain = hits(space.at(near))
    assert (plain != hits(space.at(near, style=space.styles[-1]))).any()
    assert (plain != hits(space.at(near, section="fill"))).any()


def test_the_corpus_says_where_each_point_comes_from(space):
    corpus = space.corpus
    assert corpus.map.shape == (len(corpus), 2)
    assert len(corpus.styles) == len(corpus.sections) == len(corpus.sources) == len(corpus) > 10_000
    assert set(corpus.styles) <= {*space.styles, ""}
    assert set(corpus.sections) <= set(space.sections)
    assert all(source.endswith(".mid") for source in corpus.sources[:100])


def test_the_card_credits_the_data(space):
    assert "CC BY 4.0" in space.card["licence"]
    assert "Groove MIDI" in space.card["credit"]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (lambda space: space.at([[np.nan, 0]]), "two finite numbers, got .*nan"),
        (lambda space: space.at([0.0, 1.0]), r"array \[n, 2\], got shape \[2\]"),
        (lambda space: space.at([["a", "b"]]), "numbers"),
        (lambda space: space.at(POINTS, style="polka"), "no style 'polka'.*funk"),
        (lambda space: space.at(POINTS, style={"funk": 0.7}), "add up to 1"),
        (lambda space: space.at(POINTS, style={"funk": 2.0, "jazz": -1.0}), "at least 0"),
        (lambda space: space.at(POINTS, section="chorus"), "no section 'chorus'.*beat, fill"),
        (lambda space: space.at(POINTS, variation=1.5), r"variation lies in \[0, 1\], got 1.5"),
        (lambda space: space.at(POINTS, density=float("nan")), r"density lies in \[0, 1\], got nan"),
        (lambda space: space.sample(-1), "at least 0, got -1"),
        (lambda space: space.at(POINTS, seed=-1), "seed is a whole number of at least 0, got -1"),
        (lambda space: space.sample(1, seed=-1), "seed is a whole number of at least 0, got -1"),
        (lambda space: space.encode([Pattern.empty((3, 4))]), "4/4 only, got pattern 0 in 3/4"),
        (
            lambda space: space.decode(Code(np.zeros((1, 2), np.float32), np.zeros((1, 1), np.float32))),
            "a code of this",
        ),
    ],
)
def test_what_cannot_be_answered_is_refused_in_a_sentence(space, question, answer):
    with pytest.raises(SpaceError, match=answer):
        question(space)


def test_what_is_no_space_is_refused_with_the_reason(tmp_path):
    with pytest.raises(SpaceError, match=r"no config\.json"):
        load_rhythm(tmp_path)

    broken = tmp_path / "broken"
    shutil.copytree(SHIPPED_RHYTHM, broken)
    settings = json.loads((broken / "config.json").read_text())

    def refused(match, **changes):
        (broken / "config.json").write_text(json.dumps({**settings, **changes}))
        with pytest.raises(SpaceError, match=match):
            load_rhythm(broken)

    refused("format version 99", version=99)
    refused("does not describe a rhythm space", format="somebody else's")
    refused("styles is a list of names, got 3", styles=3)
    refused("sections is a list of names", sections=[1])
    refused("detail_size is a whole number of at least 0, got 'many'", detail_size="many")
    refused("thresholds is a finite number for map", thresholds={"map": 0.0, "detail": float("nan")})
    refused("card is a name, a licence and a credit", card={"name": "mine"})
    refused(r"prior\.onnx is a foreign model: it takes .*style 18", styles=["funk"])
    refused(r"decoder\.onnx is a foreign model: it takes map 2, detail 32 instead of map 2, detail 7", detail_size=7)
    (broken / "config.json").write_text(json.dumps({k: v for k, v in settings.items() if k != "styles"}))
    with pytest.raises(SpaceError, match="lacks styles"):
        load_rhythm(broken)
    (broken / "config.json").write_text("{")
    with pytest.raises(SpaceError, match="not JSON"):
        load_rhythm(broken)
    (broken / "config.json").write_text(json.dumps(settings))

    whole = (broken / "decoder.onnx").read_bytes()
    (broken / "decoder.onnx").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(SpaceError, match=r"decoder\.onnx cannot be run"):
        load_rhythm(broken)
    shutil.copy(broken / "encoder.onnx", broken / "decoder.onnx")
    with pytest.raises(SpaceError, match=r"decoder\.onnx is a foreign model"):
        load_rhythm(broken)
    (broken / "decoder.onnx").unlink()
    with pytest.raises(SpaceError, match=r"decoder\.onnx is missing"):
        load_rhythm(broken)
    (broken / "decoder.onnx").write_bytes(whole)


def test_what_is_no_corpus_map_is_refused_with_the_reason(tmp_path):
    broken = tmp_path / "broken"
    shutil.copytree(SHIPPED_RHYTHM, broken)
    path = broken / "corpus.npz"
    whole = path.read_bytes()
    with np.load(path) as file:
        columns = dict(file)

    def refused(match):
        with pytest.raises(SpaceError, match=f"not a corpus map: {match}"):
            _ = load_rhythm(broken).corpus

    for data in (b"", b"\x80\x04 a pickle, perhaps", whole[: len(whole) // 2]):
        path.write_bytes(data)
        refused(".+")
    np.savez(path, **{**columns, "map": np.zeros((5, 2))})
    refused(r"its columns are \[5, ")
    np.savez(path, **{**columns, "map": np.full_like(columns["map"], np.nan)})
    refused("a map point is two finite numbers")
