"""One worker beside two and four: their losses step by step, a run that goes on with another number, and kill -9.

python benchmarks/workers.py losses [STEPS]     # 200: the largest difference of any loss, as a share of it
python benchmarks/workers.py resume             # stopped half-way with one number of workers, ended with another
python benchmarks/workers.py kill [TIMES] [WORKERS]  # killed at so many random moments, beside a run that was not
"""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from itertools import islice
from pathlib import Path

import torch

from clave.rhythm.dataset import from_factory
from clave.training import run as run_module
from clave.training.checkpoint import CHECKPOINT
from clave.training.loop import begin, fit
from clave.training.models.rhythm_vae import RhythmVAE
from clave.training.recipes import by_name
from clave.training.rhythm_data import to_bars
from clave.training.run import open_run, train
from clave.training.run_lock import OWNER_FILE, only_run
from clave.training.session import RunStoppedError, Session
from clave.training.tensor_file import load_tensors
from clave.training.workers import joined

STEPS, EPOCHS = 200, 8  # of the losses; of the runs that are stopped and killed
KILLS, LONGEST = 10, 6.0  # seconds after the first step within which a run is killed
WORKERS = ((1, 1), (1, 2), (2, 1), (1, 4), (2, 2), (4, 1))  # and parts, one after the other, of each one's share
MANY_TAKES, FEW_TAKES = 400, 40  # some 6,000 bars, so that 200 steps do not learn them by heart, and 600


def examples(takes: int):
    """A recipe, and bars of our own grooves at random points: the map's own training is the same for all."""
    corpus = from_factory(("funk", "house"), takes=takes)
    recipe = by_name("quick", len(corpus.styles))
    recipe = replace(recipe, model=recipe.model.fitted_to(corpus.hits), epochs=EPOCHS)
    bars, rng = to_bars(corpus), torch.Generator().manual_seed(0)
    point, turned = torch.randn(len(bars), 2, generator=rng), torch.randn(len(bars), 3, 2, generator=rng)
    return recipe, replace(bars, point=point, turned_point=turned)


def worker(kind: str, out: Path, steps: int, parts: int) -> None:
    """What each worker does: take steps, or learn in a folder until a step."""
    torch.set_num_threads(1)
    recipe, bars = examples(MANY_TAKES if kind == "losses" else FEW_TAKES)
    with joined("cpu", accumulate=parts) as workers:
        if kind == "losses":
            taken = islice(fit(begin(replace(recipe, epochs=1000)), bars, workers), steps)
            losses = [{**step.losses, "total": step.total} for step in taken]
            if workers.leads:
                out.write_text(json.dumps(losses), "utf-8")
            return
        RhythmVAE.before_training = lambda *_: None
        RhythmVAE.prepared = lambda _model, given, _noise: given
        run_module.KEEP_SECONDS = 0.2  # so that a run is killed between checkpoints of many steps
        left = [steps]

        def wish():
            left[0] -= 1
            if workers.leads:
                print("step", flush=True)
            return "later" if left[0] == 0 else None

        resume = (out / CHECKPOINT).is_file()
        with workers.lead_holds(only_run(out)):
            opened = open_run(recipe, "bars", out, resume=resume, workers=workers)
            try:
                list(train(opened, bars, bars[:64], Session(workers, wish=wish)))
            except RunStoppedError:
                return


def command(count: int, *words: object) -> list[str]:
    launcher = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(count)] if count > 1 else []
    return [sys.executable, *launcher, __file__, "worker", *map(str, words)]


def started(count: int, *words: object) -> subprocess.Popen[str]:
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        command(count, *words), env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        start_new_session=True,
    )  # fmt: skip


def done(count: int, *words: object) -> None:
    with started(count, *words) as process:
        process.communicate()
        assert process.returncode == 0, f"{words} with {count} workers ended with {process.returncode}"


def weights(folder: Path) -> torch.Tensor:
    tensors, _ = load_tensors(folder / CHECKPOINT)
    return torch.cat([tensors[name].flatten().double() for name in sorted(tensors)])


def compare_losses(place: Path, steps: int) -> None:
    """Beside one process that computes each batch in as many parts, since floats add up to others in another order.

    Differences are shares of the sum of the sizes of a step's losses: their total may be 0.
    """
    found: dict[tuple[int, int], list[dict[str, float]]] = {}
    print(f"| workers | parts of each | steps | apart from one worker | from one with as many parts |\n|{'---|' * 5}")
    for count, parts in WORKERS:
        done(count, "losses", place / f"{count} {parts}.json", steps, parts)
        found[count, parts] = json.loads((place / f"{count} {parts}.json").read_text("utf-8"))
        one, same = (largest_difference(found[count, parts], found[1, other]) for other in (1, count * parts))
        print(f"| {count} | {parts} | {steps} | {one:.1e} | {same:.1e} |", flush=True)


def largest_difference(ours: list[dict[str, float]], theirs: list[dict[str, float]]) -> float:
    return max(
        abs(one[name] - loss) / sum(map(abs, other.values()))
        for one, other in zip(ours, theirs, strict=True)
        for name, loss in other.items()
    )


def compare_resumed(place: Path) -> None:
    done(1, "learn", place / "whole", -1)
    whole = weights(place / "whole")
    print("| stopped with | ended with | largest difference of a weight | bit for bit |\n|---|---|---|---|")
    for first, second in ((1, 1), (2, 2), (1, 2), (2, 1), (2, 4)):
        folder = place / f"{first} {second}"
        done(first, "learn", folder, 11)
        done(second, "learn", folder, -1)
        other = weights(folder)
        apart = float((other - whole).abs().max())
        print(f"| {first} | {second} | {apart:.1e} | {'yes' if torch.equal(other, whole) else 'no'} |", flush=True)


def kill(place: Path, times: int, count: int) -> None:
    """Kill the first worker of a run so many times, anywhere; a checkpoint that is not whole could not be read here."""
    done(count, "learn", place / "whole", -1)
    chance, folder, kills = random.Random(0), place / "killed", 0
    while kills < times:
        with started(count, "learn", folder, -1) as process:
            assert process.stdout is not None
            for _ in range(1 + chance.randrange(3)):
                process.stdout.readline()  # a step
            time.sleep(chance.random() * LONGEST / times)
            ended = process.poll() is not None
            if not ended:
                os.kill(json.loads((folder / OWNER_FILE).read_text("utf-8"))["pid"], signal.SIGKILL)
                kills += 1
            process.wait()  # the launcher ends the others
        at = json.loads(load_tensors(folder / CHECKPOINT)[1]["settings"])["step"]
        left = sorted(path.name for path in folder.glob(".*"))
        print(f"killed {kills} times, kept step {at}, left behind {left}", flush=True)
        if ended:
            break
    done(count, "learn", folder, -1)
    same = torch.equal(weights(folder), weights(place / "whole"))
    print(f"{count} workers, killed {kills} times: weights {'equal' if same else 'NOT equal'} bit for bit")


def main() -> None:
    kind, *numbers = sys.argv[1:] or ["losses"]
    if kind == "worker":
        worker(numbers[0], Path(numbers[1]), int(numbers[2]), int(numbers[3]) if len(numbers) > 3 else 1)
        return
    with tempfile.TemporaryDirectory() as place:
        chosen = [int(each) for each in numbers]
        if kind == "losses":
            compare_losses(Path(place), *(chosen or [STEPS]))
        elif kind == "resume":
            compare_resumed(Path(place))
        else:
            times, count = [*chosen, *(KILLS, 1)[len(chosen) :]]
            kill(Path(place), times, count)


if __name__ == "__main__":
    main()
