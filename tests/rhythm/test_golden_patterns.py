"""The same point is the same bar on every machine, as tests/make_patterns_golden.py has recorded it on one."""

import json

import numpy as np
from make_patterns_golden import FILE, decoded, row

from clave.rhythm.space import load_rhythm


def test_every_machine_decodes_the_recorded_bars() -> None:
    recorded = json.loads(FILE.read_text("utf-8"))
    bars = {name: [row(pattern) for pattern in patterns] for name, patterns in decoded(load_rhythm()).items()}
    assert bars.keys() == recorded.keys()
    for name, patterns in bars.items():
        for number, (now, then) in enumerate(zip(patterns, recorded[name], strict=True)):
            where = f"{name}, bar {number}"
            assert [each[:2] for each in now] == [each[:2] for each in then], where
            played = [[each[2:] for each in strokes] for strokes in (now, then)]
            np.testing.assert_allclose(*played, atol=2e-3, err_msg=where)
