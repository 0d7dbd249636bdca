"""What a reader needs: numbered beats, axes with units, a velocity scale, a legend beside, groups that differ."""

import clave
from clave.evaluation import rhythm_figures
from clave.evaluation.figures import marks, save


def test_as_many_styles_as_there_may_be_have_a_colour_and_a_marker_of_their_own():
    assert len(set(marks(182))) == 182
    assert all(one[0] != other[0] and one[1] != other[1] for one, other in zip(marks(60), marks(60)[1:], strict=False))


def test_a_matrix_has_its_quarters_numbered_its_voices_named_and_a_velocity_scale():
    bars = clave.grooves.bars("waltz", 1, 0) + clave.grooves.bars("house", 2, 0)
    figure = rhythm_figures.bars(bars, ["waltz", "house", "house"])
    first, second, third, unused, scale = figure.axes
    assert [tick.get_text() for tick in first.get_xticklabels()] == ["1", "2", "3"]
    assert [tick.get_text() for tick in second.get_xticklabels()] == ["1", "2", "3", "4"]
    assert [tick.get_text() for tick in third.get_yticklabels()] == [each.name for each in clave.kit.VOICES]
    assert third.get_xlabel() == "quarter of the bar"
    assert not unused.axison
    assert scale.get_ylabel() == "velocity"


def test_the_waveform_has_units():
    axes = rhythm_figures.waveform(clave.grooves.bars("house", 1, 0)[0]).axes
    assert [ax.get_xlabel() for ax in axes[:2]] == ["quarter of the bar", "time (s), at 120 bpm"]
    assert axes[1].get_ylabel() == "amplitude (full scale)"


def test_a_figure_is_written_as_png_and_as_the_same_svg_every_time(tmp_path):
    bars = clave.grooves.bars("house", 1, 0)
    drawn = [save(tmp_path, {"a": lambda: rhythm_figures.bars(bars, ["<a & b>"])}) for _ in range(2)]
    assert [path.name for path in drawn[0]] == ["a.png", "a.svg"]
    text = drawn[0][1].read_text()
    save(tmp_path, {"a": lambda: rhythm_figures.bars(bars, ["<a & b>"])})
    assert drawn[0][1].read_text() == text
    assert "&lt;a &amp; b&gt;" in text


def test_the_legend_of_the_map_stands_beside_it_and_counts_each_style():
    space = clave.load_rhythm()
    figure = rhythm_figures.latent(space)
    (legend,) = figure.legends
    assert len(legend.get_texts()) == len(set(space.corpus.styles))
    assert "waltz (131)" in {text.get_text() for text in legend.get_texts()}
    assert (figure.axes[0].get_xlabel(), figure.axes[0].get_ylabel()) == ("map x", "map y")
