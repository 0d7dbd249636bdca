"""How many threads a run computes with.

The models here are small: with several threads, most of a step is spent waiting for them, and far more where other
programs run. `python benchmarks/training_threads.py` measures it; one thread is the default.
"""

import torch

DEFAULT_THREADS = 1


def use_threads(count: int | None) -> None:
    """Compute with so many threads from now on, else with the default."""
    torch.set_num_threads(count or DEFAULT_THREADS)
