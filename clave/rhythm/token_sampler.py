"""Writing bars token by token, as a learned prior has it: with ONNX Runtime and without torch."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Float32, Int

from clave.latent.onnx_runner import run, session
from clave.music.units import METERS, STEPS_PER_SIXTEENTH, steps_per_bar
from clave.rhythm.tokens import TOKEN_CELLS, UNKNOWN, Vocabulary, sixteenths

LAGS = (1, 2, 4, 6, 8, 12)  # sixteenths back that the network looks at directly
LONGEST = max(map(steps_per_bar, METERS)) // STEPS_PER_SIXTEENTH  # sixteenths of the longest bar

Taste = Callable[[int], Float[np.ndarray, "#row token"]]
"""What is wished for in a sixteenth: log factors on the shares of tokens; -inf forbids."""


class Asked(NamedTuple):
    """What the networks are told of each bar."""

    map: Float32[np.ndarray, "row 2"]
    style: Float32[np.ndarray, "row style"]  # weights; zeros leave it out
    section: Float32[np.ndarray, "row section"]  # the same
    meter: Float32[np.ndarray, "row meter"]

    def rows(self, chosen: Int[np.ndarray, " chosen"]) -> "Asked":
        """The same of some rows, which may come more than once."""
        return Asked(*(column[chosen] for column in self))

    @property
    def ends(self) -> Int[np.ndarray, " row"]:
        """How many steps each of these bars has."""
        return np.array([steps_per_bar(METERS[meter]) for meter in self.meter.argmax(axis=1)], np.int64)

    @property
    def steps(self) -> int:
        """How many steps the longest of these bars has."""
        return int(self.ends.max(initial=0))

    @property
    def inside(self) -> Bool[np.ndarray, "row 1 step"]:
        """Which steps are part of each bar, of as many as the longest has."""
        return np.arange(self.steps) < self.ends[:, None, None]

    @property
    def sixteenths(self) -> int:
        """How many sixteenths the longest of these bars has."""
        return self.steps // STEPS_PER_SIXTEENTH


@dataclass(frozen=True, eq=False)
class Draft:
    """Bars that are being written: the tokens so far, and what the network remembers."""

    asked: Asked
    tokens: Int[np.ndarray, "row sixteenth"]
    memory: Float32[np.ndarray, "row memory"]

    def __getitem__(self, rows: Int[np.ndarray, " chosen"]) -> "Draft":
        return Draft(self.asked.rows(rows), self.tokens[rows], self.memory[rows])


class Speller:
    """p(token | tokens before, what is asked), one sixteenth after the other."""

    def __init__(self, folder: Path, vocabulary: Vocabulary, *, styles: int, sections: int) -> None:
        self.vocabulary = vocabulary
        nothing = np.zeros((1, TOKEN_CELLS), np.float32)
        self._cells = np.concatenate([vocabulary.cells.astype(np.float32), nothing, nothing])  # unknown, before the bar
        self._network = session(
            folder / "prior.onnx", before=(len(LAGS), TOKEN_CELLS), lagged=(len(LAGS),), map=(2,), style=(styles,),
            section=(sections,), meter=(len(METERS),), place=(), state=None,
        )  # fmt: skip
        shapes = {each.name: each.shape for each in self._network.get_inputs()}
        self._memory = int(shapes["state"][1])

    def begin(self, asked: Asked) -> Draft:
        """Bars of which nothing is written."""
        rows = len(asked.map)
        return Draft(asked, np.zeros((rows, 0), np.int64), np.zeros((rows, self._memory), np.float32))

    def shares(
        self, draft: Draft, struck: Bool[np.ndarray, "row _ cell"] | None = None
    ) -> tuple[Float32[np.ndarray, "row share"], Float32[np.ndarray, "row cell"], Draft]:
        """Log p of each token for the next sixteenth, last of none of them, and the logit of each single stroke.

        And the draft with what the network remembers now: the one to `write` in. `struck` are the strokes of all
        sixteenths, for bars in which some are not in the vocabulary.
        """
        written = draft.tokens.shape[1]
        before_the_bar = np.full((len(draft.tokens), max(LAGS)), len(self.vocabulary) + 1)
        history = np.concatenate([before_the_bar, draft.tokens], axis=1)
        lagged = np.stack([history[:, -lag] for lag in LAGS], axis=1)
        before = self._cells[lagged]
        if struck is not None:
            first = np.zeros_like(before[:, 0])
            before = np.stack([struck[:, written - lag] if lag <= written else first for lag in LAGS], axis=1)
        place = draft.asked.meter.argmax(axis=1) * LONGEST + written
        share, stroke, memory = run(
            self._network, before=before.astype(np.float32), lagged=lagged, place=place, state=draft.memory,
            **draft.asked._asdict(),
        )  # fmt: skip
        return share, stroke, replace(draft, memory=memory)

    def write(self, draft: Draft, tokens: Int[np.ndarray, " row"]) -> Draft:
        """The next sixteenth of each bar; the size of the vocabulary stands for what is not in it."""
        return replace(draft, tokens=np.concatenate([draft.tokens, tokens[:, None]], axis=1))

    def draw(
        self,
        asked: Asked,
        luck: Float[np.ndarray, "#row sixteenth token"],
        taste: Taste | None = None,
        guidance: float = 1.0,
    ) -> Int[np.ndarray, "row sixteenth"]:
        """Whole bars: in each sixteenth the token whose share, taste and luck together are highest.

        With luck from a standard Gumbel distribution that is an exact draw (Maddison, Tarlow and Minka, "A* sampling",
        2014, section 2); with the same luck, bars that are asked for alike come out alike. A guidance above 1 goes
        farther from the shares without the style than those with it are (Ho and Salimans, "Classifier-free diffusion
        guidance", 2022, equation 6).
        """
        draft = self.begin(asked)
        beside = None if guidance == 1 else self.begin(asked._replace(style=np.zeros_like(asked.style)))
        for sixteenth in range(asked.sixteenths):
            share, _, draft = self.shares(draft)
            if beside is not None:
                plain, _, beside = self.shares(beside)
                share = plain + guidance * (share - plain)
            score = share[:, :-1] + luck[:, sixteenth]
            token = (score if taste is None else score + taste(sixteenth)).argmax(axis=1)
            draft = self.write(draft, token)
            beside = None if beside is None else self.write(beside, token)
        return draft.tokens

    def log_likelihood(self, asked: Asked, hits: Bool[np.ndarray, "row voice step"]) -> Float[np.ndarray, " row"]:
        """Log p(hits), in nats a bar; a sixteenth that is not in the vocabulary is judged stroke by stroke.

        In a bar that ends before the longest one does, what lies after its end does not count.
        """
        tokens, cells = self.vocabulary.spell(hits), sixteenths(hits)
        tokens = np.where(tokens == UNKNOWN, len(self.vocabulary), tokens)
        ends = asked.ends // STEPS_PER_SIXTEENTH
        draft, total = self.begin(asked), np.zeros(len(hits))
        for sixteenth in range(asked.sixteenths):
            share, stroke, draft = self.shares(draft, cells)
            token = tokens[:, sixteenth]
            gained = np.take_along_axis(share, token[:, None], axis=1)[:, 0]
            alone = (stroke * cells[:, sixteenth] - np.logaddexp(0, stroke)).sum(axis=1)
            gained = gained + np.where(token == len(self.vocabulary), alone, 0)
            total += np.where(sixteenth < ends, gained, 0)
            draft = self.write(draft, token)
        return total
