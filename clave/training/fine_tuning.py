"""Fine-tuning in one call, for notebooks: `clave.fine_tune`. In a terminal it is `clave adapt`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from clave.errors import TrainingError
from clave.latent.torch_model import training_module
from clave.music.arguments import checked
from clave.rhythm.dataset import Corpus, scan
from clave.rhythm.space import SHIPPED_RHYTHM, RhythmSpace, load_rhythm
from clave.sound.dataset import SoundCorpus
from clave.sound.space import SHIPPED_SOUND, SoundSpace, load_sound
from clave.training.progress import OnProgress
from clave.training.start import SHIPPED, choose_start


@checked(TrainingError)
def fine_tune(
    data: Corpus | SoundCorpus | str | Path,
    into: str | Path,
    *,
    start: str | Path = SHIPPED,
    minutes: float | None = None,
    resume: bool = False,
    card: Mapping[str, str] | None = None,
    progress: OnProgress | None = None,
) -> RhythmSpace | SoundSpace:
    """Make a few bars, or sounds, part of a space that knows many: the space that is written into a folder.

    `data` is what `clave.corpus.scan` or `clave.sounds.scan` has read, or a folder of MIDI. `start` is the space to
    begin with: "shipped", or a folder. `minutes` is how long bars are learned at most; 20 files take about one. `card`
    may state `licence` and `credit`. `progress` is called with a task, what is done of it, and the whole. The space's
    `verdict` says what came of it. Needs the extra `train`.

        space = clave.fine_tune("my-loops", "my-space")
        space.at([[0.5, 0.5]]), space.verdict.says
    """
    found = scan(data) if isinstance(data, str | Path) else data
    folder, session = Path(into), training_module("session").Session(minutes=minutes, on_progress=progress)
    options: dict[str, Any] = {"card": card, "session": session}
    if isinstance(found, SoundCorpus):
        space = choose_start(str(start), "sound", SHIPPED_SOUND, len(found), 1).space
        run = training_module("sound_fine_tuning").fine_tune_sound(
            found, _named(space), folder, again=resume, **options
        )
    else:
        space = choose_start(str(start), "rhythm", SHIPPED_RHYTHM, len(found), 1).space
        tuning = training_module("rhythm_fine_tuning").fine_tune_rhythm
        run = tuning(found, _named(space), folder, resume=resume, **options)
    for _ in run:
        pass
    return load_sound(folder) if isinstance(found, SoundCorpus) else load_rhythm(folder)


def _named(space: Path | None) -> Path:
    if space is None:
        raise TrainingError('fine-tuning begins with a space: start is "shipped" or the folder of one')
    return space
