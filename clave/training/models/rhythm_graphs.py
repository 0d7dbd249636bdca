"""The networks of the two-level rhythm model as graphs of fixed inputs and outputs, ready for ONNX."""

from typing import Protocol, runtime_checkable

import torch
from torch import Tensor, nn

from clave.music.shapes import Float
from clave.music.units import METERS
from clave.rhythm.token_sampler import HEARD_HERE, LAGS
from clave.rhythm.tokens import TOKEN_CELLS
from clave.training.models.bars import SECTIONS, SIXTEENTH_COUNT, STEP_COUNT, VOICE_COUNT
from clave.training.models.condition import Condition
from clave.training.models.dynamics_decoder import PlayedCells
from clave.training.models.onnx_graph import ModelMethod, OnnxGraph
from clave.training.models.token_prior import BarBefore, TokenPrior
from clave.training.models.vae import Gaussian

MAP_SIZE = 2
ROWS = 2  # of the inputs that a graph is traced with; played, it takes any number


@runtime_checkable
class RhythmParts(Protocol):
    """What is exported of a two-level model."""

    token_prior: TokenPrior

    def encode(
        self,
        velocity: Float[Tensor, "batch voice step"],
        offset: Float[Tensor, "batch voice step"],
        meter: Float[Tensor, "batch meter"],
    ) -> tuple[Float[Tensor, "batch map"], Float[Tensor, "batch feel"]]:
        """Map point and feel of bars."""
        ...

    def condition_features(self, condition: Condition) -> Float[Tensor, "batch condition"]:
        """The condition as the priors take it."""
        ...

    def decode_map(self, condition: Condition) -> Float[Tensor, "batch voice step"]:
        """The logits of a hit."""
        ...

    def prior_of_feel(self, condition: Condition) -> Gaussian:
        """p(feel | condition)."""
        ...

    def decode_dynamics(
        self,
        hits: Float[Tensor, "batch voice step"],
        feel: Float[Tensor, "batch feel"],
        point: Float[Tensor, "batch map"],
        meter: Float[Tensor, "batch meter"],
    ) -> PlayedCells:
        """How each cell is played."""
        ...


def rhythm_graphs(module: nn.Module, model: RhythmParts, *, styles: int, feel_size: int) -> dict[str, OnnxGraph]:
    """The encoder and the decoders, and one step of the token prior; weights are those of now.

    `module` holds the weights of the model.
    """
    embedding = model.token_prior.embed_tokens().detach().half().float()  # computed once, as the graph stores it

    def expected_feel(*condition: Tensor) -> tuple[Tensor, Tensor]:
        prior = model.prior_of_feel(Condition(*condition))
        return prior.mean, prior.log_std.exp()

    def token_step(before: Tensor, lagged: Tensor, *rest: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        whole, here, known, *condition, place, state = rest
        features = model.condition_features(Condition(*condition))
        bar_before = BarBefore(whole, here.unsqueeze(1), known)
        return model.token_prior.step(before, lagged, features, place, bar_before, state, embedding)

    def played_cells(*inputs: Tensor) -> tuple[Tensor, ...]:
        cells = model.decode_dynamics(*inputs)
        return cells.velocity, cells.offset, cells.kind_logit, cells.level, cells.level_std, cells.offset_std

    point, meter, bar = _zeros(MAP_SIZE), _zeros(len(METERS)), (VOICE_COUNT, STEP_COUNT)
    condition = Condition(point, _zeros(styles), _zeros(len(SECTIONS)), meter).inputs()
    history = {"before": _zeros(len(LAGS), TOKEN_CELLS), "lagged": _zeros(len(LAGS) + 1, dtype=torch.long)}
    bar_before = {
        "bar_before": _zeros(SIXTEENTH_COUNT, TOKEN_CELLS), "here_before": _zeros(HEARD_HERE, TOKEN_CELLS),
        "before_known": _zeros(1),
    }  # fmt: skip
    state = {"place": _zeros(dtype=torch.long), "state": _zeros(2 * model.token_prior.width)}
    played = {"hits": _zeros(*bar), "feel": _zeros(feel_size), "map": point, "meter": meter}
    return {
        "encoder": OnnxGraph(
            ModelMethod(module, model.encode),
            {"velocity": _zeros(*bar), "offset": _zeros(*bar), "meter": meter},
            ("map", "feel"),
        ),
        "map_decoder": OnnxGraph(
            ModelMethod(module, lambda *labels: model.decode_map(Condition(*labels))), condition, ("hit_logit",)
        ),
        "token_prior": OnnxGraph(
            ModelMethod(module, token_step),
            {**history, **bar_before, **condition, **state},
            ("log_prob", "cell_logit", "next_state"),
        ),
        "feel_prior": OnnxGraph(ModelMethod(module, expected_feel), condition, ("mean", "std")),
        "dynamics": OnnxGraph(
            ModelMethod(module, played_cells), played,
            ("velocity", "offset", "kind_logit", "level", "level_std", "offset_std"),
        ),
    }  # fmt: skip


def _zeros(*size: int, dtype: torch.dtype = torch.float32) -> Tensor:
    return torch.zeros(ROWS, *size, dtype=dtype)
