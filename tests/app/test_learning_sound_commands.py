"""From a folder of one-shots to a space of one's own and a groove played on it, by commands alone."""

from pathlib import Path

import pytest
from toy_sounds import toy_tunable_space
from typer.testing import CliRunner

from clave import factory, sounds, wav
from clave.app.cli import app
from clave.app.cli.learn_sounds import sound_recipe, sounds_start
from clave.app.kit_builder import KitBuilder
from clave.app.kit_library import KitLibrary
from clave.music.kit import VOICES
from clave.sound.space import SHIPPED_SOUND, load_sound
from clave.training.checkpoint import CHECKPOINT


def clave(*words: str | Path) -> tuple[int, str]:
    """Exit code and output of a command."""
    done = CliRunner().invoke(app, [str(word) for word in words])
    return done.exit_code, done.output + (str(done.exception) if done.exception else "")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three kits, and a file that is none."""
    place = tmp_path_factory.mktemp("drums")
    for recipe in factory.KITS[:3]:
        for voice in VOICES[:3]:
            wav.write(place / recipe.name / f"{voice.name}.wav", factory.kit(recipe.name)[voice])
    (place / "kick broken.wav").write_text("no sound")
    return place


def test_a_folder_becomes_a_space_that_is_played(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "mine"
    command = ("learn", "sound", folder, "-o", out, "--recipe", "quick", "--epochs", "1", "--variants", "5")
    code, said = clave(*command, "--factory", "1", "--licence", "mine", "--credit", "me")
    assert code == 0, said
    assert "10 sound files, 9 kept, 1 refused" in said
    assert "refused: kick broken.wav: not a sound file" in said
    assert "epoch 1 of 1: held-out sounds come back within " in said
    assert sounds.SoundCorpus.load(out).report.files == 10
    assert "| licence | mine |" in (out / "card.md").read_text()

    code, said = clave(*command)
    assert code == 1
    assert "already holds a run" in said

    code, said = clave("groove", "--kit", "space", "--sound", out, "--bars", "1", "-o", tmp_path)
    assert code == 0, said
    assert wav.read(tmp_path / "groove.wav").peak > 0.01


def test_a_sound_space_goes_with_its_kit_alone(tmp_path: Path) -> None:
    code, said = clave("groove", "--kit", "punch", "--sound", tmp_path, "-o", tmp_path)
    assert code == 2
    assert "decoded, got --kit punch" in " ".join(said.replace("│", " ").split())


def test_an_unknown_recipe_is_refused_before_anything_is_read(folder: Path, tmp_path: Path) -> None:
    code, said = clave("learn", "sound", folder, "-o", tmp_path / "x", "--recipe", "magic")
    assert code == 1
    assert "sound, quick" in said


def test_a_few_sounds_become_part_of_a_space_that_is_there(folder: Path, tmp_path: Path) -> None:
    start, out = toy_tunable_space(tmp_path / "start"), tmp_path / "mine"
    command = ("learn", "sound", folder, "-o", out, "--from", start, "--licence", "CC0")
    code, said = clave(*command)
    assert code == 0, said
    assert f"fine-tuning {start} with 9 sounds" in said
    assert "epoch 1 of 1: at their places, the maps give your sounds within " in " ".join(said.split())
    assert "9 sounds became part of a space that knew many before" in said
    space = load_sound(out)
    assert len(space.own_sources) == 9
    builder = KitBuilder(space, [], KitLibrary(tmp_path / "home"))
    assert builder.map(0).licences.count("yours") == 3
    code, said = clave(*command)
    assert code == 1
    assert "already holds a space" in said
    code, said = clave("learn", folder, "-o", tmp_path / "both", "--from", start, "--epochs", "3", "--minutes", "1")
    assert code == 0, said
    assert "not used: --epochs and --minutes, as this takes seconds" in said
    assert f"play it with: clave play --sound {tmp_path / 'both' / 'sound'}" in said or "nothing yet" in said


@pytest.mark.parametrize(
    ("start", "count", "begins"),
    [("auto", 12, SHIPPED_SOUND), ("auto", 1000, None), ("scratch", 12, None), ("shipped", 1500, SHIPPED_SOUND)],
)
def test_few_sounds_begin_with_the_shipped_space(start: str, count: int, begins: Path | None, tmp_path: Path) -> None:
    assert sounds_start(tmp_path, start, count).space == begins
    (tmp_path / CHECKPOINT).touch()
    held = sounds_start(tmp_path, start, count).space
    assert held == (None if start == "auto" else begins)


def test_the_papers_recipe_stays_and_others_have_steps_enough() -> None:
    assert sound_recipe("paper", 3, 12).epochs == 500
    assert sound_recipe("quick", 3, 12).epochs >= 500
    assert sound_recipe("sound", 3, 12).seed == 3
