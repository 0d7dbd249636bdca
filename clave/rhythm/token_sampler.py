"""Samples bars token by token from the learned prior, and scores them; with ONNX Runtime and without torch.

The prior may hear the bar before, where it is known. A space that was learned before priors could leaves it out.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from clave.latent.onnx_runner import input_size, resting, run
from clave.latent.space_folder import SpaceFolder
from clave.music.shapes import Bool, Float, Float32, Int
from clave.music.units import STEPS_PER_SIXTEENTH
from clave.rhythm.condition import Condition, Labels
from clave.rhythm.space_format import TOKEN_PRIOR_FILE
from clave.rhythm.tokens import TOKEN_CELLS, UNKNOWN, Vocabulary, split_sixteenths

LAGS = (1, 2, 4, 6, 8, 12)  # sixteenths back that are inputs of the network
MAX_LAG = max(LAGS)
_LAG_PLACES = MAX_LAG - np.array(LAGS)  # of the first 16th of a bar, in a history with as many before it
HEARD_HERE = 2  # 16ths of the bar before that are inputs of the network: the same one and the next

LogitBias = Callable[[int], Float[np.ndarray, "#row token"]]
"""What is added to the log probabilities of the tokens in a 16th, in nats; -inf forbids a token."""


@dataclass(frozen=True, eq=False)
class BarBefore:
    """The bar before each one, as the network hears it."""

    tokens: Int[np.ndarray, "row sixteenth"]  # one more than the size of the vocabulary where it is not known
    cells: Float32[np.ndarray, "row sixteenth cell"]  # silent where it is not known
    known: Float32[np.ndarray, "row 1"]  # 1 where it is known, else 0

    def __getitem__(self, rows: Int[np.ndarray, " chosen"]) -> "BarBefore":
        return BarBefore(self.tokens[rows], self.cells[rows], self.known[rows])

    def inputs(self, sixteenth: int) -> dict[str, np.ndarray]:
        """What the network hears of it in this 16th."""
        here = np.zeros((len(self.cells), HEARD_HERE, TOKEN_CELLS), np.float32)
        there = self.cells[:, sixteenth : sixteenth + HEARD_HERE]
        here[:, : there.shape[1]] = there
        return {"bar_before": self.cells, "here_before": here, "before_known": self.known}


@dataclass(frozen=True, eq=False)
class DecoderState:
    """Bars that are sampled up to some 16th: their tokens so far, and the recurrent state of the network."""

    condition: Condition
    history: Int[np.ndarray, "row max_lag_and_sixteenth"]  # the tokens, after MAX_LAG of them that lie before the bar
    recurrent: Float32[np.ndarray, "row unit"]
    before: BarBefore

    def __getitem__(self, rows: Int[np.ndarray, " chosen"]) -> "DecoderState":
        return DecoderState(self.condition[rows], self.history[rows], self.recurrent[rows], self.before[rows])

    @property
    def tokens(self) -> Int[np.ndarray, "row sixteenth"]:
        """The tokens of the bar so far."""
        return self.history[:, MAX_LAG:]

    def append(self, tokens: Int[np.ndarray, " row"]) -> "DecoderState":
        """The next 16th of each bar; the size of the vocabulary stands for a token that is not in it."""
        return replace(self, history=np.concatenate([self.history, tokens[:, None]], axis=1))


class TokenSampler:
    """The autoregressive prior p(token | tokens before, bar before, condition) of a bar."""

    def __init__(self, folder: SpaceFolder, vocabulary: Vocabulary, labels: Labels) -> None:
        self.vocabulary = vocabulary
        empty = np.zeros((1, TOKEN_CELLS), np.float32)
        self._cells = np.concatenate([vocabulary.cells.astype(np.float32), empty, empty])  # unknown, before the bar
        self._sixteenths = labels.network_steps // STEPS_PER_SIXTEENTH
        self._network = resting(
            folder.file(TOKEN_PRIOR_FILE), [(len(vocabulary) + 1,), (TOKEN_CELLS,), (None,)],
            before=(len(LAGS), TOKEN_CELLS), lagged=None, place=(), state=None,
            bar_before=(self._sixteenths, TOKEN_CELLS), here_before=(HEARD_HERE, TOKEN_CELLS), before_known=(1,),
            **labels.input_shapes(),
        )  # fmt: skip
        self.hears_bar_before = "bar_before" in self._network.inputs
        self._state_size = input_size(self._network, "state")

    def begin(self, condition: Condition, before: Bool[np.ndarray, "row voice step"] | None = None) -> DecoderState:
        """Bars without a token yet, which follow bars of these hits, in the same meters; None: nothing is known."""
        rows, none = len(condition), len(self.vocabulary) + 1
        before_the_bar = np.full((rows, MAX_LAG), none, np.int64)
        state = np.zeros((rows, self._state_size), np.float32)
        return DecoderState(condition, before_the_bar, state, self._bar_before(rows, before))

    def _bar_before(self, rows: int, hits: Bool[np.ndarray, "row voice step"] | None) -> BarBefore:
        tokens = np.full((rows, self._sixteenths), len(self.vocabulary) + 1, np.int64)
        cells = np.zeros((rows, self._sixteenths, TOKEN_CELLS), np.float32)
        if hits is None or not self.hears_bar_before:
            return BarBefore(tokens, cells, np.zeros((rows, 1), np.float32))
        struck, known = split_sixteenths(hits), self.vocabulary.encode(hits)
        cells[:, : struck.shape[1]] = struck
        tokens[:, : known.shape[1]] = np.where(known == UNKNOWN, len(self.vocabulary), known)
        return BarBefore(tokens, cells, np.ones((rows, 1), np.float32))

    def log_prob(
        self, state: DecoderState, cells: Bool[np.ndarray, "row _ cell"] | None = None
    ) -> tuple[Float32[np.ndarray, "row token_or_unknown"], Float32[np.ndarray, "row cell"], DecoderState]:
        """Log p of each token in the next 16th, the last one that of an unknown token; and the logit of each cell.

        The state that comes back has the recurrent state after this 16th: it is the one to `append` to. `cells` are
        those of all 16ths; they are needed for bars with unknown tokens, and follow from the tokens otherwise.
        """
        position = state.history.shape[1] - MAX_LAG
        lagged = state.history.take(position + _LAG_PLACES, axis=1)
        if cells is None:
            before = self._cells.take(lagged, axis=0)
        else:
            silence = np.zeros_like(cells[:, 0])
            lagged_cells = [cells[:, position - lag] if lag <= position else silence for lag in LAGS]
            before = np.stack(lagged_cells, axis=1).astype(np.float32)
        if self.hears_bar_before:
            lagged = np.concatenate([lagged, state.before.tokens[:, [position]]], axis=1)
        token_log_prob, cell_logit, recurrent = run(
            self._network, before=before, lagged=lagged, state=state.recurrent,
            place=state.condition.meter_index * self._sixteenths + position,
            **state.before.inputs(position), **state.condition.inputs(),
        )  # fmt: skip
        return token_log_prob, cell_logit, replace(state, recurrent=recurrent)

    def sample(
        self,
        condition: Condition,
        gumbel_noise: Float[np.ndarray, "#row sixteenth token"],
        logit_bias: LogitBias | None = None,
        guidance: float = 1.0,
        before: Bool[np.ndarray, "row voice step"] | None = None,
    ) -> Int[np.ndarray, "row sixteenth"]:
        """Whole bars: in each 16th, the token with the highest sum of log probability, bias and noise.

        `before` are the hits of the bars before them, where these are known. With noise from a standard Gumbel
        distribution that is an exact sample (Maddison, Tarlow and Minka, "A* sampling", 2014, section 2); the same
        noise gives similar bars for similar conditions. A guidance above 1
        extrapolates from the prior without the style beyond the one with it (Ho and Salimans, "Classifier-free
        diffusion guidance", 2022, equation 6).
        """
        rows, guided = len(condition), guidance != 1
        if guided:
            twice = None if before is None else np.concatenate([before, before])
            state = self.begin(condition.followed_by(condition.without_style()), twice)
        else:
            state = self.begin(condition, before)
        for sixteenth in range(condition.sixteenths):
            log_prob, _, state = self.log_prob(state)
            if guided:
                with_style, without_style = log_prob[:rows], log_prob[rows:]
                log_prob = without_style + guidance * (with_style - without_style)
            score = log_prob[:, :-1] + gumbel_noise[:, sixteenth]
            tokens = (score if logit_bias is None else score + logit_bias(sixteenth)).argmax(axis=1)
            state = state.append(np.tile(tokens, 2) if guided else tokens)
        return state.tokens[:rows]

    def log_likelihood(
        self,
        condition: Condition,
        hits: Bool[np.ndarray, "row voice step"],
        before: Bool[np.ndarray, "row voice step"] | None = None,
    ) -> Float[np.ndarray, " row"]:
        """Log p(hits | before) in nats a bar; cells of an unknown token as `Vocabulary.unknown_log_prob` scores them.

        What lies after the end of a bar does not count.
        """
        tokens, cells = self.vocabulary.encode(hits), split_sixteenths(hits)
        tokens = np.where(tokens == UNKNOWN, len(self.vocabulary), tokens)
        counts = condition.step_counts // STEPS_PER_SIXTEENTH
        state, total = self.begin(condition, before), np.zeros(len(hits))
        for sixteenth in range(condition.sixteenths):
            log_prob, cell_logit, state = self.log_prob(state, cells)
            token = tokens[:, sixteenth]
            of_token = np.take_along_axis(log_prob, token[:, None], axis=1)[:, 0]
            gain, unknown = of_token.astype(np.float64), token == len(self.vocabulary)
            gain[unknown] += self.vocabulary.unknown_log_prob(cells[unknown, sixteenth], cell_logit[unknown])
            total += np.where(sixteenth < counts, gain, 0)
            state = state.append(token)
        return total


class ParticlePrior:
    """The sampler as the prior of `infilling`: each particle has a row of a condition, at a map point of its own."""

    def __init__(self, sampler: TokenSampler, condition: Condition) -> None:
        self._sampler, self._condition = sampler, condition

    def begin(self, points: Float32[np.ndarray, "particle map"]) -> DecoderState:
        """The state before the first 16th."""
        return self._sampler.begin(replace(self._condition, map=points))

    def step(
        self, state: DecoderState, sixteenth: int, before: Int[np.ndarray, " particle"]
    ) -> tuple[Float32[np.ndarray, "particle token"], DecoderState]:
        """Log p of each token in this 16th, given the one before it."""
        log_prob, _, state = self._sampler.log_prob(state.append(before) if sixteenth else state)
        return log_prob[:, :-1], state
