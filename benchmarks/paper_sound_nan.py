"""Why the paper's training on sounds ended in NaN: its model as printed, and with one change at a time.

    python benchmarks/paper_sound_nan.py FOLDER [--list CSV] [--steps 4000] [--every 4] [--batch 16] [--rates 1e-4 ...]

FOLDER (or $CLAVE_DATA/oneshots) holds one-shots, or a run of the recipe `paper`; 200 are learned from, as
`clave learn sound --recipe paper --limit 200` chooses them. So that thousands of steps are a matter of minutes, the
pictures keep every fourth band and frame, and the network shrinks with them; --every 1 keeps all. Each variant begins
with the same weights and sees the same batches, until it is no longer finite or has taken its steps; beta warms up for
a fifth of them.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from jaxtyping import Float
from measuring import add_folder, options
from torch import Tensor

from clave import sounds
from clave.audio.paper_log_spectrogram import PaperSpectrogram
from clave.errors import TrainingError
from clave.training.loop import Recipe, begin, fit
from clave.training.models.paper_sound_vae import PaperSoundConfig, PaperSoundVAE
from clave.training.models.sound_model import Sounds
from clave.training.models.vae import Gaussian
from clave.training.recipes import paper_sound
from clave.training.sound_data import divide, to_sounds

Pair = tuple[Float[Tensor, "batch band frame"], Float[Tensor, "batch band frame"]]


class Watched(PaperSoundVAE):
    """The recipe's model; it remembers the smallest log variance of its output."""

    least = math.inf

    def likelihood(self, z: Float[Tensor, "batch latent"], voice: Float[Tensor, "batch voice"]) -> Pair:
        """Of the variant."""
        mean, log_std = self.variant_likelihood(z, voice)
        self.least = min(self.least, 2 * float(log_std.detach().min()))
        return mean, log_std

    def variant_likelihood(self, z: Float[Tensor, "batch latent"], voice: Float[Tensor, "batch voice"]) -> Pair:
        """Within the recipe's bounds."""
        return super().likelihood(z, voice)


class AsPrinted(Watched):
    """Log variances, of latent and output, as linear layers give them."""

    def posterior(self, log_spectrogram: Float[Tensor, "batch band frame"]) -> Gaussian:
        """Without bounds."""
        features = self.convolutions(self.magnitude(log_spectrogram)[:, None])
        mean, log_variance = self.latent(self.encoder(features)).chunk(2, -1)
        return Gaussian(mean, log_variance / 2)

    def variant_likelihood(self, z: Float[Tensor, "batch latent"], voice: Float[Tensor, "batch voice"]) -> Pair:
        """Without bounds."""
        mean, log_variance = self.decoder(self.decoder_input(torch.cat([z, voice], dim=1))).unbind(1)
        return mean, log_variance / 2


class LatentBounded(AsPrinted):
    """As printed, with the latent's variance bounded."""

    def posterior(self, log_spectrogram: Float[Tensor, "batch band frame"]) -> Gaussian:
        """Within the recipe's bounds."""
        return Watched.posterior(self, log_spectrogram)


class OutputBounded(AsPrinted):
    """As printed, with the output's variance bounded."""

    def variant_likelihood(self, z: Float[Tensor, "batch latent"], voice: Float[Tensor, "batch voice"]) -> Pair:
        """Within the recipe's bounds."""
        return Watched.variant_likelihood(self, z, voice)


class LogMagnitudes(AsPrinted):
    """As printed, on log magnitudes."""

    def magnitude(self, log_spectrogram: Float[Tensor, "batch band frame"]) -> Float[Tensor, "batch band frame"]:
        """Brought near [-1, 2]."""
        return log_spectrogram / 4 + 1


class BoundedLogMagnitudes(LogMagnitudes, OutputBounded):
    """Both of these."""


@dataclass(frozen=True)
class Variant:
    """What differs from the paper."""

    model: type[Watched]
    recipe: Callable[[Recipe], Recipe] = lambda recipe: recipe


VARIANTS = {
    "as printed": Variant(AsPrinted),
    "variance of the latent bounded": Variant(LatentBounded),
    "log magnitudes": Variant(LogMagnitudes),
    "gradient clipped to a norm of 5": Variant(AsPrinted, lambda recipe: replace(recipe, max_grad_norm=5.0)),
    "a tenth of the rate": Variant(AsPrinted, lambda recipe: replace(recipe, learning_rate=recipe.learning_rate / 10)),
    "variance of the output bounded": Variant(OutputBounded),
    "both variances bounded (the recipe)": Variant(Watched),
    "output bounded, log magnitudes": Variant(BoundedLogMagnitudes),
}


def main(
    folder: Path,
    listing: Path | None,
    *,
    count: int,
    steps: int,
    every: int,
    batch: int,
    rates: list[float],
    only: list[str],
) -> None:
    kept = (folder / "sounds.npz").is_file()
    found = sounds.SoundCorpus.load(folder) if kept else sounds.scan(folder, listing, spectrogram=PaperSpectrogram())
    learned = to_sounds(sounds.few(divide(found).train, count))
    learned = Sounds(learned.log_spectrogram[:, ::every, ::every].contiguous(), learned.voice, learned.weight)
    bands, frames = learned.log_spectrogram.shape[1:]
    epochs = math.ceil(steps / (len(learned) // batch))
    recipe = replace(
        paper_sound(), model=PaperSoundConfig(bands, frames), batch_size=batch, rows_at_once=None,
        epochs=epochs, warmup_epochs=epochs / 5,
    )  # fmt: skip
    print(f"{len(learned)} sounds, {bands} x {frames}, batches of {batch}\n")
    print("| variant | rate | not finite at step | likelihood, nats a cell: best | last | least log variance | s |")
    print("|---|---|---|---|---|---|---|", flush=True)
    for rate in rates:
        for name in only or VARIANTS:
            print(row(name, learned, replace(recipe, learning_rate=rate)), flush=True)


def row(name: str, learned: Sounds, recipe: Recipe) -> str:
    """One variant, run to its end."""
    variant = VARIANTS[name]
    run = begin(variant.recipe(recipe))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.seed)
        assert isinstance(recipe.model, PaperSoundConfig)
        run.model = model = variant.model(recipe.model)
    run.average = model  # the recipe needs no average
    run.optimizer = torch.optim.Adam(model.parameters(), lr=run.recipe.learning_rate, fused=True)
    likelihoods, started, ended = list[float](), time.process_time(), ""
    cells = learned.log_spectrogram[0].numel()
    try:
        for progress in fit(run, learned):
            likelihoods.append(-progress.losses["sound"] / cells)
    except TrainingError as error:
        ended = f"{run.step} ({'loss' if 'the loss' in str(error) else 'gradient'})"
    last = likelihoods[-10:]
    return (
        f"| {name} | {recipe.learning_rate:g} | {ended or f'finite to {run.step}'} | {max(likelihoods):.2f} "
        f"| {sum(last) / len(last):.2f} | {model.least:.1f} | {time.process_time() - started:.0f} |"
    )


if __name__ == "__main__":
    parser = options(__doc__)
    add_folder(parser, "oneshots")
    parser.add_argument("--list", type=Path, default=None)
    parser.add_argument("--sounds", type=int, default=200)
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--every", type=int, default=4)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rates", type=float, nargs="*", default=[1e-4])
    parser.add_argument("--only", nargs="*", default=[], choices=VARIANTS)
    given = parser.parse_args()
    if given.quick:
        given.sounds, given.steps, given.every, given.only = 32, 4, 8, given.only or list(VARIANTS)[:2]
    main(
        given.folder, given.list,
        count=given.sounds, steps=given.steps, every=given.every, batch=given.batch, rates=given.rates, only=given.only,
    )  # fmt: skip
