"""How long a call takes."""

import time
from collections.abc import Callable
from typing import Any, NamedTuple


class Duration(NamedTuple):
    """Seconds of one call. On a busy machine the processor's time is shorter than the time that passes."""

    elapsed_s: float
    processor_s: float  # in which a processor works for this process


def timed(call: Callable[[], Any]) -> Duration:
    """How long this call takes, once."""
    elapsed, processor = time.perf_counter(), time.process_time()
    call()
    return Duration(time.perf_counter() - elapsed, time.process_time() - processor)
