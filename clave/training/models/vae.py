"""What every variational autoencoder here is made of: Gaussian, residual network, and the interface of a model."""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, Generic, NamedTuple, Protocol, TypeVar, runtime_checkable

import torch
from torch import Tensor, nn
from torch.nn import functional

from clave.music.shapes import Float
from clave.training.models.noise import Noise, normal
from clave.training.models.settings import check_settings


@runtime_checkable
class Examples(Protocol):
    """What a model learns from: rows that can be counted, chosen and moved to another device."""

    def __len__(self) -> int: ...

    def __getitem__(self, rows: slice | Tensor) -> "Examples": ...

    def to(self, device: str | torch.device) -> "Examples":
        """The same examples there."""
        ...


Batch = TypeVar("Batch", bound=Examples)

MAX_LOG_STD = 5.0  # beyond e^5 a Gaussian says nothing, below e^-5 it says too much: the likelihood stays finite


class Gaussian(NamedTuple):
    """A diagonal normal distribution over vectors."""

    mean: Float[Tensor, "batch latent"]
    log_std: Float[Tensor, "batch latent"]

    @classmethod
    def from_parameters(cls, parameters: Float[Tensor, "batch double"]) -> "Gaussian":
        """Mean and log standard deviation side by side, as a linear layer gives them; the latter is bounded softly."""
        mean, raw = parameters.chunk(2, dim=-1)
        return cls(mean, MAX_LOG_STD * torch.tanh(raw / MAX_LOG_STD))

    def sample(self, noise: Noise) -> Float[Tensor, "batch latent"]:
        """One draw each, through which gradients flow (Kingma and Welling 2014, section 2.4)."""
        return self.mean + self.log_std.exp() * normal_like(self.mean, noise)

    def log_density(self, value: Float[Tensor, "batch latent"]) -> Float[Tensor, " batch"]:
        """In nats, summed over the latent."""
        z = (value - self.mean) * torch.exp(-self.log_std)
        return (-0.5 * z.square() - self.log_std - 0.5 * math.log(2 * math.pi)).sum(-1)

    def kl_to(self, other: "Gaussian") -> Float[Tensor, "batch latent"]:
        """Kullback-Leibler divergence from this to the other, in nats for each dimension."""
        ratio = torch.exp(2 * (self.log_std - other.log_std))
        distance = ((self.mean - other.mean) * torch.exp(-other.log_std)).square()
        return other.log_std - self.log_std + 0.5 * (ratio + distance - 1)

    def standard(self) -> "Gaussian":
        """The standard normal of the same shape."""
        return Gaussian(torch.zeros_like(self.mean), torch.zeros_like(self.log_std))


def normal_like(like: Float[Tensor, "*shape"], noise: Noise) -> Float[Tensor, "*shape"]:
    """Standard normal numbers from a generator that was passed in."""
    return normal(tuple(like.shape), noise).to(like.dtype)


class ResidualBlock(nn.Module):
    """x + W2 silu(W1 norm(x))."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.inner = nn.Linear(width, width)
        self.outer = nn.Linear(width, width)

    def forward(self, x: Float[Tensor, "*batch width"]) -> Float[Tensor, "*batch width"]:
        """Same shape in and out."""
        return x + self.outer(functional.silu(self.inner(self.norm(x))))


def residual_network(inputs: int, width: int, blocks: int, outputs: int) -> nn.Sequential:
    """Linear in, residual blocks, norm, linear out: nothing that a page could not run."""
    return nn.Sequential(
        nn.Linear(inputs, width),
        *(ResidualBlock(width) for _ in range(blocks)),
        nn.LayerNorm(width),
        nn.SiLU(),
        nn.Linear(width, outputs),
    )


def importance_weights(
    posterior: Gaussian,
    log_likelihood: Callable[[Float[Tensor, "batch latent"]], Float[Tensor, " batch"]],
    draws: int,
    noise: torch.Generator,
) -> Float[Tensor, "draw batch"]:
    """Log p(x, z) - log q(z | x) for so many draws of z from the posterior, with a standard normal prior of z."""
    prior, weights = posterior.standard(), list[Tensor]()
    for _ in range(draws):
        z = posterior.sample(noise)
        weights.append(log_likelihood(z) + prior.log_density(z) - posterior.log_density(z))
    return torch.stack(weights)


def log_mean_exp(values: Float[Tensor, "draw batch"]) -> Float[Tensor, " batch"]:
    """The logarithm of the mean over draws, without overflow."""
    return torch.logsumexp(values, dim=0) - math.log(values.shape[0])


class VAE(nn.Module, ABC, Generic[Batch]):
    """A model that the training loop can train and score."""

    map_size: int
    detail_size: int

    @abstractmethod
    def losses(self, batch: Batch, noise: Noise) -> dict[str, Tensor]:
        """The named parts of the loss, each a mean over the batch in nats; the recipe weighs and adds them.

        With `RowNoise` the batch may be a part of one that was `mixed` as a whole: the losses of the parts, each
        weighted by its share of the rows, add up to those of the whole.
        """

    def mixed(self, batch: Batch, noise: torch.Generator) -> Batch:  # noqa: ARG002
        """The whole batch with what is random across its rows; by default each row is for itself."""
        return batch

    def before_training(self, examples: Batch, on_count: Callable[[int, int], None]) -> None:
        """Compute what depends on the training examples alone, before the first step; by default there is nothing.

        `on_count` is given how many parts are done, and how many there are.
        """

    def prepared(self, examples: Batch, noise: torch.Generator) -> Batch:  # noqa: ARG002
        """The examples with what `before_training` has found out of each; by default they stay as they are."""
        return examples

    def after_training(self, examples: Batch) -> None:
        """Compute what depends on the training examples and the weights, after the last step; by default nothing."""


class LikelihoodVAE(VAE[Batch]):
    """A model that also says how likely data are."""

    @abstractmethod
    def log_weights(self, batch: Batch, draws: int, noise: torch.Generator) -> Float[Tensor, "draw batch"]:
        """So many draws of z, each with log p(x, z) - log q(z | x); their log-mean-exp estimates log p(x).

        Burda, Grosse and Salakhutdinov, "Importance weighted autoencoders" (2016), equation 8.
        """


C = TypeVar("C", bound="Config")


class Config(ABC):
    """The settings of a model: a frozen dataclass of plain numbers."""

    @abstractmethod
    def build(self) -> VAE[Any]:
        """The model, with fresh weights."""

    @classmethod
    def from_settings(cls: type[C], settings: Mapping[str, Any]) -> C:
        """The settings as JSON has them, which knows no tuples. Raises TrainingError for one that is out of its range.

        TypeError where one is missing, or unknown.
        """
        config = cls(**{name: tuple(value) if isinstance(value, list) else value for name, value in settings.items()})
        check_settings(config)
        return config
