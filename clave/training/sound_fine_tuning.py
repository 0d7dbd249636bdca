"""Fine-tuning a sound space: a few sounds get places on the maps of their voices, and bend them there.

Nothing is trained: the shifts of `map_shifts` are fitted in one step. docs/experiments/small-data.md has what was
tried.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from clave.errors import TrainingError
from clave.files import whole_file
from clave.latent.space_folder import SpaceFolder, open_space, write_settings
from clave.music.kit import VOICES
from clave.music.kit import voice as voice_of
from clave.music.shapes import Float32
from clave.sound.corpus_map import CREDITS_FILE, write_corpus
from clave.sound.dataset import Credit, SoundCorpus, credits_of, read_credits, write_credits
from clave.sound.dataset.data_hash import data_hash
from clave.sound.space import SoundSpace
from clave.sound.space_format import SOUND_FORMAT
from clave.training.checkpoint import CHECKPOINT
from clave.training.credits import credits_text
from clave.training.map_shifts import Places, SoundFineTuning, with_shifts
from clave.training.model_card import CARD_FILE, model_card, write_metrics
from clave.training.models.sound_model import SoundModel
from clave.training.models.sound_vae import SoundVAE
from clave.training.provenance import provenance
from clave.training.run import Epoch
from clave.training.run_lock import only_run
from clave.training.session import Session
from clave.training.shipped import load_sound_model
from clave.training.sound_data import to_sounds
from clave.training.sound_shown import SHOWN
from clave.training.sound_verdict import places, sound_verdict
from clave.training.space_writer import SETTINGS_FILE, new_space, write_networks
from clave.training.tensor_file import halved
from clave.training.tuned_card import tuned_card
from clave.training.workers import alone

NOT_KEPT = ("format", "version", "metrics", "verdict")  # of the settings of the space it began with
MAX_SOUNDS = 2000  # a solver's time grows by the cube of them, a space's by 0.5 kB each


@dataclass(frozen=True, eq=False)
class Tuned:
    """What is written: a model, and the space and sounds that it is made of."""

    source: SpaceFolder
    before: SoundSpace
    model: SoundVAE
    own: SoundCorpus
    points: Float32[np.ndarray, "sound map"]  # of the maps, where the sounds have their places
    settings: SoundFineTuning


def fine_tune_sound(
    corpus: SoundCorpus,
    start: Path,
    folder: Path,
    settings: SoundFineTuning | None = None,
    *,
    card: Mapping[str, Any] | None = None,
    again: bool = False,
    session: Session | None = None,
) -> Iterator[Epoch]:
    """Give the space in `start` these sounds, in one step; at the end `folder` holds the space it became.

    It keeps the sounds on its maps, and the way back from a sound to its code. A space that `folder` holds is replaced
    only if it is done `again`. Raises TrainingError for a space that cannot be fine-tuned, voices that it does not
    know, too many sounds, or a `folder` that holds a run, a space, or the space to begin with.
    """
    own, given, began = corpus.themselves(), settings or SoundFineTuning(), time.monotonic()
    if start.resolve() == folder.resolve():
        raise TrainingError(f"{folder} is the space to begin with: choose another folder for what it becomes")
    with only_run(folder), whole_file.naming(folder):
        if (folder / CHECKPOINT).is_file():
            raise TrainingError(f"{folder} already holds a run from scratch: choose another folder")
        if (folder / SETTINGS_FILE).is_file() and not again:
            raise TrainingError(f"{folder} already holds a space: choose another folder")
        source = open_space(start, SOUND_FORMAT)
        space, model = SoundSpace(source), load_sound_model(start)
        tunable = _checked(model, space, own)
        points = places(space, own)
        at, kept = Places.in_networks(space, points, own.voice), _places_of_corpus(space)
        spread = np.array(source.settings["spread"], np.float32)
        tuned = with_shifts(tunable, own.log_spectrogram, at, kept, spread, given)
        tuned.load_state_dict(halved(tuned.state_dict()))
        own.save(folder)
        if session is not None and session.shows:
            SHOWN.preview(tuned, to_sounds(own), folder)
        found = _write_space(Tuned(source, space, tuned, own, points, given), folder, card or {})
        scores = {"error_db_own": found["map_error_db"], "error_db_own_before": found["shipped_map_error_db"]}
        yield Epoch(1, 1, time.monotonic() - began, {}, {}, True, scores)


def _checked(model: SoundModel, space: SoundSpace, own: SoundCorpus) -> SoundVAE:
    if not isinstance(model, SoundVAE):
        raise TrainingError(
            f"only spaces of the recipes sound and quick can be fine-tuned, got a model of {type(model).__name__}"
        )
    if not 1 <= len(own) <= MAX_SOUNDS:
        raise TrainingError(
            f"fine-tuning takes 1 to {MAX_SOUNDS} sounds, got {len(own)}: "
            f"say --limit {MAX_SOUNDS}, or learn a space of their own (--from scratch)"
        )
    unknown = [VOICES[index].name for index in np.unique(own.voice) if VOICES[index].name not in space.voices]
    if unknown:
        raise TrainingError(
            f"{space.folder} has not learned {', '.join(unknown)}; its voices are: {', '.join(space.voices)}"
        )
    return model


def _places_of_corpus(space: SoundSpace) -> Places:
    """Where the sounds lie that the space was learned from."""
    maps = [space.corpus(name).map for name in space.voices]
    voice = [np.full(len(there), voice_of(name).index) for there, name in zip(maps, space.voices, strict=True)]
    return Places.in_networks(space, np.concatenate(maps), np.concatenate(voice))


def _write_space(tuned: Tuned, folder: Path, card: Mapping[str, Any]) -> dict[str, float]:
    """Write what the space has become, as a whole or not at all; what was measured of it."""
    before, own, kept = tuned.before, tuned.own, tuned.source.settings
    names = [own.sources[index] for index in own.source]
    credited = [each for each in _old_credits(before) if each.path not in set(names)] + credits_of(own)
    origin = provenance("sound", data_hash(credits_of(own)), alone("cpu"))
    settings: dict[str, Any] = {name: value for name, value in kept.items() if name not in NOT_KEPT} | {
        "model": dict(kept["model"]) | {"centres": tuned.model.config.centres},
        "own_sources": sorted({*before.own_sources, *names}),
        "card": tuned_card(before.card, before.folder, folder, {"your sounds": len(own)}, card) | origin,
    }
    with new_space(folder) as files:
        write_networks(files, tuned.model, SOUND_FORMAT)
        _write_both(files, before, own, names, tuned.points)
        found, measured = sound_verdict(SoundSpace(SpaceFolder(files, settings)), own, beside=before, fine_tuned=True)
        settings |= {"metrics": measured, "verdict": found.to_dict()}
        write_settings(files, SOUND_FORMAT, **settings)
        write_metrics(files, measured)
        write_credits(files / CREDITS_FILE, credited)
        text = model_card(
            settings["card"], measured, asdict(tuned.settings), kind="sound",
            measured_on="your sounds and draws of all maps", verdict=found.says,
        )  # fmt: skip
        whole_file.write(files / CARD_FILE, (text + credits_text(credited)).encode())
    return measured


def _old_credits(space: SoundSpace) -> list[Credit]:
    path = space.folder / CREDITS_FILE
    return read_credits(path) if path.is_file() else []


def _write_both(
    folder: Path, before: SoundSpace, own: SoundCorpus, names: list[str], points: Float32[np.ndarray, "sound map"]
) -> None:
    """The sounds of the space and the new ones on its maps; a file that is there already takes its new place."""
    sources, voice, place, described = list(names), [own.voice.astype(np.int64)], [points], [own.descriptors]
    known = bool(np.isfinite(own.descriptors[:, 0]).all())
    for name in before.voices:
        there = before.corpus(name)
        stays = [row for row, source in enumerate(there.sources) if source not in set(names)]
        sources += [there.sources[row] for row in stays]
        voice.append(np.full(len(stays), voice_of(name).index))
        place.append(there.map[stays])
        known = known and there.descriptors is not None
        described.append(there.descriptors[stays] if there.descriptors is not None else own.descriptors[:0])
    both = np.concatenate(described) if known else None
    write_corpus(folder, np.concatenate(place), np.concatenate(voice), sources, both)
