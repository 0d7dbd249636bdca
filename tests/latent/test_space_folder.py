import json

import pytest

from clave.errors import SpaceError
from clave.latent.space_folder import SpaceFormat, Upgrade, are_names, has, is_card, open_space, renamed, write_settings

RULES = {"voices": ("a list of names", are_names), "size": ("a whole number", lambda value: type(value) is int)}
NEWEST = SpaceFormat(
    "toy",
    RULES,
    upgrades=(
        Upgrade(lambda old: renamed(old, {"names": "voices"}), {"net.onnx": "brain.onnx", "points.npz": "dots.npz"}),
        Upgrade(lambda old: {**old, "size": 2 * old["half"]}, {"decoder.onnx": "net.onnx"}),
    ),
)


def write(folder, **settings):
    (folder / "config.json").write_text(json.dumps({"format": "clave toy space", **settings}))


def test_settings_are_written_and_read_in_the_newest_version(tmp_path):
    write_settings(tmp_path, NEWEST, voices=["a"], size=4, more={"kept": True})
    assert NEWEST.version == 3
    folder = open_space(tmp_path, NEWEST)
    assert folder.settings["version"] == 3
    assert folder.settings["more"] == {"kept": True}  # settings that no rule knows survive
    assert folder.file("decoder.onnx") == tmp_path / "decoder.onnx"


@pytest.mark.parametrize(
    ("settings", "decoder", "points"),
    [
        ({"version": 1, "names": ["a"], "half": 2}, "brain.onnx", "dots.npz"),
        ({"version": 2, "voices": ["a"], "half": 2}, "net.onnx", "points.npz"),
        ({"version": 3, "voices": ["a"], "size": 4}, "decoder.onnx", "points.npz"),
    ],
)
def test_every_version_is_read_as_the_newest(tmp_path, settings, decoder, points):
    write(tmp_path, **settings)
    before = (tmp_path / "config.json").read_text()
    folder = open_space(tmp_path, NEWEST)
    assert (folder.settings["voices"], folder.settings["size"]) == (["a"], 4)
    assert folder.file("decoder.onnx").name == decoder
    assert folder.file("points.npz").name == points
    assert folder.file("card.md").name == "card.md"
    assert (tmp_path / "config.json").read_text() == before


@pytest.mark.parametrize("version", [0, 4, "2", None, True, 1.0])
def test_versions_that_do_not_exist_are_refused(tmp_path, version):
    write(tmp_path, version=version, voices=[], size=1)
    with pytest.raises(SpaceError, match=f"is of format version {version}; this Clave reads versions 1 to 3"):
        open_space(tmp_path, NEWEST)


def test_settings_are_checked_after_they_are_upgraded(tmp_path):
    write(tmp_path, version=1, names="a", half=2)
    with pytest.raises(SpaceError, match="voices is a list of names, got 'a'"):
        open_space(tmp_path, NEWEST)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "it has no config.json"),
        ("{", "is not JSON"),
        ("[]", "does not describe a toy space"),
        ('{"format": "clave sound space", "version": 1}', "its format is not 'clave toy space'"),
        ('{"format": "clave toy space", "version": 3, "voices": []}', "lacks size"),
        ('{"format": "clave toy space", "version": 3, "voices": [1], "size": 1}', "voices is a list of names"),
    ],
)
def test_what_is_no_such_space_is_refused_with_the_reason(tmp_path, text, reason):
    if text is not None:
        (tmp_path / "config.json").write_text(text)
    with pytest.raises(SpaceError, match=reason):
        open_space(tmp_path, NEWEST)


def test_an_upgrade_that_an_old_space_lacks_the_settings_for_is_refused(tmp_path):
    write(tmp_path, version=2, voices=["a"])
    with pytest.raises(SpaceError, match="lacks half"):
        open_space(tmp_path, NEWEST)


def test_a_card_has_a_name_a_licence_and_a_credit():
    assert is_card({"name": "x", "licence": "CC0", "credit": ""})
    assert not is_card({"name": "x", "licence": "CC0"})
    assert not is_card({"name": "x", "licence": "CC0", "credit": 3})
    assert has({"a": 1}, ["a"], bool)
    assert not has([], ["a"], bool)
