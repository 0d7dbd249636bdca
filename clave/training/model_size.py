"""How many numbers a model has, found before any of them is made: settings and weights of a stranger may not fit."""

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from clave.errors import TrainingError
from clave.training.models.vae import Config

MAX_NUMBERS = 100_000_000  # of a model; the largest of ours, the 2019 paper's of one-shots, has 22 million


def check_size(config: Config, tensors: Mapping[str, Tensor], path: Path) -> None:
    """TrainingError unless a model of these settings has as many numbers as these tensors of a file.

    So a model is never larger than the file that holds it. Nor has it more than any of ours would.
    """
    with torch.device("meta"):  # where tensors have shapes alone
        model = config.build()
    wanted, given = (sum(value.numel() for value in each.values()) for each in (model.state_dict(), tensors))
    if wanted > MAX_NUMBERS:
        raise TrainingError(f"its settings are of a model of {wanted:,} numbers; at most {MAX_NUMBERS:,} are read")
    if wanted != given:
        raise TrainingError(f"{path.name} holds {given:,} numbers, and a model of its settings has {wanted:,}")
