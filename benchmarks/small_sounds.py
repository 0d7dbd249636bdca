"""What a few sounds make of the shipped sound space: 12 of one kit, and 200 of one machine.

    python benchmarks/small_sounds.py [FOLDER] [--draws 50] [--scratch] [--quick] [--json FILE]

FOLDER (or $CLAVE_DATA/oneshots) holds one-shots with their manifest.csv. Each set is learned as `clave learn sound`
learns it by default. Draws are judged by the classifier of `clave evaluate sound`, which is trained here on kits that
neither the space nor the sets have. `--scratch` learns each set from scratch too. About 15 minutes on one core.
"""

import csv
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from measuring import add_folder, options, print_table, write_json

from clave.errors import CorpusError
from clave.evaluation.sound import classifier, samples
from clave.evaluation.sound.classifier import Classifier
from clave.evaluation.sound.data import Drums, training_names
from clave.files import audio_file
from clave.latent.code import Code
from clave.music.clip import Clip
from clave.music.kit import VOICES
from clave.sound import comparison, dataset
from clave.sound.dataset import SoundCorpus
from clave.sound.space import SHIPPED_SOUND, SoundSpace, load_sound
from clave.training import recipes
from clave.training.small_runs import fitted
from clave.training.sound_data import divide
from clave.training.sound_fine_tuning import fine_tune_sound
from clave.training.sound_run import learn_sound
from clave.training.sound_verdict import places, sound_verdict

SETS = {  # name -> source, kit (None: all of the source), sounds
    "12 of a TR-909": ("lmms-drumsynth", "ds_tr909", 12),
    "12 of a recorded kit": ("hydrogen-drumkits", "VariBreaks", 12),
    "200 of a machine": ("lmms-drumsynth", None, 200),
}
NEAR_VARIATION, NEAR_DRAWS = 0.8, 200  # draws at the places of the sounds, as those of a kit
MOST_DECODED = 60  # sounds, encoded and decoded with phase
OLD_SOUNDS = 400  # of those that the space was learned from

Row = dict[str, str]


def main() -> None:
    parser = options(__doc__)
    add_folder(parser, "oneshots")
    parser.add_argument("--draws", type=int, default=50, help="of each voice")
    parser.add_argument("--scratch", action="store_true", help="learn each set from scratch too")
    given = parser.parse_args()
    with (given.folder / "manifest.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    shipped, draws = load_sound(), 4 if given.quick else given.draws
    chosen = {name: rows_of(rows, *which) for name, which in SETS.items()}
    with tempfile.TemporaryDirectory() as scratch:
        known, sources = training_names(shipped), {source for source, _, _ in SETS.values()}
        unheard = [row for row in rows if row["tier"] == "B" and row["source"] not in sources]
        judge = trained(scan(given.folder, unheard, Path(scratch)), given.folder, quick=given.quick)
        old_rows = [row for row in rows if row["path"] in known]
        old_rows = old_rows[:: max(1, len(old_rows) // (10 if given.quick else OLD_SOUNDS))]
        old = scan(given.folder, old_rows, Path(scratch))
        found: dict[str, Any] = {"shipped": {"recognised": judged_draws(shipped, judge, draws), **of_old(shipped, old)}}
        for name, part in chosen.items():
            own = scan(given.folder, part, Path(scratch))
            clips = [(audio_file.read(given.folder / own.sources[s]), VOICES[v]) for s, v in pairs(own)][:MOST_DECODED]
            found[f"{name}, shipped"] = of_own(shipped, own, clips, judge)
            for way, space, seconds in spaces(given.folder, part, own, Path(scratch, name), scratch=given.scratch):
                found[f"{name}, {way}"] = {
                    "seconds": seconds, "recognised": judged_draws(space, judge, draws),
                    **of_own(space, own, clips, judge), **(of_old(space, old) if way != "from scratch" else {}),
                    "playable": float(sound_verdict(space, own)[0].playable),
                }  # fmt: skip
    columns = list(dict.fromkeys(key for row in found.values() for key in row))
    cells = ([name, *(f"{row[key]:.3g}" if key in row else "" for key in columns)] for name, row in found.items())
    print_table(("space", *columns), cells)
    write_json(found, given.json)


def rows_of(rows: Sequence[Row], source: str, kit: str | None, count: int) -> list[Row]:
    """So many sounds of a kit, or of all kits of a source, always the same."""
    there = [row for row in rows if row["source"] == source and kit in (None, row["kit"])]
    drawn = np.random.default_rng(0).permutation(len(there))[:count]
    return [there[index] for index in sorted(drawn)]


def scan(folder: Path, rows: Sequence[Row], scratch: Path, variants: int = 0) -> SoundCorpus:
    """Some of the sounds of the folder."""
    listing = scratch / "list.csv"
    with listing.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    return dataset.scan(folder, listing, variants=variants)


def pairs(corpus: SoundCorpus) -> Iterator[tuple[int, int]]:
    """Source and voice of each sound."""
    return zip(corpus.source.tolist(), corpus.voice.tolist(), strict=True)


def trained(corpus: SoundCorpus, folder: Path, *, quick: bool) -> Classifier:
    """The classifier that judges."""
    clips = (audio_file.read(folder / corpus.sources[source]) for source, _ in pairs(corpus))
    names = [corpus.sources[source] for source, _ in pairs(corpus)]
    drums = Drums.of(clips, corpus.voice.tolist(), corpus.group.tolist(), names)
    drums = drums if quick else classifier.training_drums(drums, lambda *_: None)
    return classifier.train(drums, steps=20 if quick else None)


def judged_draws(space: SoundSpace, judge: Classifier, draws: int) -> float:
    """The share of draws of all maps that the judge takes for their voice, as `clave evaluate sound` has it."""
    drums = samples.draw(space, draws, 0, lambda *_: None)
    return samples.balanced_share(judge(drums.sounds).voice == drums.voice, drums.voice)


def of_old(space: SoundSpace, old: SoundCorpus) -> dict[str, float]:
    """How far the sounds of the shipped space are from what the maps expect at their places."""
    return {"old_map_db": comparison.measure_log_spectrograms(space, old)["error_db_map"]}


def of_own(space: SoundSpace, own: SoundCorpus, clips: Sequence[tuple[Clip, Any]], judge: Classifier) -> dict[str, Any]:
    """The sounds encoded and decoded, phase included; from their places alone; and draws at their places."""
    clips = [(clip, voice) for clip, voice in clips if voice.name in space.voices]
    own = own.subset(np.isin(own.voice, [VOICES.index(voice) for voice in VOICES if voice.name in space.voices]))
    points, drawn, voices, of_map = places(space, own), list[Clip](), list[int](), list[float]()
    for row in range(len(own)):
        voice, times = VOICES[own.voice[row]], max(1, NEAR_DRAWS // len(own))
        expected = space.log_spectrograms(space.expected(points[[row]], voice), voice)[0]
        of_map.append(comparison.DB_PER_NEPER * float(np.sqrt(np.square(expected - own.log_spectrogram[row]).mean())))
        code = space.codes_at(np.repeat(points[[row]], times, axis=0), voice, NEAR_VARIATION, list(range(times)))
        drawn += space.decode(Code(code.map, code.detail), voice)
        voices += [voice.index] * times
    near = Drums.of(drawn, voices, list(range(len(drawn))), [""] * len(drawn))
    real = Drums.of(
        [clip for clip, _ in clips], [voice.index for _, voice in clips], [0] * len(clips), [""] * len(clips)
    )
    return {
        "encoded_db": comparison.measure(space, clips)["log_spectral_distance_db"],
        "own_map_db": float(np.mean(of_map)),
        "near_recognised": samples.balanced_share(judge(near.sounds).voice == near.voice, near.voice),
        "own_recognised": samples.balanced_share(judge(real.sounds).voice == real.voice, real.voice),
    }


def spaces(
    folder: Path, rows: Sequence[Row], own: SoundCorpus, out: Path, *, scratch: bool
) -> Iterator[tuple[str, SoundSpace, float]]:
    """The spaces that a set becomes, each with the seconds of a processor that it took, sounds read."""
    began = time.process_time()
    list(fine_tune_sound(own, SHIPPED_SOUND, out / "tuned"))
    yield "fine-tuned", load_sound(out / "tuned"), time.process_time() - began
    if scratch:
        recipe = recipes.sound()
        corpus = scan(folder, rows, out, recipe.model.variants)  # pyright: ignore[reportAttributeAccessIssue]
        began = time.process_time()
        try:
            count = len(divide(corpus, recipe.seed).train)
        except CorpusError as error:
            print(f"not from scratch: {error}")
            return
        list(learn_sound(corpus, fitted(recipe, count), out / "scratch"))
        yield "from scratch", load_sound(out / "scratch"), time.process_time() - began


if __name__ == "__main__":
    main()
