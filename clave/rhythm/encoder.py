"""From bars to the map: the encoder's guess, and the search that begins with it."""

from collections.abc import Sequence

import numpy as np

from clave.errors import SpaceError
from clave.latent.code import Code
from clave.latent.onnx_runner import resting, run
from clave.latent.space_folder import SpaceFolder
from clave.music.kit import VOICES
from clave.music.pattern import Pattern
from clave.music.shapes import Bool, Float32
from clave.music.units import Meter
from clave.rhythm.condition import Labels
from clave.rhythm.detail_decoder import BarDecoder, Feel
from clave.rhythm.map_prior import MAP_PRIORS, NORMAL
from clave.rhythm.map_search import MapSearch
from clave.rhythm.space_format import ENCODER_FILE


class BarEncoder:
    """Encodes bars to map points and feel. The map is decoded everywhere once for each meter, when it is needed."""

    def __init__(self, folder: SpaceFolder, labels: Labels, decoder: BarDecoder) -> None:
        self._labels, self._decoder = labels, decoder
        bar = (len(VOICES), decoder.steps)
        self._network = resting(
            folder.file(ENCODER_FILE),
            [(2,), (decoder.feel_size,)][: 2 if decoder.feel_size else 1],
            velocity=bar,
            offset=bar,
            meter=labels.input_shapes()["meter"],
        )
        self.prior = _map_prior(folder)
        self._searches: dict[Meter, MapSearch] = {}

    def guess(self, patterns: Sequence[Pattern]) -> tuple[Float32[np.ndarray, "bar 2"], Feel]:
        """The means of q(map point | bar) and q(feel | bar); no feel in a space without detail."""
        _, velocity, offset = self.stack(patterns)
        feel = np.zeros((len(patterns), self._decoder.feel_size), np.float32)
        if not patterns:
            return np.zeros((0, 2), np.float32), feel
        meter = self._labels.meter_rows([pattern.meter for pattern in patterns])
        outputs = run(self._network, velocity=velocity, offset=offset, meter=meter)
        return outputs[0].copy(), outputs[1] if self._decoder.feel_size else feel

    def code(self, patterns: Sequence[Pattern]) -> Code:
        """The guessed map points, and the detail of the bars."""
        points, feel = self.guess(patterns)
        meters = tuple(pattern.meter for pattern in patterns)
        condition, (hits, _, _) = self._labels.condition(points, meters), self.stack(patterns)
        return Code(points, self._decoder.detail(hits[:, :, : condition.steps], feel, condition), meters)

    def locate(self, patterns: Sequence[Pattern]) -> Float32[np.ndarray, "bar 2"]:
        """The maximum a posteriori map point of each bar."""
        points, _ = self.guess(patterns)
        for meter in {pattern.meter for pattern in patterns}:
            rows = np.array([index for index, pattern in enumerate(patterns) if pattern.meter == meter])
            hits = np.stack([patterns[row].hits for row in rows])
            points[rows] = self.search(meter).posterior_mode(hits, points[rows])
        return points

    def search(self, meter: Meter) -> MapSearch:
        """The search over the map in this meter."""
        if meter not in self._searches:

            def decode_map(points: Float32[np.ndarray, "point 2"]) -> Float32[np.ndarray, "point voice step"]:
                return self._decoder.map.logits(self._labels.condition(points, [meter] * len(points)))

            self._searches[meter] = MapSearch.over(decode_map, self.prior)
        return self._searches[meter]

    def stack(
        self, patterns: Sequence[Pattern]
    ) -> tuple[
        Bool[np.ndarray, "bar voice step"], Float32[np.ndarray, "bar voice step"], Float32[np.ndarray, "bar voice step"]
    ]:
        """Hits, velocities and offsets of these bars, as wide as the network takes them.

        Raises SpaceError for a meter that the space has not learned.
        """
        velocity, offset = np.zeros((2, len(patterns), len(VOICES), self._decoder.steps), np.float32)
        for index, pattern in enumerate(patterns):
            self._labels.check_meter(pattern.meter, f"pattern {index} in ")
            velocity[index, :, : pattern.steps], offset[index, :, : pattern.steps] = pattern.velocity, pattern.offset
        return velocity > 0, velocity, offset


def _map_prior(folder: SpaceFolder) -> str:
    prior = folder.settings.get("map_prior", NORMAL)  # spaces that were written before it had a name have this one
    if prior not in MAP_PRIORS:
        raise SpaceError(f"{folder.path}: map_prior must be one of {', '.join(MAP_PRIORS)}, got {prior!r}")
    return prior
