"""A network from elsewhere, run once before it is used, to see how much memory and time it takes and what it gives."""

import math
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from clave.errors import SpaceError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

MAX_MEMORY_BYTES = 400_000_000  # for one row; ours take a hundredth of it
MAX_SECONDS = 1.0  # for one row; ours take a hundredth of it

Shape = tuple[int | None, ...]
"""Of one row; None: any size."""

_TYPES = {"tensor(float)": np.float32, "tensor(int64)": np.int64}


def try_network(path: Path, outputs: Sequence[Shape] | None) -> None:
    """Run this network on a row of zeros. `outputs` are the shapes of a row of the first things that come out.

    SpaceError if it fails, takes more memory or time than any network of Clave would, or if something else comes out,
    or numbers that are not finite. What it does with other inputs is not known by that: what comes out is checked in
    every run (`onnx_runner`).
    """
    session = _opened(path)
    zeros: dict[str, np.ndarray] = {}
    for each in session.get_inputs():
        row: list[object] = list(each.shape[1:])
        if each.type not in _TYPES or not all(isinstance(size, int) and size >= 0 for size in row):
            raise SpaceError(f"{path} is a foreign model: its input {each.name} is {each.type} {row}")
        zeros[each.name] = np.zeros((1, *cast(list[int], row)), _TYPES[each.type])
    names = [each.name for each in session.get_outputs()]
    found = dict(zip(names, _run(path, session, zeros), strict=True))
    for name, value in found.items():
        check_output(path, name, value, 1)
    if outputs is not None:
        _check_shapes(path, found, outputs)


def check_output(path: Path, name: str, value: Any, rows: int) -> None:
    """SpaceError unless this is an array of finite numbers with a row for each row that went in."""
    if not isinstance(value, np.ndarray) or value.ndim < 1 or len(value) != rows:
        raise SpaceError(f"{path} is a foreign model: {name} has no row for each of the {rows} that it was given")
    if value.dtype.kind == "f" and not _is_finite(value):
        raise SpaceError(
            f"{path} is broken: {name} holds numbers that are not finite; learn the space anew, or get it again"
        )


def _is_finite(value: np.ndarray) -> bool:
    """Whether all numbers are finite. Their squares' sum says so in a fifth of the time, unless they are huge."""
    flat = value.ravel()
    return math.isfinite(float(flat.dot(flat))) or bool(np.isfinite(value).all())


def _check_shapes(path: Path, found: Mapping[str, np.ndarray], outputs: Sequence[Shape]) -> None:
    shapes = [value.shape[1:] for value in found.values()]
    fits = len(shapes) >= len(outputs) and all(
        len(shape) == len(wanted) and all(size in (None, is_) for size, is_ in zip(wanted, shape, strict=True))
        for shape, wanted in zip(shapes, outputs, strict=False)
    )
    if not fits:
        raise SpaceError(f"{path} is a foreign model: it gives {_words(shapes)} instead of {_words(outputs)}")


def _words(shapes: Sequence[Sequence[int | None]]) -> str:
    return ", ".join(" x ".join("?" if size is None else str(size) for size in shape) or "1" for shape in shapes)


def _run(path: Path, session: "InferenceSession", inputs: Mapping[str, np.ndarray]) -> list[Any]:
    import onnxruntime as ort

    options = ort.RunOptions()
    options.log_severity_level = 4
    options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")

    def stop() -> None:
        options.terminate = True

    clock = threading.Timer(MAX_SECONDS, stop)
    clock.daemon = True
    clock.start()
    try:
        return cast(list[Any], session.run(None, dict(inputs), options))
    except Exception as error:
        late = f"it took more than {MAX_SECONDS:g} s for one row" if options.terminate else first_line(error)
        raise SpaceError(f"{path} cannot be run: {late}") from error
    finally:
        clock.cancel()


def first_line(error: Exception) -> str:
    """What ONNX Runtime says, short enough to be read."""
    return (str(error).splitlines() or [type(error).__name__])[0][:300]


def _opened(path: Path) -> "InferenceSession":
    import onnxruntime as ort

    _limit_memory()
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL  # as it stands, and quick to open
    options.add_session_config_entry("session.use_env_allocators", "1")
    options.add_session_config_entry("session.use_device_allocator_for_initializers", "1")
    try:
        return ort.InferenceSession(path, options, providers=["CPUExecutionProvider"], enable_fallback=0)
    except Exception as error:
        raise SpaceError(f"{path} cannot be run: {first_line(error)}") from error


@cache
def _limit_memory() -> None:
    """The memory that trials share, which ends where it should; what is played has memory without an end."""
    import onnxruntime as ort

    place = ort.OrtMemoryInfo("Cpu", ort.OrtAllocatorType.ORT_ARENA_ALLOCATOR, 0, ort.OrtMemType.DEFAULT)
    ends = ort.OrtArenaCfg({"max_mem": MAX_MEMORY_BYTES, "arena_extend_strategy": 1})
    ort.create_and_register_allocator(place, ends)
