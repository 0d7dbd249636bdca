"""The rhythm space for a page that decodes bars itself: the weights of its networks, and what goes with them."""

import json
from typing import Any

import numpy as np

from clave.errors import ExportError
from clave.rhythm.detail_decoder import DetailDecoder
from clave.rhythm.recorded_dynamics import RecordedDynamics
from clave.rhythm.space import RhythmSpace

WEIGHTS_FILE = "model.safetensors"
CLICK_PARTS = ("map_decoder.", "feel_prior.", "dynamics.")  # of the model, that a click needs
PRIOR_PARTS = ("token_prior.",)  # that variations, fills, phrases and journeys need besides
NEEDED = (
    "map_decoder.grid.tables.0", "map_decoder.head.0.weight", "feel_prior.0.weight", "dynamics.out.3.weight",
    "token_prior.bar_before.weight",
)  # fmt: skip
_LENGTH_BYTES = 8  # that say how long the header is


def rhythm_files(rhythm: RhythmSpace) -> dict[str, bytes]:
    """The files of a static page that decode bars, by their names.

    The weights are those that the space's networks have, in half precision, in safetensors files.

    Raises ExportError for a space whose networks the page does not know: one of an older model, or the paper's.
    """
    try:
        content = (rhythm.folder / WEIGHTS_FILE).read_bytes()
        header, data = _read(content)
    except (OSError, ValueError) as error:
        raise ExportError(f"{rhythm.folder / WEIGHTS_FILE} cannot be read: {error}") from error
    decoder = rhythm.decoder
    missing = [name for name in NEEDED if name not in header]
    if missing or not isinstance(decoder, DetailDecoder):
        raise ExportError(
            f"{rhythm.folder} is no space that a page can decode: it lacks {missing[0] if missing else 'a detail'}; "
            "`clave learn rhythm` makes one"
        )
    facts = {
        "styles": rhythm.styles,
        "sections": rhythm.sections,
        "meters": rhythm.meters,
        "network_meters": rhythm.network_meters,
        "threshold": rhythm.threshold,
        "feel_size": decoder.feel_size,
        "recorded_dynamics": _recorded(decoder.recorded),
        "vocabulary": decoder.vocabulary.bits,
    }
    return {
        "rhythm.json": json.dumps(facts, separators=(",", ":")).encode(),
        "rhythm.safetensors": _chosen(header, data, CLICK_PARTS),
        "prior.safetensors": _chosen(header, data, PRIOR_PARTS),
    }


def _recorded(known: RecordedDynamics | None) -> dict[str, list[float]] | None:
    if known is None:
        return None
    return {name: getattr(known, name).tolist() for name in ("offset_std", "drawn", "recorded")}


def _read(content: bytes) -> tuple[dict[str, Any], bytes]:
    """The header of a safetensors file, and its numbers."""
    start = _LENGTH_BYTES + int.from_bytes(content[:_LENGTH_BYTES], "little")
    return json.loads(content[_LENGTH_BYTES:start]), content[start:]


def _chosen(header: dict[str, Any], data: bytes, parts: tuple[str, ...]) -> bytes:
    """A safetensors file of the tensors whose names begin with one of these, those in single precision first."""
    names = [name for name in header if name.startswith(parts)]
    names.sort(key=lambda name: (-np.dtype(_DTYPES[header[name]["dtype"]]).itemsize, name))
    found: dict[str, Any] = {}
    chosen: list[bytes] = []
    length = 0
    for name in names:
        start, end = header[name]["data_offsets"]
        found[name] = {**header[name], "data_offsets": [length, length + end - start]}
        chosen.append(data[start:end])
        length += end - start
    text = json.dumps(found, separators=(",", ":")).encode()
    text += b" " * (-len(text) % _LENGTH_BYTES)
    return len(text).to_bytes(_LENGTH_BYTES, "little") + text + b"".join(chosen)


_DTYPES = {"F16": "float16", "F32": "float32"}
