"""How many threads a run computes with.

The models here are small, and threads of a small step wait for each other wherever other programs run, so that one is
the default. `python benchmarks/training_threads.py` compares one with all cores.
"""

import torch

DEFAULT_THREADS = 1


def use_threads(count: int | None) -> None:
    """Compute with so many threads from now on, else with the default."""
    torch.set_num_threads(count or DEFAULT_THREADS)
