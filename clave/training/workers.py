"""The processes that train together: one, or as many as `torchrun` has started on one machine or several.

Each computes the gradient of its part of every batch, and all take the same step. The first one leads: it alone writes
and decides, and the others hear of it.
"""

import math
import os
import platform
import re
import warnings
from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal, TypeVar

import torch
from torch import Tensor, nn
from torch import distributed as dist
from torch.nn.parallel import DistributedDataParallel

from clave.errors import ClaveError, TrainingError
from clave.music.shapes import Int
from clave.training.models.noise import RowNoise
from clave.training.models.vae import VAE, Examples

Precision = Literal["float32", "bf16"]
PRECISIONS: tuple[Precision, ...] = ("float32", "bf16")
TIMEOUT = timedelta(minutes=30)  # that workers wait for each other: longer than the first one scores and writes

T = TypeVar("T")


class _Losses(nn.Module):
    """The losses of a model as a `forward`, in which the workers' gradients meet."""

    def __init__(self, model: VAE[Any]) -> None:
        super().__init__()
        self.model = model

    def forward(self, batch: Examples, noise: RowNoise) -> dict[str, Tensor]:
        return self.model.losses(batch, noise)


Network = _Losses | DistributedDataParallel
"""From a part of a batch and its noise to the losses."""


@dataclass(frozen=True)
class Workers:
    """The processes that train together, as one of them sees them."""

    device: torch.device
    rank: int = 0  # of this process
    count: int = 1
    precision: Precision = "float32"
    accumulate: int = 1  # parts, one after the other, in which each worker computes its share of a batch

    @property
    def leads(self) -> bool:
        """Whether this process writes and decides."""
        return self.rank == 0

    def parts(self, batch: int, most: int | None = None) -> list[Int[Tensor, " row"]]:
        """The places in a batch that are learned from here, in parts of at most so many."""
        own = torch.arange(batch).tensor_split(self.count)[self.rank]
        if not len(own):
            raise TrainingError(
                f"{self.count} workers cannot share a batch of {batch} examples: start at most {batch} of them"
            )
        parts = max(self.accumulate, math.ceil(len(own) / (most or batch)))
        return list(own.tensor_split(min(parts, len(own))))

    def network(self, model: VAE[Any]) -> Network:
        """The losses of the model; after `backward`, gradients are the mean of those of all workers."""
        if self.count == 1:
            return _Losses(model)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # newer versions have another name for `broadcast_buffers`
            return DistributedDataParallel(_Losses(model), find_unused_parameters=True, broadcast_buffers=False)

    def computing(self, network: Network, *, last: bool) -> AbstractContextManager[Any]:
        """In this precision; the workers' gradients meet in the last part of a batch."""
        stack = ExitStack()
        if self.precision == "bf16":
            stack.enter_context(torch.autocast(self.device.type, torch.bfloat16))
        if isinstance(network, DistributedDataParallel) and not last:
            stack.enter_context(network.no_sync())
        return stack

    def added(self, numbers: Sequence[float]) -> list[float]:
        """Each number added up over the workers."""
        if self.count == 1:
            return list(numbers)
        sums = torch.tensor(numbers, dtype=torch.float64)
        dist.all_reduce(sums)
        return sums.tolist()

    def lead(self, act: Callable[[], T]) -> T:
        """What the first worker makes of this, for all of them; what it refuses is refused by all."""
        if self.count == 1:
            return act()
        outcome: list[Any] = [None, None]
        if self.leads:
            try:
                outcome[0] = act()
            except (ClaveError, OSError) as error:
                outcome[1] = error
        dist.broadcast_object_list(outcome)
        if outcome[1] is not None:
            raise outcome[1]
        return outcome[0]

    @contextmanager
    def lead_holds(self, held: AbstractContextManager[object]) -> Generator[None]:
        """The first worker holds this; where it cannot, all of them are refused."""
        with ExitStack() as stack:
            self.lead(lambda: stack.enter_context(held) and None)
            yield

    def agree(self, what: str, value: object) -> None:
        """TrainingError on all workers, with what they have of this, where they have not the same."""
        if self.count == 1:
            return
        found: list[Any] = [None] * self.count
        dist.all_gather_object(found, (platform.node(), value))
        for rank, (host, other) in enumerate(found):
            if other != found[0][1]:
                raise TrainingError(
                    f"worker {rank} on {host} has another {what} than worker 0 on {found[0][0]}: {other} instead of "
                    f"{found[0][1]}; all of them need the same files and options, and a folder of the run that all see"
                )

    def share_weights(self, model: nn.Module) -> None:
        """Give every worker the weights of the first."""
        if self.count > 1:
            for tensor in model.state_dict().values():
                dist.broadcast(tensor, 0)

    @contextmanager
    def together(self, step: int) -> Generator[None]:
        """A step of all workers; TrainingError, with what to do, where one of them is gone."""
        try:
            yield
        except RuntimeError as error:
            lost = (
                isinstance(error, dist.DistError) or "gloo" in str(error).lower() or "connection" in str(error).lower()
            )
            if self.count == 1 or not lost:
                raise
            raise TrainingError(
                f"a worker was lost at step {step}: the same command with --resume goes on from the last checkpoint "
                f"({_cause(error)})"
            ) from error


def alone(device: str = "auto", *, precision: str = "float32", accumulate: int = 1) -> Workers:
    """This process, with nobody beside it."""
    chosen = _device(device, 0, 1)
    return Workers(chosen, precision=_precision(precision, chosen), accumulate=accumulate)


@contextmanager
def joined(device: str = "auto", *, precision: str = "float32", accumulate: int = 1) -> Generator[Workers]:
    """The workers that `torchrun` has started, else this process alone."""
    rank, count = (int(os.environ.get(name, default)) for name, default in (("RANK", "0"), ("WORLD_SIZE", "1")))
    if count == 1:
        yield alone(device, precision=precision, accumulate=accumulate)
        return
    local = [int(os.environ.get(name, default)) for name, default in (("LOCAL_RANK", "0"), ("LOCAL_WORLD_SIZE", "1"))]
    chosen = _device(device, *local)
    workers = Workers(chosen, rank, count, _precision(precision, chosen), accumulate)
    if chosen.type == "cuda":
        torch.cuda.set_device(chosen)
    try:
        dist.init_process_group("cpu:gloo,cuda:nccl" if chosen.type == "cuda" else "gloo", timeout=TIMEOUT)
    except (dist.DistError, ValueError) as error:
        place = f"{os.environ.get('MASTER_ADDR')}:{os.environ.get('MASTER_PORT')}"
        raise TrainingError(f"worker {rank} of {count} cannot reach the others at {place}: {error}") from error
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "find_unused_parameters=True was specified")  # some models have some
            yield workers
    finally:
        dist.destroy_process_group()


def _cause(error: RuntimeError) -> str:
    """The first sentence of an error of a backend, without the line of its source."""
    return re.sub(r"^\[[^]]*\]\s*", "", str(error).strip()).split(". ")[0]


def _device(name: str, local_rank: int, local_count: int) -> torch.device:
    """The device of this name for one of the workers of a machine; TrainingError where there is none."""
    gpus = torch.cuda.device_count() if torch.cuda.is_available() else 0
    kind, _, number = name.partition(":")
    if name == "auto":
        kind = "cuda" if gpus else "cpu"
    if kind not in ("cpu", "cuda") or (kind == "cpu" and number) or (number and not number.isdecimal()):
        raise TrainingError(f"no device {name!r}; there are: auto, cpu, cuda, and cuda:0 and so on for one GPU")
    if kind == "cpu":
        return torch.device("cpu")
    if not gpus:
        raise TrainingError(f"device {name!r}: torch {torch.__version__} finds no GPU here; use --device cpu")
    if local_count > 1 and (number or local_count > gpus):
        raise TrainingError(
            f"{local_count} workers on this machine need a GPU each: it has {gpus}, and --device is {name!r}; start "
            f"torchrun with --nproc-per-node {gpus} and use --device cuda"
        )
    index = int(number or local_rank)
    if index >= gpus:
        raise TrainingError(f"device {name!r}: the GPUs here are cuda:0 to cuda:{gpus - 1}")
    return torch.device("cuda", index)


def _precision(name: str, device: torch.device) -> Precision:
    for known in PRECISIONS:
        if name == known:
            if known == "bf16" and device.type == "cuda" and not torch.cuda.is_bf16_supported():
                raise TrainingError(f"{torch.cuda.get_device_name(device)} does not compute in bf16; use float32")
            return known
    raise TrainingError(f"no precision {name!r}; there are: {', '.join(PRECISIONS)}")
