"""What lies below the map of a rhythm space: which strokes a bar has, token by token, and how they are played."""

from pathlib import Path
from typing import NamedTuple
from zipfile import BadZipFile

import numpy as np
from jaxtyping import Bool, Float, Float32, Int
from numpy.random import Generator

from clave.errors import SpaceError
from clave.latent.onnx_runner import run, session
from clave.music.kit import VOICES
from clave.music.units import METERS, STEPS_PER_SIXTEENTH
from clave.rhythm.infilling import State
from clave.rhythm.logistic_pca import Components
from clave.rhythm.token_sampler import LONGEST, Asked, Draft, Speller
from clave.rhythm.tokens import TOKEN_CELLS, Vocabulary, joined_sixteenths, sixteenths

STYLE_GUIDANCE = 1.3  # how much more than the prior has learned of it a style that is asked for counts
LEANING = 0.25  # of a density asked for: nats a stroke, for each logit by which cells sound more readily


class Deep:
    """The networks below the map."""

    def __init__(self, folder: Path, *, styles: int, sections: int) -> None:
        path = folder / "vocabulary.npz"
        try:
            with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
                self.vocabulary = Vocabulary(tuple(int(bits) for bits in file["bits"]))
        except (OSError, EOFError, BadZipFile, ValueError, TypeError, KeyError) as error:
            raise SpaceError(f"{path} is not a vocabulary: {error}") from error
        self.components = Components.load(folder / "components.npz")
        self.contents = self.vocabulary.cells.reshape(-1, len(VOICES), STEPS_PER_SIXTEENTH)
        self.speller = Speller(folder, self.vocabulary, styles=styles, sections=sections)
        asked = {"map": (2,), "style": (styles,), "section": (sections,), "meter": (len(METERS),)}
        self._feel = session(folder / "feel.onnx", **asked)
        bar = (len(VOICES), LONGEST * STEPS_PER_SIXTEENTH)
        self._touch = session(folder / "touch.onnx", hits=bar, feel=None, map=(2,), meter=(len(METERS),))
        self.feel_size = int({each.name: each.shape for each in self._touch.get_inputs()}["feel"][1])

    @property
    def detail_size(self) -> int:
        """How many numbers the detail of a bar has."""
        return self.feel_size + self.components.size

    def detail(
        self, hits: Bool[np.ndarray, "row voice step"], feel: Float32[np.ndarray, "row feel"], asked: Asked
    ) -> Float32[np.ndarray, "row detail"]:
        """The detail of bars with these strokes and this feel: the pair of `hit_logits` and `feel_of`."""
        return np.concatenate([feel, self.components.describe(hits, asked.inside)], axis=1)

    def hit_logits(
        self, detail: Float32[np.ndarray, "row detail"], asked: Asked, more: float = 1.0
    ) -> Float32[np.ndarray, "row voice step"]:
        """How far each cell is above what it takes to be struck; `more` times as many strokes as the detail says."""
        return self.components.logits(detail[:, self.feel_size :], asked.inside, more)

    def expected_feel(self, asked: Asked) -> tuple[Float32[np.ndarray, "row feel"], Float32[np.ndarray, "row feel"]]:
        """Mean and standard deviation of the feel there."""
        mean, std = run(self._feel, **asked._asdict())
        return mean, std

    def touch(
        self, hits: Bool[np.ndarray, "row voice step"], feel: Float32[np.ndarray, "row feel"], asked: Asked
    ) -> tuple[Float32[np.ndarray, "row voice step"], Float32[np.ndarray, "row voice step"]]:
        """Velocity and offset (steps) of each cell, if it is struck, in bars of these strokes and this feel."""
        steps = hits.shape[2]
        whole = np.pad(hits, ((0, 0), (0, 0), (0, LONGEST * STEPS_PER_SIXTEENTH - steps))).astype(np.float32)
        velocity, offset = run(self._touch, hits=whole, feel=feel, map=asked.map, meter=asked.meter)
        return velocity[:, :, :steps], offset[:, :, :steps]

    def drawn(
        self,
        asked: Asked,
        rng: Generator,
        *,
        like: Bool[np.ndarray, "row voice step"] | None = None,
        kept: float | Float[np.ndarray, " step"] = 0.0,
        leaning: float = 0.0,
        each: bool = False,
    ) -> Bool[np.ndarray, "row voice step"]:
        """Bars drawn from the prior, as wide as the longest of them; the style that is asked for counts more.

        Every stroke by which a bar differs from `like` costs `kept` nats, of all steps or step by step. `leaning` is
        how many logits more readily strokes sound. All rows have the same luck, unless `each` is to have its own.
        """
        count, tokens = asked.sixteenths, len(self.vocabulary)
        luck = rng.gumbel(size=(len(asked.map) if each else 1, count, tokens))
        cells = self.vocabulary.cells.astype(np.float32)
        lean = LEANING * leaning * cells.sum(axis=1)
        if like is None:
            wished, cost = np.zeros((1, count, TOKEN_CELLS), np.float32), np.zeros((count, TOKEN_CELLS), np.float32)
        else:
            wished = sixteenths(like).astype(np.float32)
            per_step = np.broadcast_to(np.asarray(kept, np.float32), like.shape[2])
            cost = np.tile(per_step.reshape(count, 1, STEPS_PER_SIXTEENTH), (1, len(VOICES), 1)).reshape(count, -1)

        def taste(sixteenth: int) -> Float[np.ndarray, "row token"]:
            price, strokes = cost[sixteenth], wished[:, sixteenth]
            differing = (strokes * price).sum(axis=1)[:, None] + (price - 2 * strokes * price) @ cells.T
            return lean - differing

        told = bool(asked.style.any())
        tokens_drawn = self.speller.draw(asked, luck, taste, guidance=STYLE_GUIDANCE if told else 1.0)
        hits = joined_sixteenths(cells[tokens_drawn] > 0)
        return hits & asked.inside

    def author(self, asked: Asked) -> "Author":
        """Who writes these bars, for `filling`."""
        return Author(self.speller, asked)


class _Memory(NamedTuple):
    """What is remembered of each particle: which of the points it was begun at, its tokens, and the network's own."""

    origin: Int[np.ndarray, " particle"]
    tokens: Int[np.ndarray, "particle sixteenth"]
    memory: Float32[np.ndarray, "particle memory"]


class Author:
    """The prior, as `filling.Prior` asks for it: a row of what is asked for each particle."""

    def __init__(self, speller: Speller, asked: Asked) -> None:
        self._speller, self._asked = speller, asked

    def begin(self, points: Float32[np.ndarray, "particle map"]) -> State:
        """Bars of which nothing is written."""
        draft = self._speller.begin(self._asked._replace(map=points))
        return _Memory(np.arange(len(points)), draft.tokens, draft.memory)

    def step(
        self, state: State, sixteenth: int, before: Int[np.ndarray, " particle"]
    ) -> tuple[Float32[np.ndarray, "particle content"], State]:
        """Log p of each token in this sixteenth, after the one before."""
        origin, tokens, memory = state
        draft = Draft(self._asked.rows(origin), tokens, memory)
        if sixteenth:
            draft = self._speller.write(draft, before)
        share, _, draft = self._speller.shares(draft)
        return share[:, :-1], _Memory(origin, draft.tokens, draft.memory)


def feel_of(detail: Float32[np.ndarray, "bar detail"], feel_size: int) -> Float32[np.ndarray, "bar feel"]:
    """How the strokes of these bars are played."""
    return detail[:, :feel_size]
