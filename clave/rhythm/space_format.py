"""The format of a rhythm space's folder: the rules of its settings, and what its versions before were called.

Version 2 holds the same numbers as version 1 under the field's names: settings, settings of the model and files were
renamed. The graphs themselves are the same, and so are the names of their inputs.

Version 3 says which meters its networks know: they are the first so many of METERS, to which new ones are added at the
end. Its prior over tokens may hear the bar before, and its dynamics may be distributions; both show in the graphs.
"""

from collections.abc import Mapping
from typing import Any, cast

from clave.latent.space_folder import Settings, SpaceFormat, Upgrade, are_names, has, is_card, renamed
from clave.music.units import METERS, meter_name
from clave.rhythm.attributes import NAMES

ENCODER_FILE = "encoder.onnx"
MAP_DECODER_FILE = "map_decoder.onnx"
TOKENS_FILE = "tokens.npz"
TOKEN_PRIOR_FILE = "token_prior.onnx"
LOGISTIC_PCA_FILE = "logistic_pca.npz"
FEEL_PRIOR_FILE = "feel_prior.onnx"
DYNAMICS_FILE = "dynamics.onnx"
CORPUS_FILE = "corpus.npz"

LARGEST = 1e30  # of a number in the settings, so that it stays finite where it is computed with
MAX_LOGIT = 100
METER_COUNT_2 = 4  # of the meters that networks of version 2 know
METER_NAMES = ", ".join(map(meter_name, METERS))

MODEL_SETTINGS_1: Mapping[str, str] = {
    "sketch_width": "map_decoder_width",
    "sketch_blocks": "map_decoder_blocks",
    "touch_width": "dynamics_width",
    "point_std": "map_noise_std",
    "prior_blur": "prior_map_noise_std",
    "looks": "search_points",
    "told": "style_keep_prob",
    "rotation": "rotation_prob",
    "stroke_dropout": "stroke_drop_prob",
    "voice_dropout": "voice_drop_prob",
}
"""Settings of the two-level model: name in version 1 -> name now. Checkpoints of old runs have the same."""


def _upgrade_1(settings: Settings) -> Settings:
    upgraded = renamed(settings, {"spread": "attribute_std"})
    model = upgraded.get("model")
    if isinstance(model, dict):
        upgraded["model"] = renamed(cast(Settings, model), MODEL_SETTINGS_1)
    return upgraded


def _upgrade_2(settings: Settings) -> Settings:
    return settings | {"network_meters": [list(meter) for meter in METERS[:METER_COUNT_2]]}


_FROM_1 = Upgrade(
    _upgrade_1,
    {
        MAP_DECODER_FILE: "sketch.onnx",
        TOKENS_FILE: "vocabulary.npz",
        TOKEN_PRIOR_FILE: "prior.onnx",
        LOGISTIC_PCA_FILE: "components.npz",
        FEEL_PRIOR_FILE: "feel.onnx",
        DYNAMICS_FILE: "touch.onnx",
    },
)


_FROM_2 = Upgrade(_upgrade_2)


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and -LARGEST < value < LARGEST


def _is_logit(value: Any) -> bool:
    return type(value) in (int, float) and -MAX_LOGIT <= value <= MAX_LOGIT


def _are_meters(value: Any) -> bool:
    known = [list(meter) for meter in METERS]
    return isinstance(value, list) and bool(value) and all(meter in known for meter in cast(list[Any], value))


def _are_first_meters(value: Any) -> bool:
    return _are_meters(value) and value == [list(meter) for meter in METERS[: len(value)]]


RHYTHM_FORMAT = SpaceFormat(
    "rhythm",
    {
        "styles": ("a list of names", are_names),
        "sections": ("a list of names", are_names),
        "meters": (f"some of {METER_NAMES}", _are_meters),
        "network_meters": (f"the first so many of {METER_NAMES}", _are_first_meters),
        "detail_size": ("a whole number of at least 0", lambda value: type(value) is int and value >= 0),
        "threshold": (f"a number from -{MAX_LOGIT} to {MAX_LOGIT}", _is_logit),
        "attribute_std": ("a finite number for each direction", lambda value: has(value, NAMES, _is_number)),
        "card": ("a name, a licence and a credit", is_card),
    },
    upgrades=(_FROM_1, _FROM_2),
)
