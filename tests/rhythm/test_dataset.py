import csv
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from midi_files import meter, midi_file, note, notes
from pyarrow import parquet

from clave import corpus as corpora
from clave import grooves, midi
from clave.errors import CorpusError
from clave.music.units import METERS, steps_per_bar
from clave.rhythm.dataset import Corpus, Selection, find_files, scan, split, style_in

BAR = 1920


def beat(seed, bars=4):
    """A groove that no other seed gives: kick and hi-hat on the beat, the snare where the seed says."""
    rng = np.random.default_rng(seed)
    events = []
    for bar in range(bars):
        events += notes(*(bar * BAR + np.arange(4) * 480).tolist()) + notes(bar * BAR + 240, number=42)
        events += note(bar * BAR + int(rng.integers(1, 16)) * 120, 38, int(rng.integers(1, 128)))
        events += note(bar * BAR + int(rng.integers(1, 16)) * 120, 46, int(rng.integers(1, 128)))
    return midi_file(events)


def lay_out(folder, files):
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


@pytest.fixture
def folder(tmp_path):
    """Three styles of five files, in folders."""
    return lay_out(
        tmp_path,
        {f"{style}/{n}.mid": beat(10 * n + at) for at, style in enumerate(("funk", "jazz", "mine")) for n in range(5)},
    )


def test_every_bar_knows_where_it_comes_from(folder):
    corpus = scan(folder)
    assert len(corpus) == 15 * 4
    assert corpus.velocity.shape == corpus.offset.shape == (60, 8, 64)
    assert corpus.styles == ("funk", "jazz", "mine")
    assert corpus.sources[0] == "funk/0.mid"
    assert corpus.report.styles_from == "the folder's name"
    for row in range(len(corpus)):
        assert corpus.sources[corpus.source[row]].startswith(corpus.styles[corpus.style[row]])
    assert corpus.number.tolist() == [0, 1, 2, 3] * 15
    np.testing.assert_array_equal(corpus.patterns[7].velocity, corpus.velocity[7])
    assert corpus.hits[:, 0, [0, 16, 32, 48]].all()
    assert corpus.report.strokes["kick"] == 240
    assert corpus.report.styles == {"funk": 20, "jazz": 20, "mine": 20}


def test_one_after_another_or_many_at_once_gives_the_same(folder):
    seen = []
    one = scan(folder, progress=lambda done, files: seen.append((done, files)))
    with ThreadPoolExecutor(2) as executor:
        many = scan(folder, executor=executor)
    np.testing.assert_array_equal(one.velocity, many.velocity)
    assert one.report == many.report
    assert seen == [(n, 15) for n in range(1, 16)]


def test_what_cannot_be_used_is_left_out_with_its_reason(tmp_path):
    lay_out(
        tmp_path,
        {
            "good.MID": beat(0),
            "deep/er/good.midi": beat(1),
            "copy.mid": beat(0),
            "empty.mid": b"",
            "broken.mid": beat(2)[:-20],
            "melody.mid": midi_file(note(0, 60, channel=1)),
            "eleven.mid": midi_file(meter(0, 11, 8), notes(0, 480, 960, 1200)),
            "sparse.mid": midi_file(notes(0, 480)),
            "notes.txt": b"no MIDI",
        },
    )
    report = scan(tmp_path).report
    assert (report.files, report.files_read, report.bars) == (8, 2, 8)
    assert report.refused == {
        "broken.mid": report.refused["broken.mid"],
        "empty.mid": "empty, 0 bytes",
        "good.MID": "a copy of copy.mid",
        "melody.mid": "no drums; its 1 notes are not on channel 10 and do not look like drums",
        "eleven.mid": "no bar to learn from: 1 in 11/8",
        "sparse.mid": "no bar to learn from: 1 fewer than 4 strokes",
    }
    assert report.refused["broken.mid"].startswith("broken")
    assert report.dropped_bars == {"in 11/8": 1, "fewer than 4 strokes": 1}


def test_bars_of_other_meters_and_with_few_strokes_are_left_out_and_counted(tmp_path):
    busy = notes(0, 480, 960, 1440)
    data = midi_file(meter(0, 4, 4) + meter(4 * BAR, 2, 4), busy + notes(BAR, 3 * BAR) + notes(4 * BAR, 4 * BAR + 480))
    lay_out(tmp_path, {"a.mid": data})
    corpus = scan(tmp_path)
    assert corpus.number.tolist() == [0]
    assert corpus.report.dropped_bars == {"in 2/4": 1, "empty": 1, "fewer than 4 strokes": 2}
    assert scan(tmp_path, Selection(fewest_strokes=1)).number.tolist() == [0, 1, 3]
    assert scan(tmp_path, Selection(fewest_strokes=1, first_bars=2)).number.tolist() == [0, 1]


METER_BARS = [((4, 4), 64), ((5, 4), 80), ((3, 4), 48), ((6, 8), 48)]


@pytest.fixture
def meters(tmp_path):
    """One file of four bars, each in another meter, with a stroke on every quarter and on the last 16th."""
    signatures, strokes, start = [], [], 0
    for (beats, unit), steps in METER_BARS:
        end = start + steps * 30
        signatures += meter(start, beats, unit)
        strokes += notes(*range(start, end, 480)) + notes(end - 240, end - 120, number=38)
        start = end
    return lay_out(tmp_path, {"a.mid": midi_file(signatures, strokes), "b.mid": beat(0)})


def test_bars_of_several_meters_lie_side_by_side_each_with_silence_after_its_end(meters):
    corpus = scan(meters)
    assert corpus.velocity.shape == corpus.offset.shape == (8, 8, 80)
    assert [METERS[each] for each in corpus.meter] == [bar for bar, _ in METER_BARS] + [(4, 4)] * 4
    assert corpus.report.meters == {"4/4": 5, "3/4": 1, "6/8": 1, "5/4": 1}
    assert corpus.report.dropped_bars == {}
    for row, (signature, steps) in enumerate(METER_BARS):
        assert corpus.patterns[row].meter == signature
        assert corpus.patterns[row].steps == steps
        assert corpus.hits[row, 1, steps - 4]
        assert not corpus.hits[row, :, steps:].any()
    assert corpus.patterns[:4] == list(midi.read(meters / "a.mid").patterns)


def test_the_bars_of_one_meter_are_as_wide_as_it_is(meters):
    corpus = scan(meters)
    for signature, steps in METER_BARS:
        part = corpus.in_meter(signature)
        assert part.velocity.shape[2] == part.hits.shape[2] == steps
        assert part.patterns == [bar for bar in corpus.patterns if bar.meter == signature]
    assert len(corpus.in_meter((7, 8))) == 0


def test_bars_of_5_4_alone_and_of_3_4_alone_are_read(meters):
    lay_out(meters / "waltz", {"a.mid": midi_file(meter(0, 3, 4), notes(0, 480, 720, 960))})
    lay_out(meters / "five", {"a.mid": midi_file(meter(0, 5, 4), notes(0, 480, 720, 2160))})
    assert scan(meters / "waltz").velocity.shape == (1, 8, 64)  # no narrower than 4/4
    assert scan(meters / "five").velocity.shape == (1, 8, 80)


def test_the_same_strokes_are_the_same_bar_in_any_meter_yet_no_copy_of_the_file(tmp_path):
    strokes = notes(0, 480, 720, 960)
    lay_out(tmp_path, {f"{beats}.mid": midi_file(meter(0, beats, unit), strokes) for beats, unit in ((3, 4), (6, 8))})
    corpus = scan(tmp_path)
    assert corpus.report.meters == {"3/4": 1, "6/8": 1}
    assert corpus.report.duplicate_bars == 1
    assert corpus.group.tolist() == [0, 0]


def test_fills_are_told_by_name_and_dropped_on_request(tmp_path):
    lay_out(tmp_path, {"rock_beat.mid": beat(0), "rock_fill_2.mid": beat(1), "fulfilled.mid": beat(2)})
    corpus = scan(tmp_path)
    assert corpus.report.sections == {"beat": 8, "fill": 4}
    dropped = scan(tmp_path, Selection(drop_fills=True))
    assert dropped.report.refused == {"rock_fill_2.mid": "a fill, left out on request"}
    assert (dropped.section == 0).all()


# Styles


GROOVE_COLUMNS = ("midi_filename", "style", "beat_type", "split")


def write_table(path, columns, *rows):
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([columns, *rows])


def test_the_table_of_groove_midi_says_style_section_and_split(tmp_path):
    lay_out(tmp_path, {"d1/1.mid": beat(0), "d1/2.mid": beat(1), "d2/3.mid": beat(2), "d2/4.mid": beat(3)})
    write_table(
        tmp_path / "info.csv", GROOVE_COLUMNS,
        ("d1/1.mid", "funk/fast", "beat", "train"), ("d1/2.mid", "jazz", "fill", "validation"),
        ("d2/3.mid", "funk", "beat", "test"),
    )  # fmt: skip
    corpus = scan(tmp_path)
    assert corpus.styles == ("funk", "jazz")
    assert corpus.style.tolist() == [0] * 4 + [1] * 4 + [0] * 4 + [-1] * 4
    assert corpus.section.tolist() == [0] * 4 + [1] * 4 + [0] * 8
    assert corpus.splits == ("train", "validation", "test", "")
    assert (corpus.report.styles_from, corpus.report.styles_share) == ("info.csv", 0.75)
    assert corpus.report.splits == {"train": 4, "validation": 4, "test": 4}
    assert corpus.report.drum_maps == {"td-11": 4}  # the data set is known to be
    np.testing.assert_array_equal(split(corpus), [False] * 4 + [True] * 8 + [False] * 4)


def test_a_table_of_ones_own_says_the_style(tmp_path):
    lay_out(tmp_path, {"a.mid": beat(0), "sub/b.mid": beat(1), "c.mid": beat(2)})
    table = tmp_path / "mine.csv"
    write_table(table, ("file", "style"), ("a.mid", "polka"), ("sub/b.mid", "waltz "))
    corpus = scan(tmp_path, styles=table)
    assert dict(zip(corpus.sources, corpus.style[::4].tolist(), strict=True)) == {
        "a.mid": 0,
        "c.mid": -1,
        "sub/b.mid": 1,
    }
    assert corpus.report.styles_from == str(table)


def test_a_bar_keeps_its_number_and_its_strokes_when_one_before_it_is_left_out(tmp_path):
    lay_out(tmp_path, {"a.mid": midi_file(notes(0), [(t + BAR, e) for t, e in notes(13, 480, 960, 1440)])})
    corpus = scan(tmp_path)
    assert corpus.number.tolist() == [1]
    assert [(s.step, round(s.offset * 30)) for s in corpus.patterns[0].strokes()] == [
        (0, 13),
        (16, 0),
        (32, 0),
        (48, 0),
    ]


def test_words_in_file_names_say_the_style_where_folders_do_not(tmp_path):
    lay_out(tmp_path, {f"disk1/{name}.mid": beat(n) for n, name in enumerate(("44latin1", "FUNK2", "take7", "Rock3"))})
    corpus = scan(tmp_path)
    assert corpus.styles == ("funk", "latin", "rock")
    assert corpus.report.styles_from == "words in the file's name, 75% recognised"
    assert corpus.report.styles_share == 0.75
    assert scan(tmp_path, styles="folder").styles == ("disk1",)
    assert scan(tmp_path, styles="none").styles == ()


@pytest.mark.parametrize(
    ("name", "style"),
    [
        ("44latin1.mid", "latin"), ("Rock1.MID", "rock"), ("FUNK2", "funk"), ("(Drums)_Latinfnk.mid", "latin"),
        ("2hdfunk2.mid", "funk"), ("hip-hop_3.mid", "hiphop"), ("PopRock", "pop"), ("popcorn.mid", ""),
        ("90spop2.mid", "pop"), ("Drum And Bass 4.mid", "drum and bass"), ("1_bossaNova.mid", "bossa"),
        ("take_3.mid", ""), ("funk carioca 2.mid", "funk carioca"), ("BaileFunk.mid", "funk carioca"),
        ("ska-1.mid", "ska"),
    ],
)  # fmt: skip
def test_a_style_is_a_word_of_the_name(name, style):
    assert style_in(name) == style


def test_a_style_of_the_factory_is_recognised_by_its_name():
    for name in grooves.STYLES:
        assert style_in(f"{name} 3.mid") == style_in(f"{name.title().replace(' ', '_')}.mid") == name
        assert corpora.folder_styles([f"{name.title().replace(' ', '-')}/1.mid", "My Jams/1.mid"]) == [name, "My Jams"]


def test_folders_are_styles_and_files_beside_them_have_none(tmp_path):
    names = ("Boom_Bap/1", "Kraut/1", "Kraut/loud/rock_2", "Kraut/3", "4")
    lay_out(tmp_path, {f"my midi/{name}.mid": beat(n) for n, name in enumerate(names)})
    corpus = scan(tmp_path)
    assert corpus.styles == ("Kraut", "boom bap")
    of = dict(zip(corpus.source.tolist(), corpus.style.tolist(), strict=True))
    assert {corpus.sources[source]: style for source, style in of.items()} == {
        "my midi/4.mid": corpora.NO_STYLE, "my midi/Boom_Bap/1.mid": 1,
        "my midi/Kraut/1.mid": 0, "my midi/Kraut/3.mid": 0, "my midi/Kraut/loud/rock_2.mid": 0,
    }  # fmt: skip
    assert corpus.report.styles_from == "the folder's name"
    assert corpus.report.styles == {"Kraut": 12, "boom bap": 4}
    assert corpus.report.without_style == 4
    assert corpus.report.styles_share == 0.8


def test_folders_that_say_nothing_leave_it_to_words_in_half_of_the_names(tmp_path):
    lay_out(tmp_path, {f"disk{n % 2}/{name}.mid": beat(n) for n, name in enumerate(("funk", "x", "rock", "y"))})
    assert scan(tmp_path).styles == ("funk", "rock")
    (tmp_path / "disk0" / "rock.mid").unlink()
    assert scan(tmp_path).styles == ("disk0", "disk1")


@pytest.mark.parametrize(
    ("styles", "message"),
    [
        ("genre", '"auto", "info.csv", "folder", "name", "none" or a .csv, got "genre"'),
        ("none.csv", "cannot be read"),
        ("info.csv", "cannot be read"),
    ],
)
def test_an_unknown_source_of_styles_is_refused(folder, styles, message):
    with pytest.raises(CorpusError, match=message):
        scan(folder, styles=styles)


def test_a_table_without_its_columns_is_refused(folder):
    write_table(folder / "mine.csv", ("path", "genre"), ("a", "b"))
    with pytest.raises(CorpusError, match=r"lacks the column file, style; it has \['path', 'genre'\]"):
        scan(folder, styles=folder / "mine.csv")


# Splitting


def test_a_split_parts_no_file_and_holds_out_a_share_of_each_style(folder):
    corpus = scan(folder)
    for seed in range(5):
        held_out = split(corpus, by="stratified", seed=seed)
        np.testing.assert_array_equal(held_out, split(corpus, by="stratified", seed=seed))
        for source in range(15):
            assert len(set(held_out[corpus.source == source].tolist())) == 1
        for style in range(3):
            assert held_out[corpus.style == style].mean() == pytest.approx(0.2)
    assert len({split(corpus, seed=seed).tobytes() for seed in range(8)}) > 4


def test_files_that_share_a_bar_stay_on_one_side(tmp_path):
    chain = {f"{n}.mid": midi_file(beat_pair(n)) for n in range(6)}  # each shares a bar with the next
    lay_out(tmp_path, {**chain, **{f"lone{n}.mid": beat(100 + n) for n in range(9)}})
    corpus = scan(tmp_path)
    content = np.concatenate([corpus.velocity, corpus.offset], axis=1).reshape(len(corpus), -1)
    assert corpus.report.duplicate_bars == len(corpus) - len(np.unique(content, axis=0)) >= 5
    assert corpus.report.groups == 10
    linked = [corpus.sources[source] in chain for source in corpus.source]
    assert len(set(corpus.group[linked].tolist())) == 1
    for seed in range(10):
        assert len(set(split(corpus, seed=seed)[linked].tolist())) == 1


def beat_pair(n):
    """Bars n and n + 1 of an endless piece."""
    bars = [notes(0, 480, 960, 1440) + notes((3 + 2 * number) * 30, number=38) for number in (n, n + 1)]
    return bars[0] + [(tick + BAR, message) for tick, message in bars[1]]


def test_something_is_held_out_even_of_styles_with_one_file(tmp_path):
    lay_out(tmp_path, {f"{style}/a.mid": beat(n) for n, style in enumerate(("funk", "jazz", "rock"))})
    corpus = scan(tmp_path)
    for share in (0.1, 0.2):
        assert 0 < split(corpus, share=share).mean() < 1
    part = corpus.subset(~split(corpus))
    assert len(part) == 8
    assert len(split(part)) == 8


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"by": "official"}, "no official split"),
        ({"by": "bar"}, "'official', 'stratified' or 'bars', got 'bar'"),
        ({"share": 0.0}, "between 0 and 1"),
    ],
)
def test_an_impossible_split_is_refused(folder, how, message):
    with pytest.raises(CorpusError, match=message):
        split(scan(folder), **how)


# On disk


def test_a_corpus_is_saved_and_loaded_exactly(folder, tmp_path_factory):
    lay_out(folder, {"funk/triplets.mid": midi_file(notes(0, 160, 325, 477, 1000) + note(0, 5))})
    corpus = scan(folder, licence="CC BY 4.0")
    assert set(corpus.licences) == {"CC BY 4.0"}
    home = tmp_path_factory.mktemp("corpus")
    corpus.save(home)
    again = Corpus.load(home)
    for name in ("velocity", "offset", "meter", "style", "section", "source", "number", "group"):
        np.testing.assert_array_equal(getattr(again, name), getattr(corpus, name))
        assert getattr(again, name).dtype == getattr(corpus, name).dtype
    for name in ("styles", "sources", "splits", "licences", "report"):
        assert getattr(again, name) == getattr(corpus, name)
    assert again.report.notes_not_in_map == {5: 1}
    assert json.loads((home / "report.json").read_text())["bars"] == len(corpus)
    table = parquet.read_table(home / "index.parquet").to_pylist()
    assert len(table) == len(corpus)
    assert table[5] == {
        "file": "funk/1.mid", "bar": 1, "meter": "4/4", "style": "funk", "section": "beat", "split": "",
        "group": int(corpus.group[5]), "strokes": 7,
    }  # fmt: skip


def test_a_corpus_of_several_meters_is_saved_and_loaded_exactly(meters, tmp_path):
    corpus = scan(meters)
    corpus.save(tmp_path / "saved")
    again = Corpus.load(tmp_path / "saved")
    assert again.patterns == corpus.patterns
    assert again.report == corpus.report
    table = parquet.read_table(tmp_path / "saved" / "index.parquet").to_pylist()
    assert [row["meter"] for row in table] == ["4/4", "5/4", "3/4", "6/8"] + ["4/4"] * 4


def test_a_corpus_that_was_saved_before_there_were_meters_is_of_4_4(folder, tmp_path):
    corpus = scan(folder)
    corpus.save(tmp_path)
    with np.load(tmp_path / "bars.npz") as bars:
        np.savez(tmp_path / "bars.npz", **{name: bars[name] for name in bars if name not in ("meter", "licences")})
    report = json.loads((tmp_path / "report.json").read_text())
    del report["meters"], report["without_style"]
    report["styles_share"] = 1.0
    (tmp_path / "report.json").write_text(json.dumps(report))
    again = Corpus.load(tmp_path)
    assert again.patterns == corpus.patterns
    assert again.licences == corpus.licences == ("",) * 15
    assert again.report == corpus.report


def test_a_folder_that_holds_no_corpus_is_refused(tmp_path, folder):
    with pytest.raises(CorpusError, match="holds no corpus"):
        Corpus.load(tmp_path / "nowhere")
    corpus = scan(folder)
    corpus.save(tmp_path)
    (tmp_path / "bars.npz").write_bytes(b"not a zip")
    with pytest.raises(CorpusError, match="holds no corpus"):
        Corpus.load(tmp_path)
    (tmp_path / "report.json").write_text("{}")
    with pytest.raises(CorpusError, match="holds no corpus"):
        Corpus.load(tmp_path)


def test_a_subset_keeps_names_and_report(folder):
    corpus = scan(folder)
    part = corpus.subset(corpus.style == 1)
    assert len(part) == 20
    assert part.report == corpus.report
    np.testing.assert_array_equal(part.velocity, corpus.velocity[corpus.style == 1])


# Nothing to learn from


def test_a_folder_without_anything_usable_is_refused(tmp_path):
    with pytest.raises(CorpusError, match="is not a folder"):
        scan(tmp_path / "nowhere")
    with pytest.raises(CorpusError, match="holds no MIDI file"):
        find_files(tmp_path)
    lay_out(tmp_path, {"a.mid": b"", "b.mid": beat(0)[:20]})
    with pytest.raises(CorpusError, match=r"no MIDI file in .* can be learned from, 2 refused") as refusal:
        scan(tmp_path)
    assert list(refusal.value.refused) == ["a.mid", "b.mid"]
    assert refusal.value.refused["a.mid"] == "empty, 0 bytes"
    assert refusal.value.refused["b.mid"].startswith("broken")


def test_a_hidden_change_of_the_settings_is_impossible():
    assert replace(Selection(), drop_fills=True) != Selection()
    assert corpora.SECTIONS == ("beat", "fill")


@pytest.fixture(scope="module")
def factory():
    return corpora.from_factory(("house", "blues", "waltz"), takes=12)


def test_the_factory_gives_takes_of_each_style_and_counts_what_it_leaves_out(factory):
    assert factory.styles == ("house", "blues", "waltz")
    left_out = factory.report.dropped_bars
    assert set(left_out) == {"the strokes of an earlier bar"}
    assert len(factory) + sum(left_out.values()) == 3 * 12 * 10
    assert set(factory.report.sections) == {"beat", "fill"}
    assert all(factory.sources[source].startswith(f"factory {factory.styles[style]} ")
               for source, style in zip(factory.source, factory.style, strict=True))  # fmt: skip
    again = corpora.from_factory(("house", "blues", "waltz"), takes=12)
    np.testing.assert_array_equal(factory.velocity, again.velocity)


def test_every_style_of_the_factory_keeps_its_meter():
    bars = corpora.from_factory(takes=1)
    assert bars.styles == corpora.learnable_styles()
    assert {bars.styles[style]: METERS[meter] for style, meter in zip(bars.style, bars.meter, strict=True)} == {
        name: grooves.style(name).meter for name in corpora.learnable_styles()
    }
    assert set(bars.report.meters) == {"4/4", "3/4", "6/8", "5/4", "12/8", "9/8", "7/8", "5/8"}
    assert sum(bars.report.meters.values()) == len(bars)
    assert [bar.steps for bar in bars.patterns] == [steps_per_bar(METERS[meter]) for meter in bars.meter]


def test_factory_bars_that_are_nearly_equal_stay_on_one_side(factory):
    flat = factory.hits.reshape(len(factory), -1)
    apart = (flat[:, None] != flat).sum(axis=2)
    assert (apart[~np.eye(len(flat), dtype=bool)] > 0).all()
    same_style = factory.style[:, None] == factory.style
    near = (apart <= 1) & same_style | (factory.source[:, None] == factory.source)
    for seed in range(4):
        held_out = split(factory, seed=seed)
        assert 0 < held_out.mean() < 0.5
        assert (held_out[:, None] == held_out)[near].all()


def test_factory_bars_are_saved_and_loaded_exactly(factory, tmp_path):
    factory.save(tmp_path)
    again = Corpus.load(tmp_path)
    for name in ("velocity", "offset", "meter", "style", "section", "source", "group"):
        np.testing.assert_allclose(getattr(again, name), getattr(factory, name), atol=1e-6)


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"takes": 0}, "got 0"),
        ({"styles": ()}, "one style or more; there are house,"),
    ],
)
def test_a_factory_corpus_without_bars_is_refused(how, message):
    with pytest.raises(CorpusError, match=message):
        corpora.from_factory(**how)


def test_two_corpora_become_one(folder, factory):
    official = replace(scan(folder), splits=("train", "test", "validation") * 5)
    both = corpora.joined(official, factory)
    assert len(both) == len(official) + len(factory)
    assert both.styles == ("blues", "funk", "house", "jazz", "mine", "waltz")
    first, second = both.subset(np.arange(len(official))), both.subset(np.arange(len(official), len(both)))
    for part, was in ((first, official), (second, factory)):
        assert [part.styles[i] for i in part.style] == [was.styles[i] for i in was.style]
        assert [part.sources[i] for i in part.source] == [was.sources[i] for i in was.source]
        assert [part.licences[i] for i in part.source] == [was.licences[i] for i in was.source]
        np.testing.assert_array_equal(part.velocity, was.velocity)
    assert set(first.group).isdisjoint(second.group)
    held_out = split(both)
    np.testing.assert_array_equal(held_out[: len(official)], split(official))
    np.testing.assert_array_equal(held_out[len(official) :], split(factory))
    assert set(both.licences) == {"", corpora.LICENCE}
    assert both.report.bars == len(both)
    assert both.report.styles["house"] == factory.report.styles["house"]
    assert sum(both.report.strokes.values()) == int(both.hits.sum())


def test_a_style_nobody_knows_stays_unknown_in_a_joined_corpus(folder, factory):
    both = corpora.joined(scan(folder, styles="none"), factory)
    assert both.report.without_style == 60
    assert both.report.styles_from == "nowhere and the templates"
    assert both.report.styles_share == pytest.approx(len(factory) / len(both))
    assert (both.style[: 15 * 4] == corpora.NO_STYLE).all()
    assert both.styles == ("blues", "house", "waltz")


def test_corpora_of_different_widths_become_one(folder):
    narrow, wide = scan(folder), corpora.from_factory(("five four", "waltz"), takes=2)
    for one, other in ((narrow, wide), (wide, narrow)):
        both = corpora.joined(one, other)
        assert both.velocity.shape[2] == 80
        assert both.patterns == one.patterns + other.patterns
        assert both.report.meters == {
            "4/4": 60, "3/4": wide.report.meters["3/4"], "5/4": wide.report.meters["5/4"]
        }  # fmt: skip
