"""Bars a second in training, beside the paper's kind of loop; and which share of a thread's matrix peak that is.

python benchmarks/training.py [--quick] [--json FILE]

The paper's kind of loop has one bar a file, and a DataLoader whose `__getitem__` parses the file with pretty_midi
(pip install pretty_midi); ours has read the files before and holds the bars as tensors. Both train the paper's model in
one process and one thread, on the same files, with the same batch, and take turns: the ratio is of processor time,
which other programs disturb least. Our own recipes are measured beside them.
"""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import torch
from measuring import options, print_table, write_json
from torch.utils.data import DataLoader, Dataset
from torch.utils.flop_counter import FlopCounterMode

from clave.files import midi
from clave.rhythm import dataset
from clave.rhythm.dataset import from_factory
from clave.training.loop import Recipe, begin, fit
from clave.training.models.bars import VOICE_COUNT
from clave.training.models.paper_rhythm_vae import PAPER_STEPS
from clave.training.recipes import by_name, paper
from clave.training.rhythm_data import to_bars

BATCH = 128  # of our recipes; the paper's is 8
MATRIX = 1024  # rows and columns, whose product gives the peak


def seconds_of(step: Callable[[], object]) -> float:
    """Of processor."""
    began = time.process_time()
    step()
    return time.process_time() - began


def matrix_peak() -> float:
    """Multiplications and additions a second of one thread, in the best of some products of matrices."""
    a, b = torch.randn(MATRIX, MATRIX), torch.randn(MATRIX, MATRIX)
    return 2 * MATRIX**3 / min(seconds_of(lambda: a @ b) for _ in range(10))


class FileBars(Dataset[torch.Tensor]):
    """A bar a file, parsed when it is asked for."""

    def __init__(self, files: list[Path]) -> None:
        self.files, self.voices = files, midi.load_drum_map("general-midi").voices

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, index: int) -> torch.Tensor:
        from pretty_midi import PrettyMIDI

        read, hits = PrettyMIDI(str(self.files[index])), torch.zeros(VOICE_COUNT, PAPER_STEPS)
        beat = 60 / read.get_tempo_changes()[1][0]
        for instrument in read.instruments:
            for note in instrument.notes:
                step = int(note.start / beat * PAPER_STEPS / 4)
                if self.voices[note.pitch] >= 0 and step < PAPER_STEPS:
                    hits[self.voices[note.pitch], step] = 1
        return hits


def paper_kind_of_loop(files: list[Path], recipe: Recipe) -> Iterator[float]:
    """Steps of the paper's model as such loops are written."""
    run = begin(recipe)
    model, optimizer = run.model, torch.optim.Adam(run.model.parameters(), lr=recipe.learning_rate)
    rng = torch.Generator().manual_seed(0)
    while True:
        for hits in DataLoader(FileBars(files), batch_size=recipe.batch_size, shuffle=True, drop_last=True):
            posterior = model.posterior(hits)
            z = posterior.sample(rng)
            nll = torch.nn.functional.binary_cross_entropy_with_logits(model.decode(z), hits, reduction="none")
            loss = nll.sum(dim=(1, 2)).mean() + posterior.kl_to(posterior.standard()).sum(-1).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            yield float(loss.detach())


def flops_of(recipe: Recipe, bars) -> int:
    """Multiplications and additions of one step's matrix products, forward and backward."""
    run = begin(recipe)
    with FlopCounterMode(display=False) as counter:
        next(fit(run, bars))
    return counter.get_total_flops()


def main() -> None:
    parser = options(__doc__)
    chosen = parser.parse_args()
    rounds, steps = (1, 2) if chosen.quick else (5, 8)
    torch.set_num_threads(1)
    numbers: dict[str, object] = {"peak_gflops": round(matrix_peak() / 1e9, 1)}
    with tempfile.TemporaryDirectory() as place:
        files = [Path(place) / f"{number}.mid" for number in range(2 * BATCH if chosen.quick else 4 * BATCH)]
        for file, pattern in zip(files, from_factory(("funk", "house"), takes=60).patterns, strict=False):
            midi.write(file, [pattern])
        files = [file for file in files if file.is_file()]
        bars = to_bars(dataset.scan(Path(place)), PAPER_STEPS)
        for batch in (BATCH, 8):
            recipe = replace(paper(), batch_size=batch, epochs=100_000)
            theirs, ours = paper_kind_of_loop(files, recipe), fit(begin(recipe), bars)
            next(theirs)
            next(ours)
            pairs = [
                [seconds_of(lambda loop=loop: list(islice(loop, steps))) / steps for loop in (theirs, ours)]
                for _ in range(rounds)
            ]
            seconds = [statistics.median(each) for each in zip(*pairs, strict=True)]
            numbers[f"paper, batch {batch}"] = {
                "paper_kind_bars_a_second": round(batch / seconds[0]), "bars_a_second": round(batch / seconds[1]),
                "ratio": round(statistics.median(a / b for a, b in pairs), 1),
                "share_of_peak": round(flops_of(recipe, bars) / seconds[1] / matrix_peak(), 2),
            }  # fmt: skip
    for name in ("quick", "rhythm"):
        numbers[f"{name}, batch {BATCH}"] = own_recipe(name, rounds, steps)
    print_table(
        ("recipe", "paper's kind of loop, bars a second", "ours", "ratio", "share of the matrix peak"),
        [(name, *(each.get(key, "") for key in KEYS)) for name, each in numbers.items() if isinstance(each, dict)],
    )
    print(f"matrix peak of a thread: {numbers['peak_gflops']} GFLOP/s")
    write_json(numbers, chosen.json)


KEYS = ("paper_kind_bars_a_second", "bars_a_second", "ratio", "share_of_peak")


def own_recipe(name: str, rounds: int, steps: int) -> dict[str, object]:
    """Bars a second of one of our recipes, on bars with points at random: its map is learned before."""
    corpus = from_factory(("funk", "house"), takes=40)
    recipe = by_name(name, len(corpus.styles))
    recipe = replace(recipe, model=recipe.model.fitted_to(corpus.hits), epochs=100_000)
    bars, rng = to_bars(corpus), torch.Generator().manual_seed(0)
    point, turned = torch.randn(len(bars), 2, generator=rng), torch.randn(len(bars), 3, 2, generator=rng)
    bars = replace(bars, point=point, turned_point=turned)
    loop = fit(begin(recipe), bars)
    next(loop)
    seconds = statistics.median(seconds_of(lambda: list(islice(loop, steps))) / steps for _ in range(rounds))
    share = flops_of(recipe, bars) / seconds / matrix_peak()
    return {"bars_a_second": round(recipe.batch_size / seconds), "share_of_peak": round(share, 2)}


if __name__ == "__main__":
    main()
