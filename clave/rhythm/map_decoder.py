"""The upper level of a rhythm space: what is expected at a point of its map, cell by cell."""

import numpy as np

from clave.latent.code import check_share
from clave.latent.onnx_runner import run, session
from clave.latent.space_folder import SpaceFolder
from clave.music.kit import VOICES
from clave.music.shapes import Bool, Float32
from clave.rhythm.condition import Condition, Labels
from clave.rhythm.likely_bar import likely_hits
from clave.rhythm.logistic_pca import SILENT_LOGIT
from clave.rhythm.space_format import MAP_DECODER_FILE

DENSITY_LOGITS = 2.5  # distance of either end of the density scale from its middle, in logits of a hit
MIDDLE_DENSITY = 0.5  # of the density scale [0, 1]


class MapDecoder:
    """The network that decodes a map point to the logit of a hit in each cell."""

    def __init__(self, folder: SpaceFolder, labels: Labels) -> None:
        self.threshold = float(folder.settings["threshold"])  # logit above which a cell is struck
        self._network = session(
            folder.file(MAP_DECODER_FILE), [(len(VOICES), labels.network_steps)], **labels.input_shapes()
        )

    def logits(self, condition: Condition) -> Float32[np.ndarray, "row voice step"]:
        """The logit of a hit in each cell, as wide as the longest bar; after the end of a bar it is undefined."""
        return run(self._network, **condition.inputs())[0][:, :, : condition.steps]

    def silenced_logits(self, condition: Condition) -> Float32[np.ndarray, "row voice step"]:
        """The same with SILENT_LOGIT after the end of each bar."""
        return np.where(condition.inside, self.logits(condition), SILENT_LOGIT)

    def hits(self, condition: Condition, density: float | None = None) -> Bool[np.ndarray, "row voice step"]:
        """The cells whose logit lies above the threshold, which falls as `density` in [0, 1] rises; None is 0.5."""
        shift = density_logits(density)
        return (self.logits(condition) > self.threshold - shift) & condition.inside

    def likely_hits(self, condition: Condition, density: float | None = None) -> Bool[np.ndarray, "row voice step"]:
        """The cells of the likely bar, which `likely_bar` chooses together; more of them as `density` rises."""
        return likely_hits(self.logits(condition), condition.inside, self.threshold, density_logits(density))


def density_logits(density: float | None) -> float:
    """How much more readily a cell sounds at this density in [0, 1], in logits; None is 0.5, which changes nothing."""
    share = MIDDLE_DENSITY if density is None else check_share("density", density)
    return DENSITY_LOGITS * (2 * share - 1)
